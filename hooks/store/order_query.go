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
	var row OrderRow
	err := query.ReadRow(ctx, app, `SELECT `+orderColumns+`, `+userColumns("p")+`, `+userColumns("c")+`
		FROM orders o JOIN users p ON p.id = o.performer JOIN users c ON c.id = o.client
		WHERE o.id = :id AND (o.client = :user OR o.performer = :user)`,
		[]any{sql.Named("id", Key(id)), sql.Named("user", Key(userID))}, row.withParticipants()...)
	return &row, query.Wrap("read order", query.NotFound(err))
}

// ReadBareOrder reads an order without its participants, for a user who is known to be one of them. The error is
// ErrNotFound when there is none.
func ReadBareOrder(ctx context.Context, app core.App, id int64) (*OrderRow, error) {
	var row OrderRow
	err := query.ReadRow(ctx, app, `SELECT `+orderColumns+` FROM orders o WHERE o.id = :id`, []any{sql.Named("id", Key(id))}, row.targets()...)
	return &row, query.Wrap("read order", query.NotFound(err))
}

// ReadOrderState reads whether the user is the client or the performer of an order, and its present state. The error is
// ErrNotFound when the user is neither.
func ReadOrderState(ctx context.Context, app core.App, id, userID int64) (side order.Side, state order.State, err error) {
	side = order.Performer
	var client bool
	err = query.ReadRow(ctx, app, `SELECT client = :user, status, rating_rate, rating_text, (SELECT count(*) FROM media WHERE "order" = orders.id)
		FROM orders WHERE id = :id AND (client = :user OR performer = :user)`,
		[]any{sql.Named("id", Key(id)), sql.Named("user", Key(userID))},
		&client, &state.Status, &state.Rating, &state.RatingText, &state.Media)
	if client {
		side = order.Client
	}
	return side, state, query.Wrap("read state of order", query.NotFound(err))
}

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
		columns:  orderColumns + `, ` + userColumns("x"),
		matching: side("client") + ` UNION ALL ` + side("performer"),
		// The other participant alone: the user is the same in all rows.
		joined:    `orders o ON o.id = CAST(page.n AS TEXT) CROSS JOIN users x ON x.id = iif(o.client = :user, o.performer, o.client)`,
		arguments: arguments, number: page,
	}, (*OrderRow).withPerformer, func(row *OrderRow) int64 { return row.ID })
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

// orderColumns are the columns of an order with its media, in the table alias o.
var orderColumns = `o.id, o.client, o.performer, o.occasion, o.description,
	o.date_till, o.status, o.cancel_text, o.cancel_date, o.rating_rate, o.rating_text, o.created, o.updated, ` +
	mediaColumn(`m."order" = o.id`)

// targets returns what orderColumns are scanned into.
func (r *OrderRow) targets() []any {
	return []any{query.ID(&r.ID), query.ID(&r.ClientID), query.ID(&r.PerformerID), &r.Occasion, &r.Description,
		&r.DateTill, &r.Status, &r.CancelText, &r.CancelDate, &r.Rating, &r.RatingText, &r.Created, &r.Updated, &r.Media}
}

// withPerformer returns targets and those of a new performer.
func (r *OrderRow) withPerformer() []any {
	r.Performer = new(UserRow)
	return append(r.targets(), r.Performer.targets()...)
}

// withParticipants returns targets, and those of a new performer and a new client, in this order.
func (r *OrderRow) withParticipants() []any {
	r.Client = new(UserRow)
	return append(r.withPerformer(), r.Client.targets()...)
}
