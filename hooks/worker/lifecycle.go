package worker

import "github.com/pocketbase/pocketbase/core"

// WhileServing calls start once the app serves, and the stop that it returns before the app's database closes. It is
// for any background service, with a queue or without.
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
