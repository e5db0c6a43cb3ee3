package routes

import (
	"context"
	"net/http"

	"github.com/privet/privet/hooks/order"
	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/routes/access"

	"github.com/pocketbase/pocketbase/core"
)

// deviceFields are the fields by which an app may describe its device wherever a user signs in.
type deviceFields struct {
	DeviceID      string `in:"device_id" rules:"nullable|string"`
	FirebaseToken string `in:"firebase_token" rules:"nullable|string"`
}

// signIn signs a device in and answers with the user and the device's access token. It calls save first, in the same
// transaction: to create the user, or to check once more that the sign-in is allowed.
func (c *call) signIn(user *store.User, device deviceFields, save func(tx core.App) error) error {
	var token string
	store.SetActor(user.Record, store.Actor{Side: order.Client})
	err := c.app.RunInTransaction(func(tx core.App) (err error) {
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
	row, err := store.ReadUser(c.req.Context(), c.app, c.principal.UserID)
	if err != nil {
		return err
	}
	return c.answer(http.StatusOK, dataToken{c.viewer().User(row, false), token})
}

// countAttempt limits the attempts to sign in to one account: those from one network, and less strictly those from
// everywhere, as an attack may be distributed. The latter limit does not hold for the account's own devices, so that
// an attack can't lock its owner out. Only failures count: refund uncounts the attempt. user is nil if nobody has the
// e-mail.
func (c *call) countAttempt(user *store.User, email, deviceID string) (refund func(), err error) {
	limit := c.settings.RateLimit
	if limit == 0 {
		return func() {}, nil
	}
	shown := c.limit
	account := "account " + store.TokenHash(store.EmailKey(email)) // hashed, as an e-mail may be long
	fromHere := account + " " + c.network()
	if err := c.checkLimit(c.throttle.Hit(fromHere, accountLimit(limit))); err != nil {
		return nil, err
	}
	result := c.throttle.Hit(account, limit)
	if result.Allowed {
		_ = c.checkLimit(result) // which shows it
	} else {
		known, err := store.HasDevice(c.app, user, deviceID)
		if err != nil {
			return nil, err
		}
		if !known {
			return nil, c.checkLimit(result)
		}
	}
	return func() {
		c.showLimit(shown)
		c.throttle.Refund(fromHere)
		if result.Allowed { // else it was not counted
			c.throttle.Refund(account)
		}
	}, nil
}
