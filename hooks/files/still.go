package files

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"time"

	"github.com/privet/privet/hooks/admission"
	"github.com/privet/privet/hooks/durable"
	"github.com/privet/privet/hooks/media/mediatype"
	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/hooks/store/snapshot"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/filesystem"
)

// KeepSource puts the file of which the still of a reported medium is to be made among the files of the report, and returns its name there, ""
// for none. It is the medium's preview if there is one, else the medium itself, and costs no room while that is there as well: on the
// local disk it is a link. report is the id that the report is to have; if none gets it, the file is removed.
func KeepSource(ctx context.Context, app core.App, report string, file *store.MediaFile) (name string, err error) {
	from := file.Name
	switch file.PreviewState {
	case store.PreviewReady:
		from = mediatype.PreviewName(file.Name)
	case store.PreviewFailed:
		return "", nil // there will be no still either
	}
	folder, err := store.MediaFolder(app, file.ID)
	if err != nil {
		return "", err
	}
	whole, err := snapshot.Key(app, report, "")
	if err != nil {
		return "", err
	}
	if err := snapshot.PlanRemoval(ctx, app, whole); err != nil {
		return "", err
	}
	name = "source" + path.Ext(from)
	if isRemote(app) {
		err = withStorage(ctx, app, func(system *filesystem.System, _ *IdleTimeout) error {
			return system.Copy(path.Join(folder, from), whole+name)
		})
		return name, err
	}
	log, target := durable.Of(app), localPath(app, whole+name)
	if err := log.MakeFolder(filepath.Dir(target)); err != nil {
		return "", err
	}
	if err := linkOrCopy(ctx, localPath(app, path.Join(folder, from)), target); err != nil {
		return "", err
	}
	return name, log.SyncFolder(filepath.Dir(target))
}

// copies lets one file at a time be copied by linkOrCopy, as it may be as long as any upload.
var copies = admission.New(admission.Limits{Slots: 1, Waiters: 32, MaxWait: 10 * time.Second})

// linkOrCopy gives a file another name, or copies it where the file system has no links.
func linkOrCopy(ctx context.Context, from, target string) error {
	err := os.Link(from, target)
	if err == nil || errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrExist) {
		return err
	}
	release, err := copies.Acquire(ctx, from)
	if err != nil {
		return err
	}
	defer release()
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(target, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, in); err != nil {
		return errors.Join(err, out.Close())
	}
	return errors.Join(out.Close(), durable.SyncFiles(target))
}

// FetchSource returns a path on the local disk where the file can be read of which a report's still is to be made. Call done afterwards.
func FetchSource(ctx context.Context, app core.App, w *snapshot.Waiting) (local string, done func(), err error) {
	key, err := snapshot.Key(app, w.Report, w.Source)
	if err != nil {
		return "", nil, err
	}
	if !isRemote(app) {
		return localPath(app, key), func() {}, nil
	}
	local = TemporaryStill(app, w)
	done = func() { _ = os.Remove(local) } // else SweepUploads does
	return local, done, download(ctx, app, key, local)
}

// TemporaryStill returns the path of a file that may be used to make a still. What is left there is removed at the next start.
func TemporaryStill(app core.App, w *snapshot.Waiting) string {
	return filepath.Join(stagingFolder(app), "report-"+w.Report+path.Ext(w.Source))
}

// maxStill is the most that is read of a still, in bytes, which has some 100 KB.
const maxStill = 1 << 20

// ReadStill returns the content of a still.
func ReadStill(ctx context.Context, app core.App, key string) (content []byte, err error) {
	err = withStorage(ctx, app, func(system *filesystem.System, idle *IdleTimeout) error {
		from, err := system.GetReader(key)
		if err != nil {
			return err
		}
		defer from.Close()
		var read bytes.Buffer
		_, err = io.Copy(idle.Writer(&read), io.LimitReader(from, maxStill))
		content = read.Bytes()
		return err
	})
	return content, err
}

// PutStill stores a still among the files of a report, and returns its name. Unless a report comes to name it, it is removed.
func PutStill(ctx context.Context, app core.App, report string, content []byte) (name string, err error) {
	name = newFileName(mediatype.JPEG.Ext)
	key, err := snapshot.Key(app, report, name)
	if err != nil {
		return "", err
	}
	if err := snapshot.PlanRemoval(ctx, app, key); err != nil {
		return "", err
	}
	err = put(ctx, app, key, mediatype.JPEG.MIME, bytes.NewReader(content))
	if err != nil || isRemote(app) {
		return name, err
	}
	local := localPath(app, key)
	if err := durable.SyncFiles(local, local+AttributesSuffix); err != nil {
		return "", err
	}
	return name, durable.Of(app).SyncFolder(filepath.Dir(local))
}
