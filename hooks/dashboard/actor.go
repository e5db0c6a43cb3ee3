package dashboard

import (
	"github.com/privet/privet/hooks/order"
	"github.com/privet/privet/hooks/store"

	"github.com/pocketbase/pocketbase/core"
)

// registerActors makes the superuser the actor of a record that is changed through PocketBase's own API.
func registerActors(app core.App) {
	setActor := func(e *core.RecordRequestEvent) error {
		if e.HasSuperuserAuth() {
			store.SetActor(e.Record, store.Actor{Side: order.Moderator, Moderator: e.Auth.Email(), Audit: true})
		}
		return e.Next()
	}
	app.OnRecordCreateRequest().BindFunc(setActor)
	app.OnRecordUpdateRequest().BindFunc(setActor)
	app.OnRecordDeleteRequest().BindFunc(setActor)
}
