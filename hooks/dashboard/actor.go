package dashboard

import (
	"github.com/privet/privet/hooks/order"
	"github.com/privet/privet/hooks/store"

	"github.com/pocketbase/pocketbase/core"
)

// registerActors makes the moderator the actor of a record that is changed through PocketBase's own API.
func registerActors(app core.App) {
	setModerator := func(e *core.RecordRequestEvent) error {
		if e.HasSuperuserAuth() {
			store.SetActor(e.Record, store.Actor{Side: order.Moderator, Moderator: e.Auth.Email(), Audit: true})
		}
		return e.Next()
	}
	app.OnRecordCreateRequest().BindFunc(setModerator)
	app.OnRecordUpdateRequest().BindFunc(setModerator)
	app.OnRecordDeleteRequest().BindFunc(setModerator)
}
