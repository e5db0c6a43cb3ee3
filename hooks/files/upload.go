// Package files is where the files of media are between the request that brings them and the storage that keeps them:
// staged on the local disk, cleaned of metadata, moved to their row's folder or sent to an object store, fetched from
// there, and swept when a process died meanwhile.
package files

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"

	"github.com/privet/privet/hooks/media/mediatype"
	"github.com/privet/privet/hooks/media/metadata"
	"github.com/privet/privet/hooks/store"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/filesystem"
	"github.com/pocketbase/pocketbase/tools/filesystem/blob"
	"github.com/pocketbase/pocketbase/tools/security"
)

// Upload is a file on its way into the storage. It waits on the local disk until it is whole: the metadata that phones
// put into it goes before anybody can fetch it, and that takes a look at its end as at its beginning. Then it moves to
// its row's folder, by renaming; an object store is sent it.
type Upload struct {
	Name string // of the stored file: 128 random bits and an extension
	Type mediatype.Type

	app     core.App
	cancel  context.CancelFunc
	writer  *blob.Writer
	trusted bool   // by privet itself: nothing to clean
	staged  string // where it waits; "" when it doesn't
	key     string // where it is stored for a row; "" before
	id      string // the row's, where it was taken before the row is made; "": the row takes the next one
}

// NewFileName makes a name that nobody guesses; ext comes with its dot.
func NewFileName(ext string) string {
	return security.RandomStringWithAlphabet(32, "0123456789abcdef") + ext
}

// NewUpload opens a file for writing. Finish it with Close, or remove it with Discard.
func NewUpload(app core.App, t mediatype.Type) (*Upload, error) {
	u := &Upload{Name: NewFileName(t.Ext), Type: t, app: app}
	return u, u.open(u.Name)
}

// NewPreview opens the JPEG of a media file for writing. It goes beside the file.
func NewPreview(app core.App, of *store.MediaFile) (*Upload, error) {
	u := &Upload{Name: mediatype.PreviewName(of.Name), Type: mediatype.JPEG, app: app, trusted: true, id: of.ID}
	return u, u.open(stagedName(u.id, u.Name))
}

func (u *Upload) open(name string) error {
	system, err := filesystem.NewLocal(staging(u.app))
	if err != nil {
		return err
	}
	defer system.Close()
	ctx, cancel := context.WithCancel(context.Background())
	system.SetContext(ctx)
	u.cancel = cancel
	u.staged = filepath.Join(staging(u.app), name)
	if u.writer, err = system.NewWriter(name, &blob.WriterOptions{ContentType: u.Type.MIME}); err != nil {
		cancel()
	}
	return err
}

// ID is the id that was taken for the row, or "".
func (u *Upload) ID() string { return u.id }

// Write implements io.Writer.
func (u *Upload) Write(p []byte) (int, error) { return u.writer.Write(p) }

// Close ends the writing: the file is whole, clean and waits for its row. metadata.ErrUnclean says that it must be
// refused.
func (u *Upload) Close() error {
	err := u.writer.Close()
	u.writer = nil
	u.cancel()
	if err == nil && !u.trusted {
		err = u.clean()
	}
	if err == nil && remote(u.app) {
		err = u.send()
	}
	return err
}

func (u *Upload) clean() error {
	file, err := os.OpenFile(u.staged, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	return metadata.Clean(file, info.Size(), u.Type.MIME)
}

// send brings the file to the object store, before the row's transaction: nobody else could write while that takes. The
// name under which it goes on waiting tells a later start what to look for, should the row never be made.
func (u *Upload) send() error {
	if u.id == "" {
		id, err := store.NextID(u.app, store.Media)
		if err != nil {
			return err
		}
		u.id = store.Key(id)
		staged := filepath.Join(staging(u.app), stagedName(u.id, u.Name))
		if err := errors.Join(os.Rename(u.staged, staged), os.Rename(u.staged+attributes, staged+attributes)); err != nil {
			return err
		}
		u.staged = staged
	}
	folder, err := store.MediaFolder(u.app, u.id)
	if err != nil {
		return err
	}
	u.key = path.Join(folder, u.Name)
	return inStorage(u.app, func(system *filesystem.System) error {
		file, err := os.Open(u.staged)
		if err != nil {
			return err
		}
		defer file.Close()
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		system.SetContext(ctx)
		w, err := system.NewWriter(u.key, &blob.WriterOptions{ContentType: u.Type.MIME})
		if err != nil {
			return err
		}
		if _, err := io.Copy(w, file); err != nil {
			cancel() // a cancelled writer keeps nothing
			_ = w.Close()
			return err
		}
		return w.Close()
	})
}

// MoveTo moves the file to where PocketBase looks for the files of the media row with that id. Until Commit is called,
// Discard still removes it.
func (u *Upload) MoveTo(id string) error {
	if u.key != "" {
		if u.id != id {
			return fmt.Errorf("files: a file of media %s for media %s", u.id, id)
		}
		return nil
	}
	folder, err := store.MediaFolder(u.app, id)
	if err != nil {
		return err
	}
	key := path.Join(folder, u.Name)
	if err := rename(u.staged, local(u.app, key)); err != nil {
		return err
	}
	u.key, u.staged = key, ""
	return nil
}

// Commit leaves the file to its row. What has been sent away stays on the local disk as well for as long as a still is
// to be made of it.
func (u *Upload) Commit() {
	if u.staged != "" && !u.Type.HasPreview() {
		removeStaged(u.app, u.staged)
	}
	u.key, u.staged = "", ""
}

// Discard removes the file wherever it is, also in the middle of the writing. It does nothing once the file
// belongs to a row, and nothing the second time.
func (u *Upload) Discard() {
	if u.writer != nil {
		u.cancel() // a cancelled writer keeps nothing
		_ = u.writer.Close()
		u.writer = nil
	}
	if u.staged != "" {
		removeStaged(u.app, u.staged)
	}
	if u.key != "" {
		if err := removeStored(u.app, u.key); err != nil {
			u.app.Logger().Warn("an abandoned upload could not be removed", "key", u.key, "error", err)
		}
	}
	u.key, u.staged = "", ""
}
