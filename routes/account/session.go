package account

import (
	"time"

	"github.com/privet/privet/hooks/store"

	"github.com/pocketbase/pocketbase/core"
)

// Who has signed in on the page has a link of this purpose in the database, as a mailed one: its token is in the page's forms.
const session = "session"

// sessionTime is how long somebody may act after signing in.
const sessionTime = 20 * time.Minute

// begin signs a user in on the page, in a transaction, and returns the token for its forms.
func (v *visit) begin(tx core.App, user *store.User) (token string, err error) {
	return store.AddLink(v.background(), tx, user.Id, session, time.Now().Add(sessionTime))
}

// signedIn returns the user whose session a form has sent. The error is store.ErrNotFound if it is over.
func (v *visit) signedIn() (*store.User, error) {
	return store.FindLink(v.req.Context(), v.event.App, v.form.get("session"), session)
}

// change makes a change of the user who is signed in, in a transaction, and ends the session: what is sent twice is done once. It
// returns the user, and the token of a new session if the account is still there. The error is store.ErrNotFound if the session is over.
func (v *visit) change(work func(tx core.App, user *store.User) error) (user *store.User, token string, err error) {
	err = v.event.App.RunInTransaction(func(tx core.App) error {
		if user, err = store.UseLink(v.background(), tx, v.form.get("session"), session); err != nil {
			return err
		}
		if err := work(tx, user); err != nil {
			return err
		}
		if user.Erased() {
			return nil
		}
		token, err = v.begin(tx, user)
		return err
	})
	return user, token, err
}
