package hooks

import (
	"github.com/privet/privet/hooks/order"
	"github.com/privet/privet/hooks/store"

	"github.com/pocketbase/pocketbase/core"
)

// registerActors tells the model hooks that a moderator acts, when a change comes through PocketBase's own API.
func registerActors(app core.App) {
	moderator := func(e *core.RecordRequestEvent) error {
		if e.HasSuperuserAuth() {
			store.SetActor(e.Record, store.Actor{Side: order.Moderator, Moderator: e.Auth.Email()})
		}
		return e.Next()
	}
	app.OnRecordCreateRequest().BindFunc(moderator)
	app.OnRecordUpdateRequest().BindFunc(moderator)
	app.OnRecordCreateRequest().BindFunc(checkTyped)
	app.OnRecordUpdateRequest().BindFunc(checkTyped)
	app.OnRecordDeleteRequest().BindFunc(moderator)
}
