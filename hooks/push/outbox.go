// Package push sends what an order's sides are to know to their phones: an outbox that is written with each
// change, and a worker that empties it by Firebase. Nothing waits for it, and it forgets nothing that it can still
// deliver.
//
//	outbox.go   what is written, for whom
//	worker.go   the sending; attempt.go: one try, and what follows from FCM's answer
//	message.go  what a phone gets; texts.go and texts/: its words
//	fcm.go      Firebase's client, and what its errors mean; line.go: its way to Google
//	faults.go   when nothing gets through: the pauses, and what whoever runs the server reads of it
package push

import (
	"fmt"
	"time"

	"github.com/privet/privet/hooks/order"
	"github.com/privet/privet/hooks/store"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/security"
)

// life is how long a push is worth sending.
const life = 24 * time.Hour

// Announce writes the pushes of a change of an order's status, inside the transaction of the change. Wake the
// worker after it.
func (w *Worker) Announce(tx core.App, o *store.Order, from order.Status, by order.Side) error {
	event, sides := order.Announce(from, o.Status(), by)
	for _, side := range sides {
		receiver := o.Client()
		if side == order.Performer {
			receiver = o.Performer()
		}
		err := store.AddPushes(tx, store.NewPush{
			Event:    fmt.Sprintf("order-%s-%d", o.Id, o.Rev()), // the same if the same change were written twice
			Type:     string(event),
			Order:    o.Id,
			Receiver: receiver,
			State:    w.state(),
			Expires:  time.Now().Add(life),
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Test writes a fixed push for all devices of a user.
func (w *Worker) Test(app core.App, user string) error {
	err := store.AddPushes(app, store.NewPush{
		Event:    "test-" + security.RandomString(15),
		Type:     "test",
		Receiver: user,
		State:    w.state(),
		Expires:  time.Now().Add(10 * time.Minute), // whoever tries it looks at the phone now
	})
	w.Wake()
	return err
}

// state is that of a new push: without credentials it is off for good, and not sent days later.
func (w *Worker) state() string {
	if w.sender == nil {
		return store.PushOff
	}
	return store.PushWaiting
}
