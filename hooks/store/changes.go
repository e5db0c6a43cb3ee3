package store

import (
	"fmt"
	"time"

	"github.com/privet/privet/hooks/order"

	"github.com/pocketbase/pocketbase/core"
)

// Actor is who changes a record. Model hooks don't see the caller, so the caller (a route, or the dashboard's request
// hook) puts the actor on the record with SetActor.
type Actor struct {
	Side      order.Side
	UserID    string // of a client or a performer
	DeviceID  string // the device they act from
	Moderator string // a superuser's e-mail
}

// keyActor is the one custom value that records carry to the model hooks: there is no other channel, as the dashboard
// saves without a context of ours and hooks don't see the caller. Like PocketBase's own "@pbInternal" values, it is no
// field and reaches neither JSON nor the database.
const keyActor = "@actor"

// SetActor records who is about to change the record.
func SetActor(record *core.Record, actor Actor) { record.SetRaw(keyActor, actor) }

// ActorOf returns who changes the record: the system, unless SetActor was called.
func ActorOf(record *core.Record) Actor {
	if actor, ok := record.GetRaw(keyActor).(Actor); ok {
		return actor
	}
	return Actor{Side: order.System}
}

// Changed returns the names of the fields in which a record differs from another one of its collection, in the
// collection's order. It ignores the times that PocketBase sets, secrets, and fields derived from others at each save.
// Dates are compared to the second, because the dashboard drops the fraction when its user merely tabs through the
// field.
func Changed(record, before *core.Record) []string {
	var names []string
	for _, field := range record.Collection().Fields {
		switch name := field.GetName(); {
		case field.Type() == core.FieldTypeAutodate, field.Type() == core.FieldTypePassword,
			name == core.FieldNameTokenKey, name == fieldEmailKey, name == fieldSearch, name == fieldRev:
		case field.Type() == core.FieldTypeDate:
			now, then := record.GetDateTime(name).Time(), before.GetDateTime(name).Time()
			if !now.Truncate(time.Second).Equal(then.Truncate(time.Second)) {
				names = append(names, name)
			}
		case fmt.Sprint(record.Get(name)) != fmt.Sprint(before.Get(name)):
			names = append(names, name)
		}
	}
	return names
}
