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
			store.SetActor(e.Record, store.Actor{Side: order.Moderator, Moderator: e.Auth.Email()})
		}
		return e.Next()
	}
	app.OnRecordCreateRequest().BindFunc(setModerator)
	app.OnRecordUpdateRequest().BindFunc(setModerator)
	app.OnRecordDeleteRequest().BindFunc(setModerator)
	app.OnRecordAuthRequest(core.CollectionNameSuperusers).BindFunc(refuseImpersonation)
}

// refuseImpersonation refuses a moderator another moderator's token: the history records moderators by their own
// names. PocketBase's impersonation is the only request that gives a signed-in superuser the token of another one,
// and the only one without an AuthMethod.
func refuseImpersonation(e *core.RecordAuthRequestEvent) error {
	if e.AuthMethod == "" && e.HasSuperuserAuth() && e.Auth.Id != e.Record.Id {
		return e.ForbiddenError("A moderator can't act as another moderator", nil)
	}
	return e.Next()
}
