package account

import (
	"errors"
	"net/http"
	"time"

	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/hooks/store/desk"
	"github.com/privet/privet/routes/access"

	"github.com/pocketbase/pocketbase/core"
)

// signIn signs somebody in on the page by e-mail and password: who is banned, too. It counts as the API's sign-in, and neither
// the answer nor the time that it takes tells which of the two was wrong.
func (v *visit) signIn() error {
	if err := v.limits.Endpoint(v.Login); err != nil {
		return err
	}
	email, password := v.form.get("email"), v.form.raw("password")
	user, err := store.FindUserByEmail(v.event.App, email)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	from, refund, err := access.CountAttempt(v.event.App, v.limits, v.sender(), user, email, "")
	if err != nil {
		return err
	}
	matches, err := store.CheckPassword(v.req.Context(), from, user, password)
	if err != nil {
		refund() // the password was not compared
		return err
	}
	if !matches {
		return v.render(http.StatusUnauthorized, view{name: "home", Heading: "home", Message: "wrong_password", Problem: true, Email: email})
	}
	refund()
	var token string
	err = v.event.App.RunInTransaction(func(tx core.App) error {
		current, err := store.FindUser(tx, user.Id)
		if err != nil {
			return err
		}
		if current.PasswordHash() != user.PasswordHash() {
			return errEnded // it was changed while this request waited for its turn to compare
		}
		token, err = v.begin(tx, current)
		return err
	})
	if err != nil {
		return err
	}
	return v.showAccount(user, token, view{})
}

// view shows the account once more.
func (v *visit) view() error {
	user, err := v.signedIn()
	if err != nil {
		return err
	}
	return v.showAccount(user, v.form.get("session"), view{})
}

// showAccount shows what who is signed in may do, under the message of a view.
func (v *visit) showAccount(user *store.User, token string, shown view) error {
	shown.name, shown.Heading = "signed-in", "signed_in"
	if user.Banned() {
		shown.Ban = &ban{Reason: user.BanReason()}
		if until := user.BannedUntil(); !until.IsZero() {
			shown.Ban.Until = v.date(until)
		}
		var err error
		if shown.Ban.Appealed, err = desk.HasAppealed(v.event.App, user.Id); err != nil {
			return err
		}
	}
	return v.renderFor(user, token, shown)
}

// renderFor answers with a page of who is signed in.
func (v *visit) renderFor(user *store.User, token string, shown view) (err error) {
	shown.Email, shown.Session = user.Email(), token
	counts, err := store.CountErasure(v.req.Context(), v.event.App, user.Id)
	if err != nil {
		return err
	}
	shown.Counts = *counts
	status := http.StatusOK
	if shown.Problem {
		status = http.StatusUnprocessableEntity
	}
	return v.render(status, shown)
}

// date returns a time as people read it, in the zone of the orders.
func (v *visit) date(at time.Time) string {
	layout := "2 January 2006, 15:04"
	if v.language == "ru" {
		layout = "02.01.2006, 15:04"
	}
	return at.In(v.Settings.Zone()).Format(layout + " (MST)")
}

// signOut signs all devices of the account out.
func (v *visit) signOut() error {
	user, token, err := v.change(func(tx core.App, user *store.User) error { return store.RevokeSessions(tx, user.Id, "") })
	if err != nil {
		return err
	}
	return v.showAccount(user, token, view{Message: "signed_out"})
}
