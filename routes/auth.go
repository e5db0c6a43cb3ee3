package routes

import (
	"context"
	"errors"
	"net/http"

	"github.com/privet/privet/hooks/accounts"
	"github.com/privet/privet/hooks/files"
	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/routes/access"
	"github.com/privet/privet/routes/laravel"
	"github.com/privet/privet/routes/resource"

	"github.com/pocketbase/pocketbase/core"
)

type loginInput struct {
	Email    string `in:"email" rules:"required|email"`
	Password string `in:"password" rules:"required|string"`
	deviceFields
}

type forgotInput struct {
	Email string `in:"email" rules:"required|email"`
}

type resetInput struct {
	Token        string `in:"token" rules:"required|string"`
	Password     string `in:"password" rules:"required|string|min:6"`
	Confirmation string `in:"password_confirmation" rules:"nullable|same:password"`
}

var (
	loginSchema  = laravel.MustCompile[loginInput]()
	forgotSchema = laravel.MustCompile[forgotInput]()
	resetSchema  = laravel.MustCompile[resetInput]()
)

// errNoMail is the answer where no mails can be sent.
var errNoMail = resource.Failure(http.StatusServiceUnavailable, "Mail is not available, try again later")

// signup creates an account and signs in its first device.
func (a *api) signup(c *call) error {
	in, err := readUpload(c, signupSchema, c.freeEmail(""))
	if err != nil {
		return err
	}
	c.media = storedUpload(in.Media)
	user, err := store.NewUser(c.app)
	if err != nil {
		return err
	}
	in.fill(user)
	hashed, err := store.HashPassword(c.req.Context(), store.Hasher{Network: c.sender()}, in.Password)
	if err != nil {
		return err
	}
	user.SetPasswordHash(hashed)
	return c.signIn(user, in.deviceFields, func(tx core.App) error {
		if err := tx.Save(user); err != nil {
			return err
		}
		return files.ReplaceProfileMedia(tx, c.media, user.Id)
	})
}

// login signs a device in by e-mail and password. Neither the answer nor the time that it takes reveals which of the
// two was wrong.
func (a *api) login(c *call) error {
	in, err := read(c, loginSchema, nil)
	if err != nil {
		return err
	}
	user, err := store.FindUserByEmail(c.app, in.Email)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	from, refund, err := access.CountAttempt(c.app, c.limits, c.sender(), user, in.Email, in.DeviceID)
	if err != nil {
		return err
	}
	matches, err := store.CheckPassword(c.req.Context(), from, user, in.Password)
	if err != nil {
		refund() // the password was not compared
		return err
	}
	if !matches || user.Banned() {
		return resource.Unauthorized
	}
	refund()
	return c.signIn(user, in.deviceFields, func(tx core.App) error {
		// The password may have been changed while this request waited for its turn to compare hashes: it is of no use
		// then.
		current, err := store.FindUser(tx, user.Id)
		if err == nil && current.PasswordHash() != user.PasswordHash() {
			err = resource.Unauthorized
		}
		return err
	})
}

// passwordForgot mails whoever has an address a link to choose a new password. Neither the answer nor the time that it takes tells
// whether somebody has it, or whether the mail is sent.
func (a *api) passwordForgot(c *call) error {
	in, err := read(c, forgotSchema, nil)
	if err != nil {
		return err
	}
	err = accounts.RequestLink(context.WithoutCancel(c.req.Context()), c.app, in.Email, accounts.Password, access.Language(c.req.Header))
	if errors.Is(err, accounts.ErrNoMail) {
		return errNoMail
	}
	if err != nil {
		return err
	}
	return c.answer(success{"success"})
}

// passwordReset sets a new password by the token of a mailed link, and signs all devices out.
func (a *api) passwordReset(c *call) error {
	in, err := read(c, resetSchema, nil)
	if err != nil {
		return err
	}
	// A new password costs as much as a sign-in.
	if err := c.limits.Endpoint(loginPath); err != nil {
		return err
	}
	err = accounts.ResetPassword(c.req.Context(), c.app, store.Hasher{Network: c.sender()}, in.Token, in.Password)
	if errors.Is(err, accounts.ErrInvalidLink) {
		return resource.InvalidToken
	}
	if err != nil {
		return err
	}
	return c.answer(success{"success"})
}
