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
// collection's order.
func Changed(record, before *core.Record) []string {
	var names []string
	for _, name := range Comparable(record) {
		if Text(record, name) != Text(before, name) {
			names = append(names, name)
		}
	}
	return names
}

// Comparable returns the names of a record's fields that somebody may change. It leaves out the times that PocketBase
// sets, secrets, and fields derived from others at each save.
func Comparable(record *core.Record) []string {
	var names []string
	for _, field := range record.Collection().Fields {
		switch name := field.GetName(); {
		case field.Type() == core.FieldTypeAutodate, field.Type() == core.FieldTypePassword,
			name == core.FieldNameTokenKey, name == fieldEmailKey, name == fieldSearch, name == fieldRev, name == fieldReminded:
		default:
			names = append(names, name)
		}
	}
	return names
}

// Text returns a field's value as a text that is equal for equal values. Dates are compared to the second, because the
// dashboard drops the fraction when its user merely tabs through the field.
func Text(record *core.Record, name string) string {
	if field := record.Collection().Fields.GetByName(name); field != nil && field.Type() == core.FieldTypeDate {
		return record.GetDateTime(name).Time().Truncate(time.Second).UTC().String()
	}
	return fmt.Sprint(record.Get(name))
}

// TakeSecrets gives an unsaved copy of a user the password of the row as it is now, unless the copy has a new one.
func TakeSecrets(user, fresh *User) {
	if user.PasswordHash() == AsUser(user.Original()).PasswordHash() {
		user.SetRaw(core.FieldNamePassword, fresh.GetRaw(core.FieldNamePassword))
		user.SetRaw(core.FieldNameTokenKey, fresh.GetRaw(core.FieldNameTokenKey))
	}
}
