package account

import (
	"net/http"

	"github.com/privet/privet/hooks/store"

	"github.com/pocketbase/pocketbase/core"
)

// askDeletion shows what a deletion removes and what stays, and asks whether it is meant.
func (v *visit) askDeletion() error {
	user, err := v.signedIn()
	if err != nil {
		return err
	}
	return v.showDeletion(user, http.StatusOK, view{})
}

func (v *visit) showDeletion(user *store.User, status int, shown view) error {
	counts, err := store.CountErasure(v.req.Context(), v.event.App, user.Id)
	if err != nil {
		return err
	}
	shown.name, shown.Heading, shown.Email, shown.Session, shown.Counts = "deletion", "deletion", user.Email(), v.form.get("session"), counts
	return v.render(status, shown)
}

// delete deletes the account: it is the erasure that moderators and the API's user/delete have. Who is banned may do it, too.
func (v *visit) delete() error {
	if v.form.get("sure") == "" {
		user, err := v.signedIn()
		if err != nil {
			return err
		}
		return v.showDeletion(user, http.StatusUnprocessableEntity, view{Message: "not_sure", Problem: true})
	}
	if err := v.limits.Endpoint(v.Login); err != nil {
		return err
	}
	_, _, err := v.change(func(tx core.App, user *store.User) error { return user.DeleteOwn(v.background(), tx, "") })
	if err != nil {
		return err
	}
	return v.render(http.StatusOK, view{name: "message", Heading: "deleted", Message: "is_deleted"})
}
