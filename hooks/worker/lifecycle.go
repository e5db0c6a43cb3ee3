package worker

import (
	"context"
	"sync"
	"time"

	"github.com/privet/privet/hooks/panics"

	"github.com/pocketbase/pocketbase/core"
)

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

// Every calls work again and again while the app serves, an interval after the last call began or, if that took longer, at
// once. ctx ends when the app stops, which waits for the call under way. A panic is logged, and work called again.
func Every(app core.App, interval time.Duration, work func(ctx context.Context)) {
	WhileServing(app, func() (stop func()) {
		ctx, cancel := context.WithCancel(context.Background())
		var running sync.WaitGroup
		running.Go(func() {
			ticker := time.NewTicker(interval)
			defer ticker.Stop()
			for {
				select {
				case <-ctx.Done():
					return
				case <-ticker.C:
					if panicked := panics.Try(func() { work(ctx) }); panicked != nil {
						app.Logger().Error("a background job panicked", "error", panicked.Cause, "stack", panicked.Stack)
					}
				}
			}
		})
		return func() {
			cancel()
			running.Wait()
		}
	})
}
