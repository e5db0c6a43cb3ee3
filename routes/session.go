package routes

import (
	"context"
	"errors"
	"net/http"

	"github.com/privet/privet/hooks/files"
	"github.com/privet/privet/hooks/order"
	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/routes/access"
	"github.com/privet/privet/routes/laravel"
	"github.com/privet/privet/routes/resource"

	"github.com/pocketbase/pocketbase/core"
)

// deviceFields are the fields by which an app may describe its device wherever a user signs in.
type deviceFields struct {
	DeviceID      string `in:"device_id" rules:"nullable|string|max:4096"`
	FirebaseToken string `in:"firebase_token" rules:"nullable|string|max:4096"`
}

// termsField is the field by which an app names the version of the terms that who signs up has agreed to.
type termsField struct {
	Terms string `in:"terms" rules:"ignored_unless:64"`
}

// signIn signs a device in and answers with the user and the device's access token. It calls save first, in the same
// transaction: to create the user, or to check once more that the sign-in is allowed.
func (c *call) signIn(user *store.User, device deviceFields, save func(tx core.App) error) error {
	var token string
	store.SetActor(user.Record, store.Actor{Side: order.Client})
	err := files.RunInTransaction(c.app, c.media, func(tx core.App) (err error) {
		if err := save(tx); err != nil {
			return err
		}
		token, c.principal, err = store.AddDevice(context.WithoutCancel(c.req.Context()), tx, store.SignIn{
			UserID:    user.Id,
			DeviceID:  device.DeviceID,
			PushToken: device.FirebaseToken,
			Language:  access.Language(c.req.Header),
		})
		return err
	})
	if err != nil {
		return err
	}
	store.NoteNetwork(user.Id, c.sender())
	row, err := store.ReadUser(c.req.Context(), c.app, c.principal.UserID)
	if err != nil {
		return err
	}
	return c.answer(dataToken{c.viewer().User(row, false), token})
}

// emptySchema is an input without fields: a body is read all the same, as that of any POST.
var emptySchema = laravel.MustCompile[struct{}]()

// logout signs the calling device out: its access token and its push token end, and so do the pushes that wait for it.
func (a *api) logout(c *call) error {
	if _, err := read(c, emptySchema, nil); err != nil {
		return err
	}
	return c.change(http.StatusOK, func(tx core.App) (any, error) {
		err := store.SignOut(context.WithoutCancel(c.req.Context()), tx, c.deviceID())
		if errors.Is(err, store.ErrNotFound) {
			err = errNoToken // another request has signed it out meanwhile
		}
		return success{"success"}, err
	})
}

// push sends a test push to the user's devices, at most once a minute. Without a push service that is configured it answers a 500
// to everybody, as the original does, but without the original's file paths and stack trace.
func (a *api) push(c *call) error {
	if !a.pushes.On() {
		// Not an error in the log: the start has said that pushes are off, and everybody could fill the log with them.
		a.app.Logger().InfoContext(c.req.Context(), "a test push was refused", "reason", "pushes are not configured")
		return &resource.Error{Status: http.StatusInternalServerError, Body: resource.Message{
			Message: "Invalid service account: no Firebase credentials are configured"}}
	}
	if c.principal == nil || c.principal.Invite {
		return errNoToken
	}
	if err := c.limits.TestPush(c.userID()); err != nil {
		return err
	}
	if err := a.pushes.Test(context.WithoutCancel(c.req.Context()), a.app, c.userID()); err != nil {
		return err
	}
	return c.answer(success{"success"})
}
