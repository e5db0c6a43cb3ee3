package store

import (
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

// Keys with an @ travel with a record to the hooks; they are no fields and reach neither JSON nor the database.
const (
	keyActor   = "@actor"
	keyRequest = "@request"
	keyUpload  = "@upload"
	keyChecked = "@email-checked"
)

// SetActor says who is about to change the record.
func SetActor(record *core.Record, actor Actor) { record.SetRaw(keyActor, actor) }

// ActorOf tells who changes the record: the system, unless somebody was named.
func ActorOf(record *core.Record) Actor {
	if actor, ok := record.GetRaw(keyActor).(Actor); ok {
		return actor
	}
	return Actor{Side: order.System}
}
