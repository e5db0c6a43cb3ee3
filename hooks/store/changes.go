package store

import (
	"fmt"
	"time"

	"github.com/privet/privet/hooks/order"

	"github.com/pocketbase/pocketbase/core"
)

// Actor is who changes a record. Model hooks can't know it by themselves: whoever opens the door (a route, the
// dashboard's request hook) says it on the record. Who says nothing is the system.
type Actor struct {
	Side      order.Side
	UserID    string // of a client or a performer
	DeviceID  string // the device they act from
	Moderator string // a superuser's e-mail
}

// keyActor is the one custom value that records carry to the model hooks: there is no other channel, as the dashboard saves
// without a context of ours and hooks don't see the caller. Like PocketBase's own "@pbInternal" values, it is no field
// and reaches neither JSON nor the database.
const keyActor = "@actor"

// SetActor says who is about to change the record.
func SetActor(record *core.Record, actor Actor) { record.SetRaw(keyActor, actor) }

// ActorOf tells who changes the record: the system, unless somebody was named.
func ActorOf(record *core.Record) Actor {
	if actor, ok := record.GetRaw(keyActor).(Actor); ok {
		return actor
	}
	return Actor{Side: order.System}
}

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
