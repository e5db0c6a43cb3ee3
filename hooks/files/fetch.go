package files

import (
	"context"
	"io"
	"os"
	"path"
	"path/filepath"

	"github.com/privet/privet/hooks/store"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/filesystem"
)

// Fetch returns where a media file lies on the local disk. What is in an object store is what waits there still, or
// is fetched; DropFetched removes it.
func Fetch(ctx context.Context, app core.App, file *store.MediaFile) (string, error) {
	folder, err := store.MediaFolder(app, file.ID)
	if err != nil {
		return "", err
	}
	key := path.Join(folder, file.Name)
	if !remote(app) {
		return local(app, key), nil
	}
	staged := filepath.Join(staging(app), stagedName(file.ID, file.Name))
	if _, err := os.Stat(staged); err == nil {
		return staged, nil
	}
	if err := os.MkdirAll(staging(app), os.ModePerm); err != nil {
		return "", err
	}
	part := staged + ".part" // a name that the sweep takes for no row's
	defer os.Remove(part)
	err = inStorage(app, func(system *filesystem.System) error {
		system.SetContext(ctx)
		from, err := system.GetReader(key)
		if err != nil {
			return err
		}
		defer from.Close()
		to, err := os.OpenFile(part, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
		if err != nil {
			return err
		}
		if _, err := io.Copy(to, from); err != nil {
			_ = to.Close()
			return err
		}
		return to.Close()
	})
	if err != nil {
		return "", err
	}
	return staged, os.Rename(part, staged)
}

// DropFetched removes the local copy of a file that lies in an object store.
func DropFetched(app core.App, id, name string) {
	if remote(app) {
		removeStaged(app, filepath.Join(staging(app), stagedName(id, name)))
	}
}
