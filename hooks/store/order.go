package store

import (
	"database/sql"
	"time"

	"github.com/privet/privet/hooks/order"

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
	fieldRev        = "rev"
)

// Order is a record of orders.
type Order struct{ core.BaseRecordProxy }

// NewOrder makes a blank order.
func NewOrder(app core.App) (*Order, error) {
	record, err := newRecord(app, Orders)
	if err != nil {
		return nil, err
	}
	return AsOrder(record), nil
}

// AsOrder looks at a record of orders.
func AsOrder(record *core.Record) *Order {
	o := &Order{}
	o.SetProxyRecord(record)
	return o
}

// FindOrder loads an order by id; ErrNotFound when there is none.
func FindOrder(app core.App, id string) (*Order, error) {
	record, err := app.FindRecordById(Orders, id)
	if err != nil {
		return nil, notFound(err)
	}
	return AsOrder(record), nil
}

// Number is the order's id, 0 before it is saved.
func (o *Order) Number() int64 { return number(o.Id) }

// Client is the id of the user who ordered.
func (o *Order) Client() string { return o.GetString(fieldClient) }

// SetClient sets who orders.
func (o *Order) SetClient(id string) { o.Set(fieldClient, id) }

// Performer is the id of the user who was asked.
func (o *Order) Performer() string { return o.GetString(fieldPerformer) }

// SetPerformer sets who is asked.
func (o *Order) SetPerformer(id string) { o.Set(fieldPerformer, id) }

// SetPrice keeps what the performer asked when it was ordered.
func (o *Order) SetPrice(v float64) { o.Set(fieldPrice, v) }

// SetOccasion sets the occasion's word; "" is none.
func (o *Order) SetOccasion(v string) { o.Set(fieldOccasion, v) }

// SetDescription sets what the client wishes for.
func (o *Order) SetDescription(v string) { o.Set(fieldDescription, v) }

// SetDateTill sets when it is wanted by. PocketBase takes Go's zero time, 0001-01-01 00:00:00, for no date;
// as every order has one, reading takes no date for that moment.
func (o *Order) SetDateTill(v time.Time) { o.Set(fieldDateTill, v) }

// Status is where the order stands.
func (o *Order) Status() order.Status { return order.Status(o.GetString(fieldStatus)) }

// SetStatus moves the order.
func (o *Order) SetStatus(v order.Status) { o.Set(fieldStatus, string(v)) }

// SetRating sets the client's rating.
func (o *Order) SetRating(rate float64, text string) {
	o.Set(fieldRating, rate)
	o.Set(fieldRatingText, text)
}

// SetCancellation sets when and why it was cancelled; the zero time and "" clear it.
func (o *Order) SetCancellation(at time.Time, text string) {
	o.Set(fieldCancelDate, at)
	o.Set(fieldCancelText, text)
}

// CancelDate is when it was cancelled, zero if it was not.
func (o *Order) CancelDate() time.Time { return o.GetDateTime(fieldCancelDate).Time() }

// CancelText is why it was cancelled.
func (o *Order) CancelText() string { return o.GetString(fieldCancelText) }

// Description is what the client wishes for; "" where the client was erased.
func (o *Order) Description() string { return o.GetString(fieldDescription) }

// DateTill is when it is wanted by; zero stands for the year 1, too (see SetDateTill).
func (o *Order) DateTill() time.Time { return o.GetDateTime(fieldDateTill).Time() }

// Rating is the client's rating, 0 for none.
func (o *Order) Rating() float64 { return o.GetFloat(fieldRating) }

// RatingText is what the client says of the greeting.
func (o *Order) RatingText() string { return o.GetString(fieldRatingText) }

// Rev counts the changes.
func (o *Order) Rev() int { return o.GetInt(fieldRev) }

// SetRev sets the count of changes.
func (o *Order) SetRev(v int) { o.Set(fieldRev, v) }

// State is what the rules need to know of the order, as it stands in tx.
func (o *Order) State(tx core.App) (order.State, error) {
	media, err := tx.CountRecords(Media, dbx.HashExp{fieldOrder: o.Id})
	return order.State{
		Status:     o.Status(),
		HasMedia:   media > 0,
		Rating:     o.Rating(),
		RatingText: o.RatingText(),
	}, err
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

// Row is the order as the API reads it, without media and sides.
func (o *Order) Row() *OrderRow {
	moment := func(field string) Moment { return Moment(o.GetDateTime(field).String()) }
	return &OrderRow{
		ID:          o.Number(),
		ClientID:    number(o.Client()),
		PerformerID: number(o.Performer()),
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

// AddHistory keeps a change of status: who, when, from ("" at the creation), to. Plain SQL: a record of it would cost as
// much as the order's own.
func AddHistory(tx core.App, orderID string, from, to order.Status, by Actor) error {
	return write(tx, `INSERT INTO order_history (id, "order", "from", "to", actor, user, moderator, time)
		VALUES (:row, :order, :from, :to, :actor, :user, :moderator, :time)`,
		sql.Named("row", newRowIDPrefix()+"000"), sql.Named("order", orderID), sql.Named("from", string(from)), sql.Named("to", string(to)), sql.Named("actor", string(by.Side)),
		sql.Named("user", by.UserID), sql.Named("moderator", by.Moderator), sql.Named("time", timestamp(time.Now())))
}
