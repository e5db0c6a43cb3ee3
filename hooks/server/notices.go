package server

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/privet/privet/hooks/disk"
	"github.com/privet/privet/hooks/worker"

	"github.com/gofrs/flock"
	"github.com/pocketbase/pocketbase/core"
)

const (
	noticeInterval = 300 * time.Millisecond
	noticePatience = 10 * time.Second
)

// ErrUnnoticed means that a server runs and has not taken notice of a change in time: it will within a minute, by its own
// looks at the database.
var ErrUnnoticed = errors.New("the server that runs has not taken notice yet; it does within a minute")

// noticesFolder is where commands leave a file to tell the server of a change.
func noticesFolder(app core.App) string {
	return filepath.Join(app.DataDir(), disk.PrivateFolder, "changed")
}

// RegisterNotices makes the server look whether a command has changed the database.
func RegisterNotices(app core.App) {
	worker.Every(app, noticeInterval, func(context.Context) { takeNotice(app) })
}

// takeNotice lets the app know of the changes that commands have left word of, and then removes the files, for which the
// commands wait.
func takeNotice(app core.App) {
	left, err := os.ReadDir(noticesFolder(app))
	if err != nil || len(left) == 0 {
		return
	}
	worker.ForeignChange(app)
	for _, entry := range left {
		_ = os.Remove(filepath.Join(noticesFolder(app), entry.Name()))
	}
}

// Notify tells the server that uses the app's data folder, if one runs, of what this process has committed, and returns
// once it has taken notice.
func Notify(app core.App) error {
	folder := noticesFolder(app)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	file, err := os.CreateTemp(folder, "")
	if err != nil {
		return err
	}
	defer os.Remove(file.Name())
	if err := errors.Join(file.Close(), disk.LikeFolder(app.DataDir(), filepath.Dir(folder), folder, file.Name())); err != nil {
		return err
	}
	for deadline := time.Now().Add(noticePatience); time.Now().Before(deadline); time.Sleep(noticeInterval / 10) {
		if _, err := os.Stat(file.Name()); errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if running, err := IsServed(app.DataDir()); err == nil && !running {
			return nil
		}
	}
	return ErrUnnoticed
}

// IsServed reports whether a server uses a data folder. It takes the folder's lock for a moment, if that is free; a server
// that starts at that moment waits.
func IsServed(dir string) (bool, error) {
	path := filepath.Join(dir, disk.LockName)
	if _, err := os.Stat(path); err != nil {
		return false, nil //nolint:nilerr // nobody has ever served it
	}
	lock := flock.New(path, flock.SetFlag(os.O_RDONLY))
	mine, err := lock.TryRLock()
	if err != nil || !mine {
		return !mine, err
	}
	return false, lock.Unlock()
}
