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
	app.OnRecordAuthRequest(core.CollectionNameSuperusers).BindFunc(refuseImpersonation)
}

// refuseImpersonation: what a moderator does goes into the history under their own name. A superuser who is signed in
// gets another's token by PocketBase's impersonation alone, which names no method of sign-in.
func refuseImpersonation(e *core.RecordAuthRequestEvent) error {
	if e.AuthMethod == "" && e.HasSuperuserAuth() && e.Auth.Id != e.Record.Id {
		return e.ForbiddenError("Nobody acts under another moderator's name", nil)
	}
	return e.Next()
}
