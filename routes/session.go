package routes

import (
	"context"

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
	return c.answer(dataToken{c.viewer().User(row, false), token})
}

// countAttempt counts an attempt to sign in to an account, and returns the error of a rate limit that it exceeds. There
// are two limits: a strict one for attempts from the same network, and one for attempts from all networks together, as
// an attack may be distributed. The account's own devices are exempt from the second, so that an attack can't lock the
// owner out. Only failures count: after a success the caller calls refund. user is nil if no account has the e-mail.
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
