package account

import (
	"errors"
	"net/http"
	"unicode/utf8"

	"github.com/privet/privet/hooks/accounts"
	"github.com/privet/privet/hooks/store"

	"github.com/pocketbase/pocketbase/core"
)

// showLink shows what a mailed link leads to. It uses nothing up.
func (v *visit) showLink() error {
	for purpose, shown := range map[accounts.Purpose]view{
		accounts.Password: {name: "new-password", Heading: "set_new_password"},
		accounts.Proof:    {name: "proof", Heading: "open_link"},
	} {
		user, err := accounts.FindLink(v.req.Context(), v.event.App, v.link, purpose)
		if errors.Is(err, accounts.ErrInvalidLink) {
			continue
		}
		if err != nil {
			return err
		}
		shown.Link, shown.Email = v.link, user.Email()
		return v.render(http.StatusOK, shown)
	}
	return errLink
}

// forgot has a link for a new password mailed, prove one that signs in on the page.
func (v *visit) forgot() error { return v.mailLink(accounts.Password) }
func (v *visit) prove() error  { return v.mailLink(accounts.Proof) }

// mailLink answers alike whoever has the address, if anybody.
func (v *visit) mailLink(purpose accounts.Purpose) error {
	if err := v.limits.Endpoint(v.Forgot); err != nil {
		return err
	}
	err := accounts.RequestLink(v.background(), v.event.App, v.form.get("email"), purpose, v.language)
	if errors.Is(err, accounts.ErrNoMail) {
		return errNoMail
	}
	if err != nil {
		return err
	}
	return v.render(http.StatusOK, view{name: "message", Heading: "link_sent", Message: "link_is_sent"})
}

// minPassword is the shortest password, in characters, as in the API.
const minPassword = 6

// reset sets a new password by a mailed link, which that uses up.
func (v *visit) reset() error {
	v.link = v.form.get("token")
	password := v.form.raw("password")
	problem := ""
	switch {
	case utf8.RuneCountInString(password) < minPassword:
		problem = "password_short"
	case password != v.form.raw("password_confirmation"):
		problem = "passwords_differ"
	}
	if problem != "" {
		user, err := accounts.FindLink(v.req.Context(), v.event.App, v.link, accounts.Password)
		if err != nil {
			return err
		}
		return v.render(http.StatusUnprocessableEntity, view{name: "new-password", Heading: "set_new_password", Message: problem, Problem: true,
			Email: user.Email(), Link: v.link})
	}
	if err := v.limits.Endpoint(v.Login); err != nil {
		return err
	}
	err := accounts.ResetPassword(v.req.Context(), v.event.App, store.Hasher{Network: v.sender()}, v.link, password)
	if err != nil {
		return err
	}
	return v.render(http.StatusOK, view{name: "message", Heading: "password_set", Message: "password_is_set"})
}

// open signs in on the page who has come by a mailed link, which that uses up.
func (v *visit) open() error {
	var user *store.User
	var token string
	err := v.event.App.RunInTransaction(func(tx core.App) (err error) {
		if user, err = accounts.UseLink(v.background(), tx, v.form.get("token"), accounts.Proof); err != nil {
			return err
		}
		token, err = v.begin(tx, user)
		return err
	})
	if err != nil {
		return err
	}
	return v.showAccount(user, token, view{})
}
