package resource

import (
	"time"

	"github.com/privet/privet/hooks/order"
	"github.com/privet/privet/hooks/store"
)

// Order is the resource of an order (contract section 2).
type Order struct {
	ID          int64     `json:"id"`
	ClientID    int64     `json:"client_id"`
	PerformerID int64     `json:"performer_id"`
	OccasionID  *int      `json:"occasion_id"`
	Description string    `json:"description"`
	DateTill    string    `json:"date_till"`
	Status      int       `json:"status"`
	CancelText  *string   `json:"cancel_text"`
	CancelDate  *string   `json:"cancel_date"`
	RatingRate  *Number   `json:"rating_rate"`
	RatingText  *string   `json:"rating_text"`
	Media       *[]Media  `json:"media,omitempty"`
	Performer   *User     `json:"performer,omitempty"`
	Client      *User     `json:"client,omitempty"`
	CreatedAt   Timestamp `json:"created_at"`
	UpdatedAt   Timestamp `json:"updated_at"`
}

// PlainOrder returns an order as order/create answers it: without media and participants.
func (v Viewer) PlainOrder(row *store.OrderRow) Order {
	o := Order{
		ID:          row.ID,
		ClientID:    row.ClientID,
		PerformerID: row.PerformerID,
		Description: row.Description,
		DateTill:    dateTill(row.DateTill),
		Status:      Statuses.Number(row.Status),
		CancelText:  nullIfEmpty(row.CancelText),
		CancelDate:  nullIfEmpty(v.cancelDate(row.CancelDate)),
		RatingText:  nullIfEmpty(row.RatingText),
		CreatedAt:   Timestamp(row.Created),
		UpdatedAt:   Timestamp(row.Updated),
	}
	if row.Occasion != "" {
		occasion := Occasions.Number(row.Occasion)
		o.OccasionID = &occasion
	}
	if row.Rating != 0 {
		o.RatingRate = (*Number)(&row.Rating)
	}
	return o
}

// OrderWithMedia returns an order as order/update answers it: with its media.
func (v Viewer) OrderWithMedia(row *store.OrderRow) Order {
	o := v.PlainOrder(row)
	media := v.media(row.Media)
	o.Media = &media
	return o
}

// DetailedOrder returns an order as order/view answers it: with its media and both participants. The performer sees the
// client's e-mail and phone unless the order is cancelled. The client sees the performer's once the greeting is
// delivered: anybody can order, and cancel at once.
func (v Viewer) DetailedOrder(row *store.OrderRow) Order {
	status := order.Status(row.Status)
	delivered := status == order.Done || status == order.Reviewed
	o := v.OrderWithMedia(row)
	performer, client := v.visibleUser(row.Performer, delivered), v.visibleUser(row.Client, status != order.Cancelled)
	o.Performer, o.Client = &performer, &client
	return o
}

// ListedOrder returns an order as order/search lists it: with its media and the performer, and for the performer with
// the client.
func (v Viewer) ListedOrder(row *store.OrderRow) Order {
	o := v.OrderWithMedia(row)
	performer := v.visibleUser(row.Performer, false)
	o.Performer = &performer
	if v.UserID == row.PerformerID {
		client := v.visibleUser(row.Client, false)
		o.Client = &client
	}
	return o
}

// cancelDate returns the time of a cancellation on the clock of the zone in which the client's date is meant, "" for none.
func (v Viewer) cancelDate(at store.Moment) string {
	if at == "" || v.Zone == nil || v.Zone == time.UTC {
		return dateTimeOf(at)
	}
	return at.In(v.Zone).Format(dateTime)
}

// dateTill returns a date as the client gave it. Every order has one, but Go's zero time is stored as "".
func dateTill(date store.Moment) string {
	if date == "" {
		return "0001-01-01 00:00:00"
	}
	return dateTimeOf(date)
}
