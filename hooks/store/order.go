package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/privet/privet/hooks/order"
	"github.com/privet/privet/hooks/store/query"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

const (
	fieldClient     = "client"
	fieldPerformer  = "performer"
	fieldStatus     = "status"
	fieldOccasion   = "occasion"
	fieldDateTill   = "date_till"
	fieldCancelText = "cancel_text"
	fieldCancelDate = "cancel_date"
	fieldRating     = "rating_rate"
	fieldRatingText = "rating_text"
	fieldDelivered  = "delivered"
	fieldTook       = "took"
)

// Order is a record of orders.
type Order struct{ core.BaseRecordProxy }

// NewOrder returns a new order.
func NewOrder(app core.App) (*Order, error) {
	record, err := query.NewRecord(app, Orders)
	if err != nil {
		return nil, query.Wrap("new order", err)
	}
	return AsOrder(record), nil
}

// AsOrder wraps a record of orders.
func AsOrder(record *core.Record) *Order {
	o := &Order{}
	o.SetProxyRecord(record)
	return o
}

// FindOrder loads an order by id. The error is ErrNotFound when there is none.
func FindOrder(app core.App, id string) (*Order, error) {
	record, err := app.FindRecordById(Orders, id)
	if err != nil {
		return nil, query.Wrap("find order", query.NotFound(err))
	}
	return AsOrder(record), nil
}

// Number returns the order's id, 0 before it is saved.
func (o *Order) Number() int64 { return query.Number(o.Id) }

// Client returns the id of the user who ordered.
func (o *Order) Client() string { return o.GetString(fieldClient) }

// SetClient sets the id of the user who orders.
func (o *Order) SetClient(id string) { o.Set(fieldClient, id) }

// Performer returns the id of the user from whom the greeting was ordered.
func (o *Order) Performer() string { return o.GetString(fieldPerformer) }

// SetPerformer sets the id of the user from whom the greeting is ordered.
func (o *Order) SetPerformer(id string) { o.Set(fieldPerformer, id) }

// SetPrice sets the price, which is the performer's at the time of the order.
func (o *Order) SetPrice(v float64) { o.Set(fieldPrice, v) }

// SetOccasion sets the occasion; "" is none.
func (o *Order) SetOccasion(v string) { o.Set(fieldOccasion, v) }

// SetDescription sets the client's wish.
func (o *Order) SetDescription(v string) { o.Set(fieldDescription, v) }

// SetDateTill sets the date by which the client wants the greeting. PocketBase stores Go's zero time, 0001-01-01
// 00:00:00, as no date. As every order has a date, the API answers that moment where there is none.
func (o *Order) SetDateTill(v time.Time) { o.Set(fieldDateTill, v) }

// Status returns the status.
func (o *Order) Status() order.Status { return order.Status(o.GetString(fieldStatus)) }

// SetStatus sets the status.
func (o *Order) SetStatus(v order.Status) { o.Set(fieldStatus, string(v)) }

// SetRating sets the client's rating and review.
func (o *Order) SetRating(rate float64, text string) {
	o.Set(fieldRating, rate)
	o.Set(fieldRatingText, text)
}

// SetCancellation sets the date and the reason of a cancellation. The zero time and "" remove them.
func (o *Order) SetCancellation(at time.Time, text string) {
	o.Set(fieldCancelDate, at)
	o.Set(fieldCancelText, text)
}

// CancelDate returns the date of the cancellation, zero for none.
func (o *Order) CancelDate() time.Time { return o.GetDateTime(fieldCancelDate).Time() }

// CancelText returns the reason of the cancellation.
func (o *Order) CancelText() string { return o.GetString(fieldCancelText) }

// Description returns the client's wish, "" if the client was erased.
func (o *Order) Description() string { return o.GetString(fieldDescription) }

// DateTill returns the date by which the client wants the greeting; zero may be a date of the year 1 (see SetDateTill).
func (o *Order) DateTill() time.Time { return o.GetDateTime(fieldDateTill).Time() }

// Rating returns the client's rating, 0 for none.
func (o *Order) Rating() float64 { return o.GetFloat(fieldRating) }

// RatingText returns the client's review.
func (o *Order) RatingText() string { return o.GetString(fieldRatingText) }

// SetDelivered records when the order was delivered; the zero time is not yet. An order that is created as delivered took no time.
func (o *Order) SetDelivered(at time.Time) {
	o.Set(fieldDelivered, at)
	o.Set(fieldTook, 0)
	if created := o.GetDateTime(fieldCreated).Time(); !created.IsZero() && at.After(created) {
		o.Set(fieldTook, int64(at.Sub(created).Seconds()))
	}
}

// Delivered returns when the order was delivered, zero for not yet.
func (o *Order) Delivered() time.Time { return o.GetDateTime(fieldDelivered).Time() }

// Rev returns the number of changes so far.
func (o *Order) Rev() int { return o.GetInt(fieldRev) }

// SetRev sets the number of changes.
func (o *Order) SetRev(v int) { o.Set(fieldRev, v) }

// CountOrderMedia returns the number of media of an order.
func CountOrderMedia(app core.App, orderID string) (int, error) {
	count, err := app.CountRecords(Media, dbx.HashExp{fieldOrder: orderID})
	return int(count), query.Wrap("count media of order", err)
}

// State returns what the rules of package order depend on. It reads from tx how many media there are.
func (o *Order) State(tx core.App) (order.State, error) {
	media, err := CountOrderMedia(tx, o.Id)
	if err != nil {
		return order.State{}, err
	}
	return order.State{
		Status:     o.Status(),
		Media:      media,
		Rating:     o.Rating(),
		RatingText: o.RatingText(),
	}, nil
}

// Apply sets the fields of a granted change. now becomes the date of a cancellation.
func (o *Order) Apply(change order.Change, now time.Time) {
	if change.Rating != 0 {
		o.SetRating(change.Rating, change.RatingText)
	}
	if change.Status != "" {
		o.SetStatus(change.Status)
	}
	if change.Status == order.Cancelled {
		o.SetCancellation(now, change.CancelText)
	}
}

// Row returns the order as the API reads it, without media and participants.
func (o *Order) Row() *OrderRow {
	moment := func(field string) Moment { return Moment(o.GetDateTime(field).String()) }
	return &OrderRow{
		ID:          o.Number(),
		ClientID:    query.Number(o.Client()),
		PerformerID: query.Number(o.Performer()),
		Occasion:    o.GetString(fieldOccasion),
		Description: o.GetString(fieldDescription),
		DateTill:    moment(fieldDateTill),
		Status:      string(o.Status()),
		CancelText:  o.CancelText(),
		CancelDate:  moment(fieldCancelDate),
		Rating:      o.GetFloat(fieldRating),
		RatingText:  o.GetString(fieldRatingText),
		Created:     moment(fieldCreated),
		Updated:     moment(fieldUpdated),
	}
}

// AddHistory records who changed an order's status, now, from ("" when it was created) and to which one. It uses plain
// SQL, because saving a record would cost as much as saving the order.
func AddHistory(ctx context.Context, tx core.App, orderID string, from, to order.Status, by Actor) error {
	err := query.Write(ctx, tx, `INSERT INTO order_history (id, "order", "from", "to", actor, user, moderator, time)
		VALUES (:row, :order, :from, :to, :actor, :user, :moderator, :time)`,
		sql.Named("row", newRowIDPrefix()+"000"), sql.Named("order", orderID), sql.Named("from", string(from)),
		sql.Named("to", string(to)), sql.Named("actor", string(by.Side)), sql.Named("user", by.UserID),
		sql.Named("moderator", by.Moderator), sql.Named("time", query.Timestamp(time.Now())))
	return query.Wrap("add order history", err)
}
