package store

import (
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// Changed names the fields in which a record differs from another of its collection, in the collection's order:
// all but the times that PocketBase keeps by itself, secrets, and what follows from other fields at each save. Dates
// are compared to the second: the dashboard cuts off what is finer when one passes over the field.
func Changed(record, before *core.Record) []string {
	var names []string
	for _, field := range record.Collection().Fields {
		switch name := field.GetName(); {
		case field.Type() == core.FieldTypeAutodate, field.Type() == core.FieldTypePassword,
			name == core.FieldNameTokenKey, name == fieldEmailKey, name == fieldSearch, name == fieldRev:
		case field.Type() == core.FieldTypeDate:
			if seconds := time.Second; !record.GetDateTime(name).Time().Truncate(seconds).Equal(before.GetDateTime(name).Time().Truncate(seconds)) {
				names = append(names, name)
			}
		case fmt.Sprint(record.Get(name)) != fmt.Sprint(before.Get(name)):
			names = append(names, name)
		}
	}
	return names
}

// Take brings the user's fields to what fresh holds.
func (u *User) Take(fresh *User) { take(u.Record, fresh.Record) }

// Take brings the order's fields to what fresh holds.
func (o *Order) Take(fresh *Order) { take(o.Record, fresh.Record) }

func take(record, fresh *core.Record) {
	for _, field := range record.Collection().Fields {
		record.SetRaw(field.GetName(), fresh.GetRaw(field.GetName()))
	}
}

// Rev counts the changes.
func (u *User) Rev() int { return u.GetInt(fieldRev) }

// SetRev sets the count of changes.
func (u *User) SetRev(v int) { u.Set(fieldRev, v) }

// HasOrders tells whether the user is the client or the performer of an order.
func HasOrders(app core.App, userID string) (bool, error) {
	var has bool
	err := app.DB().NewQuery(`SELECT EXISTS (SELECT 1 FROM orders WHERE client = {:user}) OR EXISTS (SELECT 1 FROM orders WHERE performer = {:user})`).
		Bind(dbx.Params{"user": userID}).Row(&has)
	return has, err
}

// OwnCollections are those that privet's migrations make and its code relies on.
func OwnCollections() []string {
	return []string{Users, Devices, InviteTokens, Media, Orders, OrderHistory, Pushes,
		"queue_banned", "queue_failed_pushes", "queue_low_ratings", "queue_new_performers", "queue_overdue_orders"}
}
