package files

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/privet/privet/hooks/durable"
	"github.com/privet/privet/hooks/media/mediatype"
	"github.com/privet/privet/hooks/store"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/filesystem"
	"github.com/pocketbase/pocketbase/tools/filesystem/blob"
)

const (
	// UploadsFolder is the folder of the storage where files are staged until they are complete and their row has an id. A row's files are in a
	// folder named after its id, and an id that was taken for an upload that then fails would leave a gap that clients
	// see.
	UploadsFolder = "uploads"

	// AttributesSuffix is the suffix of the file in which PocketBase's local storage keeps a file's content type.
	AttributesSuffix = ".attrs"

	// placing is the suffix of the empty file in UploadsFolder that exists while a file is at its place in the local
	// storage and its row is not committed yet. A process that is killed meanwhile would leave the file for good, in
	// the folder of the next row, as the number that was taken for it is free again.
	placing = ".placing"
)

// stagingFolder returns the path of the folder of staged files.
func stagingFolder(app core.App) string { return localPath(app, UploadsFolder) }

// localPath returns the path of a key in the local storage.
func localPath(app core.App, key string) string {
	return filepath.Join(app.DataDir(), core.LocalStorageDirName, filepath.FromSlash(key))
}

// stagedName returns the name of a staged file that belongs to the media row with that id.
func stagedName(id, name string) string { return id + "~" + name }

// isRemote reports whether files are stored in an object store.
func isRemote(app core.App) bool { return app.Settings().S3.Enabled }

// withStorage calls work with the app's storage, which it closes afterwards. It ends with ctx, or when an object store is silent.
func withStorage(ctx context.Context, app core.App, work func(*filesystem.System, *IdleTimeout) error) error {
	system, err := app.NewFilesystem()
	if err != nil {
		return err
	}
	defer system.Close()
	ctx, idle := NewIdleTimeout(ctx, app)
	defer idle.End()
	system.SetContext(ctx)
	return idle.Explain(work(system, idle))
}

// put stores a content of a media type under a key, whole or not at all.
func put(ctx context.Context, app core.App, key, mime string, content io.Reader) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	return withStorage(ctx, app, func(system *filesystem.System, idle *IdleTimeout) error {
		w, err := system.NewWriter(key, &blob.WriterOptions{ContentType: mime})
		if err != nil {
			return err
		}
		if _, err := io.Copy(w, idle.Reader(content)); err != nil {
			cancel() // makes Close drop what was written
			_ = w.Close()
			return err
		}
		return w.Close()
	})
}

// rename moves a file and its attributes within the local disk, and returns when a power cut would leave them there. A
// copy would cost as much as the upload did.
func rename(log *durable.Log, from, target string) error {
	// The folder may exist from an upload that failed, whose cleaning up may remove it at this moment.
	for try := 0; ; try++ {
		if err := log.MakeFolder(filepath.Dir(target)); err != nil {
			return err
		}
		err := os.Rename(from+AttributesSuffix, target+AttributesSuffix)
		if err == nil {
			if err := os.Rename(from, target); err != nil {
				return err
			}
			return log.SyncFolder(filepath.Dir(target))
		}
		if !errors.Is(err, fs.ErrNotExist) || try == 3 {
			return err
		}
	}
}

// removeStaged removes a staged file and its attributes.
func removeStaged(app core.App, file string) {
	for _, name := range []string{file, file + AttributesSuffix} {
		if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			app.Logger().Warn("a file that waited could not be removed", "file", filepath.Base(name), "error", err)
		}
	}
}

// removeStagedOf removes what is staged of a media row: the copy of a file in an object store.
func removeStagedOf(app core.App, id string) error {
	staged, err := filepath.Glob(filepath.Join(stagingFolder(app), stagedName(id, "*")))
	for _, file := range staged {
		if strings.HasSuffix(file, placing) {
			continue // its upload is under way
		}
		if removed := os.Remove(file); removed != nil && !errors.Is(removed, fs.ErrNotExist) {
			err = errors.Join(err, removed)
		}
	}
	return err
}

// removeStored removes a file from the storage, and from the local disk its folder if no other file is in it.
func removeStored(app core.App, key string) error {
	if !isRemote(app) {
		return removeLocal(app, key)
	}
	err := withStorage(context.Background(), app, func(system *filesystem.System, _ *IdleTimeout) error { return system.Delete(key) })
	if errors.Is(err, filesystem.ErrNotFound) {
		return nil
	}
	return err
}

// removeLocal removes a file from the local storage, with its attributes, and its folder if no other file is in it.
func removeLocal(app core.App, key string) error {
	for _, name := range []string{key, key + AttributesSuffix} {
		if err := os.Remove(localPath(app, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	_ = os.Remove(localPath(app, path.Dir(key)))
	return nil
}

// SweepUploads removes the uploads that a crash interrupted: staged files that no row waits for, and files and objects
// that were stored for rows that were never saved. Call it when nothing is being uploaded.
func SweepUploads(ctx context.Context, app core.App) error {
	staged, err := os.ReadDir(stagingFolder(app))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read staged uploads: %w", err)
	}
	var errs []error
	for _, entry := range staged {
		if err := sweep(ctx, app, entry.Name()); err != nil {
			errs = append(errs, fmt.Errorf("sweep staged upload %s: %w", entry.Name(), err))
		}
	}
	return errors.Join(errs...)
}

// sweep removes one staged file, unless the preview of a row's file is to be made from it. If its row was never saved,
// it queues the removal of what may have been stored for it.
func sweep(ctx context.Context, app core.App, staged string) error {
	entry, isPlacing := strings.CutSuffix(strings.TrimSuffix(staged, AttributesSuffix), placing)
	if id, name, hasID := strings.Cut(entry, "~"); hasID {
		file, err := store.ReadMediaFile(ctx, app, id)
		switch {
		case err != nil && !errors.Is(err, store.ErrNotFound):
			return err
		case !isPlacing && file.Name == name && file.PreviewState == store.PreviewWaiting:
			return nil
		case file.Has(name):
			// What is stored is the row's.
		case file.PreviewState == store.PreviewWaiting && name == mediatype.PreviewName(file.Name):
			// The preview will be made again and take the place of this one, which must not be removed then.
		case isPlacing || isRemote(app):
			folder, err := store.MediaFolder(app, id)
			if err != nil {
				return err
			}
			if err := store.AddRemoval(ctx, app, path.Join(folder, name), store.RemovedUpload); err != nil {
				return err
			}
		}
	}
	return os.RemoveAll(filepath.Join(stagingFolder(app), staged))
}
