package files

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/privet/privet/hooks/media/mediatype"
	"github.com/privet/privet/hooks/store"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/filesystem"
)

const (
	// uploadsFolder is where files wait until they are whole and their row has an id. A row's files lie under its id,
	// and an id taken for an upload that then fails would leave a gap that clients see.
	uploadsFolder = "uploads"
	attributes    = ".attrs" // PocketBase's local storage keeps a file's content type beside it
)

// staging is where files wait, on the local disk.
func staging(app core.App) string { return local(app, uploadsFolder) }

// local is where a key lies on the local disk.
func local(app core.App, key string) string {
	return filepath.Join(app.DataDir(), core.LocalStorageDirName, filepath.FromSlash(key))
}

// stagedName is what a file is called that waits, and belongs to the media row with that id.
func stagedName(id, name string) string { return id + "~" + name }

// remote tells whether files go to an object store.
func remote(app core.App) bool { return app.Settings().S3.Enabled }

func inStorage(app core.App, work func(*filesystem.System) error) error {
	system, err := app.NewFilesystem()
	if err != nil {
		return err
	}
	defer system.Close()
	return work(system)
}

// rename moves a file on the local disk, where a copy would cost as much as the upload did.
func rename(from, target string) error {
	// The folder may be there from an upload that failed, and be cleared away just now.
	for try := 0; ; try++ {
		if err := os.MkdirAll(filepath.Dir(target), os.ModePerm); err != nil {
			return err
		}
		err := os.Rename(from+attributes, target+attributes)
		if err == nil {
			return os.Rename(from, target)
		}
		if !errors.Is(err, fs.ErrNotExist) || try == 3 {
			return err
		}
	}
}

// removeStaged removes a file that waits.
func removeStaged(app core.App, file string) {
	for _, name := range []string{file, file + attributes} {
		if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			app.Logger().Warn("a file that waited could not be removed", "file", filepath.Base(name), "error", err)
		}
	}
}

// removeStored removes a row's file, and on the local disk its folder unless another file is there.
func removeStored(app core.App, key string) error {
	err := inStorage(app, func(system *filesystem.System) error { return system.Delete(key) })
	if err != nil && !errors.Is(err, filesystem.ErrNotFound) {
		return err
	}
	if !remote(app) {
		_ = os.Remove(local(app, path.Dir(key)))
	}
	return nil
}

// SweepUploads removes what was being uploaded when the process last died: what waits for no row, and what was sent to
// an object store for a row that was never made.
func SweepUploads(app core.App) error {
	waiting, err := os.ReadDir(staging(app))
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			err = nil
		}
		return err
	}
	var all []error
	for _, entry := range waiting {
		all = append(all, sweep(app, entry.Name()))
	}
	return errors.Join(all...)
}

func sweep(app core.App, staged string) error {
	if id, name, ofRow := strings.Cut(strings.TrimSuffix(staged, attributes), "~"); ofRow {
		file, err := store.ReadMediaFile(app, id)
		switch {
		case err != nil && !errors.Is(err, store.ErrNotFound):
			return err
		case file.Name == name && file.PreviewState == store.PreviewWaiting:
			return nil // the still is made of it
		case file.Name == name, file.PreviewState == store.PreviewReady && mediatype.PreviewName(file.Name) == name:
		case remote(app):
			folder, err := store.MediaFolder(app, id)
			if err != nil {
				return err
			}
			if err := removeStored(app, path.Join(folder, name)); err != nil {
				return err
			}
		}
	}
	return os.RemoveAll(filepath.Join(staging(app), staged))
}
