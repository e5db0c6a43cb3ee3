package resource

import (
	"github.com/privet/privet/hooks/order"
	"github.com/privet/privet/hooks/store"
)

// Order is the resource order (contract section 2).
type Order struct {
	ID          int64    `json:"id"`
	ClientID    int64    `json:"client_id"`
	PerformerID int64    `json:"performer_id"`
	OccasionID  *int     `json:"occasion_id"`
	Description string   `json:"description"`
	DateTill    string   `json:"date_till"`
	Status      int      `json:"status"`
	CancelText  *string  `json:"cancel_text"`
	CancelDate  *string  `json:"cancel_date"`
	RatingRate  *Number  `json:"rating_rate"`
	RatingText  *string  `json:"rating_text"`
	Media       *[]Media `json:"media,omitempty"`
	Performer   *User    `json:"performer,omitempty"`
	Client      *User    `json:"client,omitempty"`
	CreatedAt   Stamp    `json:"created_at"`
	UpdatedAt   Stamp    `json:"updated_at"`
}

// CreatedOrder is an order as order/create answers it.
func (v Viewer) CreatedOrder(row *store.OrderRow) Order {
	o := Order{
		ID:          row.ID,
		ClientID:    row.ClientID,
		PerformerID: row.PerformerID,
		Description: row.Description,
		DateTill:    dateTill(row.DateTill),
		Status:      Statuses.Number(row.Status),
		CancelText:  orNull(row.CancelText),
		CancelDate:  orNull(zoneless(row.CancelDate)),
		RatingText:  orNull(row.RatingText),
		CreatedAt:   Stamp(row.Created),
		UpdatedAt:   Stamp(row.Updated),
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

// UpdatedOrder is an order as order/update answers it: with its media.
func (v Viewer) UpdatedOrder(row *store.OrderRow) Order {
	o := v.CreatedOrder(row)
	media := v.media(row.Media)
	o.Media = &media
	return o
}

// ViewedOrder is an order as order/view answers it: with both sides, who see each other's e-mail and phone
// unless it is cancelled.
func (v Viewer) ViewedOrder(row *store.OrderRow) Order {
	contacts := row.Status != string(order.Cancelled)
	o := v.UpdatedOrder(row)
	performer, client := v.person(row.Performer, contacts), v.person(row.Client, contacts)
	o.Performer, o.Client = &performer, &client
	return o
}

// FoundOrder is an order as order/search lists it: with the performer, and with the client for the performer.
func (v Viewer) FoundOrder(row *store.OrderRow) Order {
	o := v.UpdatedOrder(row)
	performer := v.person(row.Performer, false)
	o.Performer = &performer
	if v.UserID == row.PerformerID {
		client := v.person(row.Client, false)
		o.Client = &client
	}
	return o
}

// dateTill shows a date as it was given. Every order has one; none is stored for Go's zero time.
func dateTill(date store.Moment) string {
	if date == "" {
		return "0001-01-01 00:00:00"
	}
	return zoneless(date)
}
