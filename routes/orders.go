package routes

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/privet/privet/hooks/order"
	"github.com/privet/privet/hooks/orders"
	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/routes/laravel"
	"github.com/privet/privet/routes/resource"

	"github.com/pocketbase/pocketbase/core"
)

type orderCreateInput struct {
	PerformerID int    `in:"performer_id" rules:"required|integer"`
	OccasionID  int    `in:"occasion_id" rules:"nullable|integer|in:1,2,3,4"`
	Description string `in:"description" rules:"required|string|max_bytes:65535"`
	DateTill    string `in:"date_till" rules:"required|date|date_format:Y-m-d H:i:s"`
}

type orderUpdateInput struct {
	Status     int           `in:"status" rules:"nullable|integer|in:1,2,3,4"`
	Media      *laravel.File `in:"media" rules:"nullable|file|max:599999|media"`
	RatingRate float64       `in:"rating_rate" rules:"nullable|numeric|min:1|max:5"`
	RatingText string        `in:"rating_text" rules:"nullable|string|max_bytes:65535"`
	CancelText string        `in:"cancel_text" rules:"nullable|string|max_bytes:65535"`
}

type orderSearchInput struct {
	Status int `in:"status" rules:"nullable|integer|in:1,2,3,4"`
}

var (
	orderCreateSchema = laravel.MustCompile[orderCreateInput]()
	orderUpdateSchema = laravel.MustCompile[orderUpdateInput]()
	orderSearchSchema = laravel.MustCompile[orderSearchInput]()
)

// orderCreate creates an order of which the user is the client.
func (a *api) orderCreate(c *call) error {
	in, err := read(c, orderCreateSchema, nil)
	if err != nil {
		return err
	}
	till, err := time.Parse(time.DateTime, in.DateTill)
	if err != nil {
		return fmt.Errorf("a date that passed its rules: %w", err)
	}
	return c.change(http.StatusOK, func(tx core.App) (any, error) {
		o, err := orders.Create(c.req.Context(), tx, c.actor(order.Client), orders.Draft{
			PerformerID: store.Key(int64(in.PerformerID)),
			Occasion:    resource.Occasions.Word(in.OccasionID),
			Description: in.Description,
			DateTill:    till,
		})
		if err != nil {
			return nil, err
		}
		return data{c.viewer().PlainOrder(o.Row())}, nil // as the hooks left it
	})
}

// orderUpdate changes an order's status, and adds to it what comes with the new one. Whether the user has such an order
// is checked before the body is read, and so is whether a file may be added: one that may not is received and not stored.
func (a *api) orderUpdate(c *call) error {
	id := c.pathID("order_id")
	side, state, err := store.ReadOrderState(c.req.Context(), c.app, id, c.principal.UserID)
	if err != nil {
		return err
	}
	c.dropFiles = !order.AcceptsMedia(state, side)
	in, err := readUpload(c, orderUpdateSchema, nil)
	if err != nil {
		return err
	}
	c.media = storedUpload(in.Media)
	request := order.Request{
		Status:     order.Status(resource.Statuses.Word(in.Status)),
		CancelText: in.CancelText,
		Rating:     in.RatingRate,
		RatingText: in.RatingText,
	}
	if in.Media != nil && c.dropFiles {
		request.Media = true
		if err := orders.Refusal(state, side, request); err != nil {
			return err
		}
	}
	return c.change(http.StatusOK, func(tx core.App) (any, error) {
		err := orders.Update(c.req.Context(), tx, store.Key(id), c.actor(side), request, c.media)
		if err != nil {
			return nil, err
		}
		row, err := store.ReadBareOrder(context.WithoutCancel(c.req.Context()), tx, id) // a client that hangs up undoes nothing
		if err != nil {
			return nil, err
		}
		return data{c.viewer().OrderWithMedia(row)}, nil
	})
}

// orderView shows one of the user's orders.
func (a *api) orderView(c *call) error {
	row, err := store.ReadOrder(c.req.Context(), c.app, c.pathID("order_id"), c.principal.UserID)
	if err != nil {
		return err
	}
	return c.answer(data{c.viewer().DetailedOrder(row)})
}

// orderSearch lists the user's orders, newest first.
func (a *api) orderSearch(c *call) error {
	in, err := read(c, orderSearchSchema, nil)
	if err != nil {
		return err
	}
	status := resource.Statuses.Word(in.Status)
	page, err := store.SearchOrders(c.req.Context(), c.app, c.principal.UserID, status, laravel.Page(c.req))
	if err != nil {
		return err
	}
	return c.answer(resource.List(page, c.viewer().ListedOrder, c.url(), laravel.QueryWithoutPage(c.req)))
}
