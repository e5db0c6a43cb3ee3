package push

import (
	"context"
	"fmt"
	"time"

	"github.com/privet/privet/hooks/order"
	"github.com/privet/privet/hooks/store"

	"github.com/pocketbase/pocketbase/core"
)

// Remind adds the pushes of a reminder to the outbox, in the transaction that notes it with the order. Call Wake after the
// commit.
func (w *Worker) Remind(ctx context.Context, tx core.App, n order.Notice, performer string) error {
	for _, side := range n.Sides {
		receiver := n.Client
		if side == order.Performer {
			receiver = performer
		}
		err := store.AddPushes(ctx, tx, store.NewPush{Event: n.Event, Type: string(n.Due.Event()), Order: n.ID,
			Receiver: receiver, Routes: w.routes, Expires: n.Expires})
		if err != nil {
			return fmt.Errorf("add the reminder of order %s: %w", n.ID, err)
		}
	}
	return nil
}

// isReminder reports whether a push is the reminder of an order.
func isReminder(p *store.PushContent) bool {
	return p.Type == string(order.EventReminder) || p.Type == string(order.EventOverdue)
}

// obsolete reports whether a push is a reminder of an order that is no longer new, or has another date now.
func obsolete(p *store.PushContent) bool {
	if !isReminder(p) {
		return false
	}
	_, current := order.ReminderOf(p.Event, p.Order, p.DateTill)
	return !current || p.Status != order.New
}

// putOff takes a reminder back that could not be sent before the quiet hours, and reports whether it did: at their end it is
// decided anew which ones are sent.
func (l *lane) putOff(ctx context.Context, p *store.PushContent, now time.Time) bool {
	if !isReminder(p) {
		return false
	}
	if _, quiet := order.Quiet(now, l.zone); !quiet {
		return false
	}
	r, _ := order.ReminderOf(p.Event, p.Order, p.DateTill)
	if err := store.TakeBackReminder(context.WithoutCancel(ctx), l.app, p.ID, p.Order, r); err != nil {
		l.reportWrite(err)
	}
	return true
}
