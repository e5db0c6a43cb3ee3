package files

import (
	"context"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"

	"github.com/privet/privet/hooks/store"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/filesystem"
)

// Fetch returns a path on the local disk where a media file can be read. A file in an object store is downloaded,
// unless it is still staged from its upload; remove it with DropFetched.
func Fetch(ctx context.Context, app core.App, file *store.MediaFile) (string, error) {
	folder, err := store.MediaFolder(app, file.ID)
	if err != nil {
		return "", err
	}
	key := path.Join(folder, file.Name)
	if !isRemote(app) {
		return localPath(app, key), nil
	}
	staged := filepath.Join(stagingFolder(app), stagedName(file.ID, file.Name))
	if _, err := os.Stat(staged); err == nil {
		return staged, nil
	}
	if err := download(ctx, app, key, staged); err != nil {
		return "", fmt.Errorf("fetch media %s: %w", file.ID, err)
	}
	return staged, nil
}

// download copies an object to a file, which exists only once it is complete.
func download(ctx context.Context, app core.App, key, target string) error {
	if err := os.MkdirAll(filepath.Dir(target), os.ModePerm); err != nil {
		return err
	}
	part := target + ".part" // SweepUploads removes it, as no row has a file of this name
	defer os.Remove(part)
	err := withStorage(ctx, app, func(system *filesystem.System, idle *IdleTimeout) error {
		from, err := system.GetReader(key)
		if err != nil {
			return err
		}
		defer from.Close()
		to, err := os.OpenFile(part, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
		if err != nil {
			return err
		}
		if _, err := io.Copy(idle.Writer(to), from); err != nil {
			_ = to.Close()
			return err
		}
		return to.Close()
	})
	if err != nil {
		return err
	}
	return os.Rename(part, target)
}

// DropFetched removes the local copy of a file in an object store, if there is one.
func DropFetched(app core.App, id, name string) {
	if isRemote(app) {
		removeStaged(app, filepath.Join(stagingFolder(app), stagedName(id, name)))
	}
}
