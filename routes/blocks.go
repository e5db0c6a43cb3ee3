package routes

import (
	"net/http"

	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/routes/laravel"
	"github.com/privet/privet/routes/resource"

	"github.com/pocketbase/pocketbase/core"
)

type blockInput struct {
	UserID int `in:"user_id" rules:"required|integer"`
}

var (
	blockSchema   = laravel.MustCompile[blockInput]()
	blockedSchema = laravel.MustCompile[struct{}]()
)

// userBlock makes the signed-in user block another: neither finds, views or orders from the other any more.
func (a *api) userBlock(c *call) error { return c.changeBlock(store.AddBlock) }

// userUnblock ends a block of the signed-in user, if there is one.
func (a *api) userUnblock(c *call) error { return c.changeBlock(store.RemoveBlock) }

func (c *call) changeBlock(change func(tx core.App, blocker, blocked string) error) error {
	in, err := read(c, blockSchema, nil)
	if err != nil {
		return err
	}
	return c.changeCurrentUser(http.StatusCreated, func(tx core.App, user *store.User) (any, error) {
		return success{"success"}, change(tx, user.Id, store.Key(int64(in.UserID)))
	})
}

// userBlocked lists the users whom the signed-in user has blocked.
func (a *api) userBlocked(c *call) error {
	if _, err := read(c, blockedSchema, nil); err != nil {
		return err
	}
	page, err := store.SearchBlocked(c.req.Context(), c.app, c.principal.UserID, laravel.Page(c.req))
	if err != nil {
		return err
	}
	viewer := c.viewer()
	return c.answer(resource.List(page, func(row *store.BlockedRow) resource.User {
		return viewer.User(&row.UserRow, false)
	}, c.url(), laravel.QueryWithoutPage(c.req)))
}

// hiding returns for whom users are to be left out of what is read: the signed-in user if they have blocked somebody, or
// somebody them; else 0.
func (c *call) hiding() int64 {
	if c.principal == nil || c.principal.Invite || !c.principal.Blocks {
		return 0
	}
	return c.principal.UserID
}

// hidingFromSender is hiding for an endpoint that takes no access token: if the request has one all the same, blocks hold.
func (c *call) hidingFromSender() (int64, error) {
	defer func() { c.principal = nil }()
	err := c.authenticate()
	return c.hiding(), err
}
