package files

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"path"

	"github.com/privet/privet/hooks/store"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/filesystem"
)

// Checksum returns the SHA-256 of a media file, in hex.
func Checksum(ctx context.Context, app core.App, file *store.MediaFile) (string, error) {
	folder, err := store.MediaFolder(app, file.ID)
	if err != nil {
		return "", err
	}
	sum := sha256.New()
	err = withStorage(ctx, app, func(system *filesystem.System, idle *IdleTimeout) error {
		from, err := system.GetReader(path.Join(folder, file.Name))
		if err != nil {
			return err
		}
		defer from.Close()
		_, err = io.Copy(idle.Writer(sum), from)
		return err
	})
	return hex.EncodeToString(sum.Sum(nil)), err
}
