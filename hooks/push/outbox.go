// Package push sends push notifications about orders to the phones of their participants, by Firebase Cloud Messaging
// (FCM). Pushes are written to an outbox in the transaction of the change that they announce, and sent in the
// background afterwards: no request waits for Firebase, a change that is rolled back announces nothing, and an outage
// or a restart only delays what has not expired.
//
//   - outbox.go: the rows that a change adds, and for whom
//   - worker.go: the background worker; attempt.go: one try to send, and what follows from FCM's answer
//   - record.go: what became of each is written down, or nothing more is sent
//   - message.go: what a phone receives; texts.go and texts/: its texts by language
//   - fcm.go: Firebase's client, and what its errors mean; transport.go: its HTTP client
//   - breaker.go: the pauses while no push gets through, and what is logged of them
package push

import (
	"context"
	"fmt"
	"time"

	"github.com/privet/privet/hooks/order"
	"github.com/privet/privet/hooks/store"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/security"
)

// lifetime is how long after a change a push about it may still be sent.
const lifetime = 24 * time.Hour

// Announce adds the pushes about a change of an order's status to the outbox, in the transaction of the change. from is
// the status before, "" for a new order. Call Wake after the commit.
func (w *Worker) Announce(ctx context.Context, tx core.App, o *store.Order, from order.Status, by order.Side) error {
	event, sides := order.EventOf(from, o.Status(), by)
	for _, side := range sides {
		receiver := o.Client()
		if side == order.Performer {
			receiver = o.Performer()
		}
		err := store.AddPushes(ctx, tx, store.NewPush{
			Event:    fmt.Sprintf("order-%s-%d", o.Id, o.Rev()), // the same for the same change, and so written once
			Type:     string(event),
			Order:    o.Id,
			Receiver: receiver,
			State:    w.state(),
			Expires:  time.Now().Add(lifetime),
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Test sends a fixed push to all devices of a user.
func (w *Worker) Test(ctx context.Context, app core.App, user string) error {
	err := store.AddPushes(ctx, app, store.NewPush{
		Event:    "test-" + security.RandomString(15),
		Type:     "test",
		Receiver: user,
		State:    w.state(),
		Expires:  time.Now().Add(10 * time.Minute), // the user is looking at the phone now
	})
	w.Wake()
	return err
}

// state returns the state of a new push. Without credentials it is off for good: it should not be sent days later, when
// there are some.
func (w *Worker) state() string {
	if w.sender == nil {
		return store.PushOff
	}
	return store.PushWaiting
}
