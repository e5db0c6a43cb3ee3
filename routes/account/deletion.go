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
	return v.renderFor(user, v.form.get("session"), view{name: "deletion", Heading: "deletion"})
}

// delete deletes the account: it is the erasure that moderators and the API's user/delete have. Who is banned may do it, too.
func (v *visit) delete() error {
	if v.form.get("sure") == "" {
		user, err := v.signedIn()
		if err != nil {
			return err
		}
		return v.renderFor(user, v.form.get("session"), view{name: "deletion", Heading: "deletion", Message: "not_sure", Problem: true})
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
