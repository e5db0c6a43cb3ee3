// Package worker runs background work while the app serves.
package worker

import "github.com/pocketbase/pocketbase/core"

// WhileServing calls start once the app serves, and the returned stop before the database closes.
func WhileServing(app core.App, start func() (stop func())) {
	stop := func() {}
	app.OnServe().BindFunc(func(e *core.ServeEvent) error {
		if err := e.Next(); err != nil {
			return err
		}
		stop = start()
		return nil
	})
	app.OnTerminate().BindFunc(func(e *core.TerminateEvent) error {
		stop()
		return e.Next()
	})
}
