package routes

import (
	"net/http"

	"github.com/privet/privet/hooks/files"
	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/routes/resource"
	"github.com/privet/privet/routes/wire"

	"github.com/pocketbase/pocketbase/core"
)

// data is an answer with a resource.
type data struct {
	Data any `json:"data"`
}

// dataToken is an answer with a resource and an access token.
type dataToken struct {
	Data  any    `json:"data"`
	Token string `json:"token"`
}

// success is the answer of endpoints that return no resource.
type success struct {
	Status string `json:"status"`
}

// answer answers 200 with JSON, once the previews of what was uploaded are made or have taken too long.
func (c *call) answer(body any) error {
	c.awaitPreviews()
	if _, secret := body.(dataToken); secret {
		wire.Uncompressed(c.event.Response)
	}
	return resource.WriteJSON(c.event.Response, http.StatusOK, body)
}

// change runs a change in one transaction and answers with the body that it returns, as it was in there. The answer to a
// request with an Idempotency-Key is stored in the same transaction: every endpoint for signed-in users that changes
// something answers by this method.
func (c *call) change(status int, work func(tx core.App) (body any, err error)) error {
	var answer []byte
	err := files.RunInTransaction(c.app, c.media, func(tx core.App) error {
		if err := c.idempotency.Check(c.req.Context(), tx); err != nil {
			return err
		}
		body, err := work(tx)
		if err != nil {
			return err
		}
		if answer, err = resource.Encode(body); err != nil {
			return err
		}
		return c.idempotency.Store(tx, status, answer, orderID(body))
	})
	if err != nil {
		return err
	}
	c.awaitPreviews()
	resource.WriteEncoded(c.event.Response, status, answer)
	return nil
}

// changeCurrentUser runs a change of the signed-in user, as read in the same transaction. An account that has been
// disabled since the request was authorized is not changed.
func (c *call) changeCurrentUser(status int, work func(tx core.App, user *store.User) (body any, err error)) error {
	return c.change(status, func(tx core.App) (any, error) {
		user, err := store.FindUser(tx, c.userID())
		if err != nil {
			return nil, err
		}
		if user.Banned() {
			return nil, store.ErrAccountDisabled
		}
		return work(tx, user)
	})
}

// orderID returns the id of the order that a body shows, "" for none.
func orderID(body any) string {
	if shown, ok := body.(data); ok {
		if o, ok := shown.Data.(resource.Order); ok {
			return store.Key(o.ID)
		}
	}
	return ""
}
