package files

import (
	"context"
	"errors"
	"path/filepath"

	"github.com/privet/privet/hooks/disk"
	"github.com/privet/privet/hooks/store"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/filesystem"
)

// checkName is the key of an object that is never there for long.
const checkName = "privet-write-check"

// CheckFolders makes and removes small files where uploads are staged and, if they stay on the local disk, where they are stored.
func CheckFolders(app core.App) error {
	const size = 4 << 10 // bytes
	storage, err := filepath.Abs(filepath.Join(app.DataDir(), core.LocalStorageDirName))
	if err != nil {
		return err
	}
	folders := []string{stagingFolder(app)}
	if !isRemote(app) {
		media, err := store.MediaFolder(app, "")
		if err != nil {
			return err
		}
		folders = append(folders, localPath(app, media))
	}
	for _, folder := range folders {
		if err := disk.CheckFolder(folder, storage, size); err != nil {
			return err
		}
	}
	return nil
}

// CheckObjects asks the object store, if files are kept in one, whether it works: it must answer about an object or, where the
// answer does not show that, take one.
func CheckObjects(ctx context.Context, app core.App) error {
	if !isRemote(app) {
		return nil
	}
	return withStorage(ctx, app, func(system *filesystem.System, _ *IdleTimeout) error { return checkStore(ctx, system) })
}

// CheckStore asks the object store of a configuration whether it works, as CheckObjects does.
func CheckStore(ctx context.Context, config core.S3Config) error {
	system, err := filesystem.NewS3(config.Bucket, config.Region, config.Endpoint, config.AccessKey, config.Secret, config.ForcePathStyle)
	if err != nil {
		return err
	}
	defer system.Close()
	ctx, idle := IdleTimeoutWith(ctx, config)
	defer idle.End()
	system.SetContext(ctx)
	return idle.Explain(checkStore(ctx, system))
}

func checkStore(ctx context.Context, system *filesystem.System) error {
	there, err := system.Exists(checkName)
	if err == nil && !there {
		// Neither is a bucket that does not exist. Who may not list it gets another answer than this one about the object.
		_, err := system.List(checkName)
		return err
	}
	if err == nil || ctx.Err() != nil {
		return errors.Join(err, ctx.Err())
	}
	if err := system.Upload([]byte("privet"), checkName); err != nil {
		return err
	}
	return system.Delete(checkName)
}
