package files

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/privet/privet/hooks/disk"

	"github.com/gofrs/flock"
)

// holdPoll is how often a file lock that another process has is asked for.
const holdPoll = 50 * time.Millisecond

func holdPath(data string) string { return filepath.Join(data, disk.PrivateFolder, "removals.lock") }

// HoldRemovals lets nothing be removed from the storage in a data folder, by no process, until release is called: all files that rows
// name after it has returned stay meanwhile. What was being removed when it was called goes on, as its rows are gone already. The folder
// disk.PrivateFolder must exist.
func HoldRemovals(ctx context.Context, data string) (release func() error, err error) {
	lock := flock.New(holdPath(data), flock.SetPermissions(0o600))
	if _, err := lock.TryLockContext(ctx, holdPoll); err != nil {
		return nil, err
	}
	if err := disk.LikeFolder(data, lock.Path()); err != nil {
		return nil, errors.Join(err, lock.Unlock())
	}
	return lock.Unlock, nil
}

// waitForHold returns when no process holds removals, or with an error. A removal that passed it just before a hold is of
// rows that were deleted before.
func waitForHold(ctx context.Context, data string) error {
	lock := flock.New(holdPath(data), flock.SetFlag(os.O_RDONLY))
	_, err := lock.TryRLockContext(ctx, holdPoll)
	if errors.Is(err, fs.ErrNotExist) { // nothing was ever held
		return nil
	}
	return errors.Join(err, lock.Unlock())
}
