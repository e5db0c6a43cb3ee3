package routes

import (
	"context"
	"net/http"

	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/routes/laravel"

	"github.com/pocketbase/pocketbase/core"
)

type deletionInput struct {
	Password string `in:"password" rules:"nullable|string"`
}

var deletionSchema = laravel.MustCompile[deletionInput]()

// errWrongPassword is the error of somebody who is signed in, and does not know the account's password.
var errWrongPassword = laravel.NewInvalid("password", "The password is incorrect.")

// userDelete deletes the signed-in user's account: it is the erasure that moderators have.
func (a *api) userDelete(c *call) error {
	in, err := read(c, deletionSchema, nil)
	if err != nil {
		return err
	}
	if err := c.limits.Endpoint(loginPath); err != nil {
		return err
	}
	proven, err := store.FindUser(c.app, c.userID())
	if err != nil {
		return err
	}
	if err := c.provePassword(proven, in.Password); err != nil {
		return err
	}
	return c.changeCurrentUser(http.StatusOK, func(tx core.App, user *store.User) (any, error) {
		if user.PasswordHash() != proven.PasswordHash() {
			return nil, errWrongPassword // it was changed while this request waited for its turn to compare
		}
		return success{"success"}, user.DeleteOwn(context.WithoutCancel(c.req.Context()), tx, c.deviceID())
	})
}

// provePassword returns an error unless the password is the signed-in user's, or the user has set none. Only failures count
// as attempts to sign in.
func (c *call) provePassword(user *store.User, password string) error {
	if !user.PasswordSet() {
		return nil
	}
	if password == "" {
		return laravel.NewBroken("password", "required")
	}
	from := store.Hasher{Network: c.sender(), Account: store.TokenHash(store.EmailKey(user.Email())), Proven: true}
	refund, err := c.limits.Attempt(from.Account, func() (string, error) { return "signed in " + c.deviceID(), nil })
	if err != nil {
		return err
	}
	matches, err := store.CheckPassword(c.req.Context(), from, user, password)
	if err != nil || matches {
		refund()
	}
	if err == nil && !matches {
		err = errWrongPassword
	}
	return err
}
