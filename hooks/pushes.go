package hooks

import (
	"context"
	"time"

	"github.com/privet/privet/hooks/push"
	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/hooks/worker"

	"github.com/pocketbase/pocketbase/core"
)

// pushRetention is how long the outbox shows the outcome of a push.
const pushRetention = 30 * 24 * time.Hour

// registerPushes runs the worker of the outbox while the app serves, and wakes it when a change of an order has
// committed.
func registerPushes(app core.App, pushes *push.Worker) {
	wake := func(e *core.RecordEvent) error {
		pushes.Wake()
		return e.Next()
	}
	app.OnRecordAfterCreateSuccess(store.Orders).BindFunc(wake)
	app.OnRecordAfterUpdateSuccess(store.Orders).BindFunc(wake)
	worker.OnForeignChange(app, pushes.Wake)
	worker.WhileServing(app, pushes.Start)
	app.Cron().MustAdd("privet_pushes", "43 4 * * *", func() {
		if err := store.DeleteOldPushes(context.Background(), app, time.Now().Add(-pushRetention)); err != nil {
			app.Logger().Error("old pushes could not be removed", "error", err)
		}
	})
}
