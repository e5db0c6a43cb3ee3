package hooks

import (
	"fmt"
	"path/filepath"

	"github.com/gofrs/flock"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
)

// registerLock lets one server at a time have a data folder. A second one, started by mistake, would take the first one's
// uploads for leftovers, and send its pushes again. The system gives the lock back when the process ends, however it does.
func registerLock(app core.App) {
	var lock *flock.Flock
	app.OnServe().Bind(&hook.Handler[*core.ServeEvent]{
		Id:       "privet_lock",
		Priority: -10000, // before anything looks into the folder
		Func: func(e *core.ServeEvent) error {
			lock = flock.New(filepath.Join(app.DataDir(), "privet.lock"))
			mine, err := lock.TryLock()
			if err != nil {
				return err
			}
			if !mine {
				return fmt.Errorf("another privet serves the data folder %s", app.DataDir())
			}
			return e.Next()
		},
	})
	app.OnTerminate().Bind(&hook.Handler[*core.TerminateEvent]{
		Id:       "privet_lock",
		Priority: 10000,
		Func: func(e *core.TerminateEvent) error {
			err := e.Next()
			if lock != nil {
				_ = lock.Unlock() // the process' end does it, too
			}
			return err
		},
	})
}
