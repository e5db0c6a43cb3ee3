// Package server holds what concerns the serving process as a whole: the lock on its data folder, SQLite's
// checkpoints, the banner printed at the start, and the health check.
package server

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/privet/privet/hooks/disk"

	"github.com/gofrs/flock"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
)

// lockPatience is how long a start waits for the lock: a command looks for a moment whether a server has it.
const lockPatience = time.Second

// keyLock is where an app keeps its lock.
const keyLock = "privet_lock"

// RegisterLock lets only one server at a time use a data folder. A second one, started by mistake, would delete the
// first one's uploads as leftovers and send its pushes again. The operating system releases the lock when the process
// ends.
func RegisterLock(app core.App) {
	app.OnServe().Bind(&hook.Handler[*core.ServeEvent]{
		Id:       "privet_lock",
		Priority: -10000, // before anything looks into the folder
		Func: func(e *core.ServeEvent) error {
			if err := Lock(app); err != nil {
				return err
			}
			return e.Next()
		},
	})
	app.OnTerminate().Bind(&hook.Handler[*core.TerminateEvent]{
		Id:       "privet_lock",
		Priority: 10000,
		Func: func(e *core.TerminateEvent) error {
			err := e.Next()
			if lock, ok := app.Store().Get(keyLock).(*flock.Flock); ok {
				_ = lock.Unlock() // the end of the process releases it, too
			}
			return err
		},
	})
}

// Lock takes the lock on the app's data folder for this process, which may have it already. The folder must exist. The error
// says if another process has the lock.
func Lock(app core.App) error {
	lock, ok := app.Store().GetOrSet(keyLock, func() any {
		return flock.New(filepath.Join(app.DataDir(), disk.LockName))
	}).(*flock.Flock)
	if !ok {
		return fmt.Errorf("%s is no lock", keyLock)
	}
	ctx, cancel := context.WithTimeout(context.Background(), lockPatience)
	defer cancel()
	mine, err := lock.TryLockContext(ctx, lockPatience/20)
	if err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	if !mine {
		return fmt.Errorf("another privet serves the data folder %s", disk.Absolute(app.DataDir()))
	}
	return nil
}
