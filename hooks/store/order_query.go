package store

import (
	"context"
	"database/sql"

	"github.com/privet/privet/hooks/order"
	"github.com/privet/privet/hooks/store/query"

	"github.com/pocketbase/pocketbase/core"
)

// ReadOrder reads an order with its client and performer. The error is ErrNotFound when there is none, or when the user
// is neither of them.
func ReadOrder(ctx context.Context, app core.App, id, userID int64) (*OrderRow, error) {
	row, err := wholeOrder.Row(ctx, app, sql.Named("id", Key(id)), sql.Named("user", Key(userID)))
	return row, query.Wrap("read order", err)
}

var wholeOrder = query.Map("o", func(c *query.Columns, r *OrderRow) {
	r.Performer, r.Client = new(UserRow), new(UserRow)
	orderColumns.Add(c, "o", r)
	userColumns.Add(c, "p", r.Performer)
	userColumns.Add(c, "c", r.Client)
}).Select(`FROM orders o JOIN users p ON p.id = o.performer JOIN users c ON c.id = o.client
	WHERE o.id = :id AND (o.client = :user OR o.performer = :user)`)

// ReadBareOrder reads an order without its participants, for a user who is known to be one of them. The error is
// ErrNotFound when there is none.
func ReadBareOrder(ctx context.Context, app core.App, id int64) (*OrderRow, error) {
	row, err := bareOrder.Row(ctx, app, sql.Named("id", Key(id)))
	return row, query.Wrap("read order", err)
}

var bareOrder = orderColumns.Select(`FROM orders o WHERE o.id = :id`)

// ReadOrderState reads whether the user is the client or the performer of an order, and its present state. The error is
// ErrNotFound when the user is neither.
func ReadOrderState(ctx context.Context, app core.App, id, userID int64) (side order.Side, state order.State, err error) {
	row, err := orderStates.Row(ctx, app, sql.Named("id", Key(id)), sql.Named("user", Key(userID)))
	side = order.Performer
	if row.isClient {
		side = order.Client
	}
	return side, row.State, query.Wrap("read state of order", err)
}

type orderState struct {
	order.State
	isClient bool
}

var orderStates = query.Map("", func(c *query.Columns, s *orderState) {
	c.Add(`client = :user`, &s.isClient)
	c.Add(`status`, &s.Status)
	c.Add(`rating_rate`, &s.Rating)
	c.Add(`rating_text`, &s.RatingText)
	c.Add(`(SELECT count(*) FROM media WHERE "order" = orders.id)`, &s.Media)
}).Select(`FROM orders WHERE id = :id AND (client = :user OR performer = :user)`)

// SearchOrders reads a page of the orders of which the user is client or performer, newest first: each with its
// performer, and with its client if the user is the performer. status limits them to one status, unless it is "".
func SearchOrders(ctx context.Context, app core.App, userID int64, status string, page int64) (*Page[OrderRow], error) {
	// Two index look-ups instead of an OR keep SQLite from scanning the table. No order is in both, as nobody can order
	// from themselves.
	arguments, filter := []any{sql.Named("user", Key(userID))}, ``
	if status != "" {
		arguments, filter = append(arguments, sql.Named("status", status)), ` AND status = CAST(:status AS TEXT)`
	}
	side := func(column string) string {
		return `SELECT CAST(id AS INTEGER) AS n FROM orders WHERE ` + column + ` = CAST(:user AS TEXT)` + filter
	}
	orders, err := readPage(ctx, app, pageQuery{
		matching: side("client") + ` UNION ALL ` + side("performer"),
		// The other participant alone: the user is the same in all rows.
		joined:    `orders o ON o.id = CAST(page.n AS TEXT) CROSS JOIN users x ON x.id = iif(o.client = :user, o.performer, o.client)`,
		arguments: arguments, number: page,
	}, foundOrder, func(row *OrderRow) int64 { return row.ID })
	if err != nil {
		return nil, query.Wrap("search orders", err)
	}
	var user *UserRow
	for i := range orders.Rows {
		row := &orders.Rows[i]
		if row.PerformerID != userID {
			continue
		}
		if user == nil {
			if user, err = ReadUser(ctx, app, userID); err != nil {
				return nil, err
			}
		}
		row.Performer, row.Client = user, row.Performer
	}
	return orders, nil
}

// foundOrder has the other participant of an order as its performer.
var foundOrder = query.Map("o", func(c *query.Columns, r *OrderRow) {
	r.Performer = new(UserRow)
	orderColumns.Add(c, "o", r)
	userColumns.Add(c, "x", r.Performer)
})

// OrderRow is an order as the API reads it.
type OrderRow struct {
	ID          int64
	ClientID    int64
	PerformerID int64
	Occasion    string
	Description string
	DateTill    Moment
	Status      string
	CancelText  string
	CancelDate  Moment
	Rating      float64 // 0 is none
	RatingText  string
	Media       mediaRows
	Performer   *UserRow // nil unless the query reads it
	Client      *UserRow // likewise
	Created     Moment
	Updated     Moment
}

var orderMedia = mediaColumn(`m."order" = o.id`)

// orderColumns are the columns of an order with its media.
var orderColumns = query.Map("o", func(c *query.Columns, r *OrderRow) {
	c.Add(`o.id`, query.ID(&r.ID))
	c.Add(`o.client`, query.ID(&r.ClientID))
	c.Add(`o.performer`, query.ID(&r.PerformerID))
	c.Add(`o.occasion`, &r.Occasion)
	c.Add(`o.description`, &r.Description)
	c.Add(`o.date_till`, &r.DateTill)
	c.Add(`o.status`, &r.Status)
	c.Add(`o.cancel_text`, &r.CancelText)
	c.Add(`o.cancel_date`, &r.CancelDate)
	c.Add(`o.rating_rate`, &r.Rating)
	c.Add(`o.rating_text`, &r.RatingText)
	c.Add(`o.created`, &r.Created)
	c.Add(`o.updated`, &r.Updated)
	c.Add(orderMedia, &r.Media)
})
