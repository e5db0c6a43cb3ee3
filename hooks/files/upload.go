// Package files handles the files of media on their way to the storage and from there: an upload is staged on the local
// disk, cleaned of metadata, and moved to its row's folder or sent to an object store. Files in an object store are
// fetched for rendering. What a crash leaves behind is swept at the next start.
package files

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"

	"github.com/privet/privet/hooks/durable"
	"github.com/privet/privet/hooks/health"
	"github.com/privet/privet/hooks/media/mediatype"
	"github.com/privet/privet/hooks/store"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/filesystem"
	"github.com/pocketbase/pocketbase/tools/filesystem/blob"
	"github.com/pocketbase/pocketbase/tools/security"
)

// Upload is a file on its way to the storage. It is staged on the local disk until it is complete, because the metadata
// that phones add must be removed before anyone can download the file, and some of it is at the file's end. Then it is
// renamed into its row's folder, or sent to an object store.
//
// Create one with NewUpload, Store or NewPreview; end it with Commit or Discard.
type Upload struct {
	Name string // of the stored file: 128 random bits and an extension
	Type mediatype.Type

	app     core.App
	cancel  context.CancelFunc // aborts writer
	writer  *blob.Writer       // nil once the file is complete
	ctx     context.Context    // ends the wait for the turn to be cleaned
	sender  string             // those of one sender wait behind each other
	trusted bool               // made by privet itself: there is no metadata to remove
	staged  string             // the path of the staged file, "" if there is none
	placing string             // the path of the file that says so until the row is committed, "" if there is none
	key     string             // where it is stored for a row, "" before
	failed  error              // of sending it to an object store
	id      string             // of its row, if it had to be taken before the row is saved; else ""
}

// ErrNotMedia means that a content is not of the kinds of media that are accepted.
var ErrNotMedia = errors.New("files: neither a picture nor a video that is accepted")

// Store stages a content as an upload that is complete and cleaned. The type is detected from the content. Of kinds, if
// any are given, it must be one. The error is ErrNotMedia, metadata.ErrUnclean, or that of reading or writing; then
// nothing is left to discard.
func Store(app core.App, content io.Reader, kinds ...mediatype.Kind) (*Upload, error) {
	head := make([]byte, mediatype.SniffLength)
	n, err := io.ReadFull(content, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read upload: %w", err)
	}
	t := mediatype.Sniff(head[:n])
	if t.Kind == 0 || (len(kinds) > 0 && !slices.Contains(kinds, t.Kind)) {
		return nil, ErrNotMedia
	}
	u, err := NewUpload(app, t)
	if err == nil {
		_, err = io.Copy(u, io.MultiReader(bytes.NewReader(head[:n]), content))
	}
	if err == nil {
		err = u.Close()
	}
	if err != nil {
		u.Discard()
		return nil, err
	}
	return u, nil
}

// NewUpload creates an upload of a type. Write the content to it, then call Close.
func NewUpload(app core.App, t mediatype.Type) (*Upload, error) {
	u := &Upload{Name: newFileName(t.Ext), Type: t, app: app, ctx: context.Background()}
	return u, u.open(u.Name)
}

// NewPreview creates the upload of a media file's preview, which is stored beside the file. Write the JPEG to it, then
// call Close.
func NewPreview(app core.App, of *store.MediaFile) (*Upload, error) {
	u := &Upload{Name: mediatype.PreviewName(of.Name), Type: mediatype.JPEG, app: app, trusted: true, id: of.ID}
	return u, u.open(stagedName(u.id, u.Name))
}

// newFileName returns a name that can't be guessed. ext is the extension with its dot.
func newFileName(ext string) string {
	return security.RandomStringWithAlphabet(32, "0123456789abcdef") + ext
}

// open creates the staged file.
func (u *Upload) open(name string) error {
	if err := os.MkdirAll(stagingFolder(u.app), os.ModePerm); err != nil {
		return fmt.Errorf("stage upload: %w", err)
	}
	system, err := filesystem.NewLocal(stagingFolder(u.app))
	if err != nil {
		return fmt.Errorf("stage upload: %w", err)
	}
	defer system.Close()
	ctx, cancel := context.WithCancel(context.Background()) // Discard is what ends an upload early
	system.SetContext(ctx)
	u.cancel = cancel
	u.staged = filepath.Join(stagingFolder(u.app), name)
	if u.writer, err = system.NewWriter(name, &blob.WriterOptions{ContentType: u.Type.MIME}); err != nil {
		cancel()
		return fmt.Errorf("stage upload: %w", err)
	}
	return nil
}

// SentBy names who sends the upload, such as the network of an address. Close waits no longer than until ctx ends.
func (u *Upload) SentBy(ctx context.Context, sender string) { u.ctx, u.sender = ctx, sender }

// ID returns the id that was taken for the row before it is saved, "" if none was.
func (u *Upload) ID() string { return u.id }

// Write implements io.Writer.
func (u *Upload) Write(p []byte) (int, error) {
	return durable.WriteFile(func() (int, error) { return u.writer.Write(p) })
}

// Close completes the file: it removes the metadata and writes the file to the disk or, if files are kept in an object
// store, sends it there. The error is metadata.ErrUnclean if the file can't be cleaned and must be rejected, and *admission.Busy if too many wait to
// be cleaned.
func (u *Upload) Close() error {
	err := u.writer.Close()
	u.writer = nil
	u.cancel()
	if err != nil {
		return fmt.Errorf("stage upload: %w", err)
	}
	if !u.trusted {
		if err := u.clean(); err != nil {
			return err // as it is: moderators read it
		}
	}
	if isRemote(u.app) {
		if err := u.send(); err != nil {
			u.failed = err
			health.Of(u.app).Report(health.Storage, err) // until CheckObjects finds that it works
			return fmt.Errorf("send upload: %w", err)
		}
		return nil
	}
	// Before the row's transaction, which blocks all other writers.
	if err := durable.SyncFiles(u.staged, u.staged+AttributesSuffix); err != nil {
		return fmt.Errorf("stage upload: %w", err)
	}
	return nil
}

// send copies the file to the object store. It runs before the row's transaction, which blocks all other writers. The
// name of the staged file then contains the row's id, so that a later start finds the object if the row is never saved.
func (u *Upload) send() error {
	if err := u.takeID(); err != nil {
		return err
	}
	folder, err := store.MediaFolder(u.app, u.id)
	if err != nil {
		return err
	}
	u.key = path.Join(folder, u.Name)
	file, err := os.Open(u.staged)
	if err != nil {
		return err
	}
	defer file.Close()
	return put(context.Background(), u.app, u.key, u.Type.MIME, file)
}

// takeID takes the id of the row, unless that is known, and renames the staged file after it.
func (u *Upload) takeID() error {
	if u.id != "" {
		return nil
	}
	id, err := store.NextID(context.Background(), u.app, store.Media)
	if err != nil {
		return err
	}
	u.id = store.Key(id)
	staged := filepath.Join(stagingFolder(u.app), stagedName(u.id, u.Name))
	if err := errors.Join(os.Rename(u.staged, staged), os.Rename(u.staged+AttributesSuffix, staged+AttributesSuffix)); err != nil {
		return err
	}
	u.staged = staged
	return nil
}

// removeStored removes what may be stored of the file. What an object store does not remove now is tried again until it does.
func (u *Upload) removeStored() {
	err := u.failed // of a store that would not do this, either
	if err == nil {
		err = removeStored(u.app, u.key)
	}
	if err != nil && isRemote(u.app) {
		err = store.AddRemoval(context.Background(), u.app, u.key, store.RemovedUpload)
	}
	if err != nil {
		u.app.Logger().Warn("an abandoned upload could not be removed, and will be at the next start", "key", u.key, "error", err)
		u.placing = "" // stays on the disk
	}
}

// Commit makes the file the row's: Discard does not remove it any more. Call it when the row was committed. A file that
// was sent to an object store also stays staged if a preview is to be made of it.
func (u *Upload) Commit() {
	if u.staged != "" && !u.Type.HasPreview() {
		removeStaged(u.app, u.staged)
	}
	u.endPlacing()
	u.key, u.staged = "", ""
}

// endPlacing removes the file that MoveTo has made.
func (u *Upload) endPlacing() {
	if u.placing != "" {
		removeStaged(u.app, u.placing)
		u.placing = ""
	}
}

// Discard removes the file, wherever it is and even if it is incomplete. It does nothing after Commit or Discard.
func (u *Upload) Discard() {
	if u.writer != nil {
		u.cancel() // makes Close drop what was written
		_ = u.writer.Close()
		u.writer = nil
	}
	if u.staged != "" {
		removeStaged(u.app, u.staged)
	}
	if u.key != "" {
		u.removeStored()
	}
	u.endPlacing()
	u.key, u.staged = "", ""
}
