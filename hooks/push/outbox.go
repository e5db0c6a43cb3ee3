// Package push sends push notifications about orders to the phones of their participants, by Firebase Cloud Messaging
// (FCM) and by RuStore. Pushes are written to an outbox in the transaction of the change that they announce, and sent in the
// background afterwards: no request waits for a push service, a change that is rolled back announces nothing, and an outage
// or a restart only delays what has not expired.
//
//   - outbox.go: the rows that a change adds, and for whom
//   - worker.go: the background worker, with a lane for each service; attempt.go: one try to send, and what follows from the
//     answer; why.go: why a push has not arrived, for the desk
//   - reminders.go: what is different about reminders, which package reminders adds as time passes
//   - message.go: what a phone receives; texts.go and texts/: its texts by language
//   - sender.go: what a push service is to the worker
//   - fcm.go: Firebase's client; fcm_details.go: whom its errors are about; transport.go: its HTTP client
//   - rustore.go: RuStore's client
//   - breaker.go: the pauses while no push gets through, and what is logged of them; holds.go: those of a device
package push

import (
	"context"
	"fmt"
	"time"

	"github.com/privet/privet/hooks/order"
	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/hooks/store/desk"

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
			Routes:   w.routes,
			Expires:  time.Now().Add(lifetime),
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// AnnounceReport adds the pushes that tell whoever reported something that the report is closed, in the transaction that
// closes it. They hold neither what was reported nor whom or by whom.
func (w *Worker) AnnounceReport(ctx context.Context, tx core.App, r *desk.Report) error {
	err := store.AddPushes(ctx, tx, store.NewPush{
		Event:    r.Event(),
		Type:     store.PushReportClosed,
		Receiver: r.Reporter(),
		Routes:   w.routes,
		Expires:  time.Now().Add(lifetime),
	})
	if err != nil {
		return fmt.Errorf("notify the reporter of report %s: %w", r.Id, err)
	}
	return nil
}

// Warn adds the pushes by which a moderator warns a user, in the transaction that adds the warning. Their text is the warning's.
func (w *Worker) Warn(ctx context.Context, tx core.App, user, warning string) error {
	err := store.AddPushes(ctx, tx, store.NewPush{
		Event:    store.WarningEvent + warning,
		Type:     store.PushWarned,
		Receiver: user,
		Routes:   w.routes,
		Expires:  time.Now().Add(lifetime),
	})
	if err != nil {
		return fmt.Errorf("warn user %s: %w", user, err)
	}
	return nil
}

// Test sends a fixed push to all devices of a user.
func (w *Worker) Test(ctx context.Context, app core.App, user string) error {
	err := store.AddPushes(ctx, app, store.NewPush{
		Event:    "test-" + security.RandomString(15),
		Type:     "test",
		Receiver: user,
		Routes:   w.routes,
		Expires:  time.Now().Add(10 * time.Minute), // the user is looking at the phone now
	})
	w.Wake()
	return err
}

// LeaveToServer makes new pushes wait although this process has no credentials: it is a command, and the server may have
// some. If it has none either, they expire.
func (w *Worker) LeaveToServer() {
	for i := range w.routes {
		w.routes[i].State = store.PushWaiting
	}
}
