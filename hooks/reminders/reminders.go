// Package reminders reminds performers of new orders that are due, and both participants when a date has passed (contract
// section 4): it adds the pushes to the outbox when their moments come. When that is, is decided by package order.
package reminders

import (
	"context"
	"slices"
	"time"

	"github.com/privet/privet/hooks/order"
	"github.com/privet/privet/hooks/push"
	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/hooks/worker"

	"github.com/pocketbase/pocketbase/core"
)

const (
	idle       = time.Minute      // how long a change by another process, or of the clock, may stay unnoticed
	retryDelay = 10 * time.Second // before the queue is looked at again after a failure
	chunk      = 50               // orders of a transaction: others wait for it
)

// queue is the new orders whose next reminder is due. Its items are performers, as what is sent after the quiet hours is decided
// for all orders of one. What an order has had is stored with it, in the transaction that adds the pushes.
type queue struct {
	app    core.App
	pushes *push.Worker
	zone   *time.Location // in which date_till is meant
	worker *worker.Worker
}

// Register reminds of orders while the app serves.
func Register(app core.App, pushes *push.Worker, zone *time.Location) {
	q := &queue{app: app, pushes: pushes, zone: zone}
	q.worker = worker.New(worker.Config{
		Queue:     q,
		Name:      "reminders",
		Slots:     1,
		Grace:     time.Second,
		Idle:      idle,
		Logger:    app.Logger,
		ReadError: "the orders that are due can't be read",
	})
	wake := func(e *core.RecordEvent) error {
		if q.isDueSoon(store.AsOrder(e.Record)) {
			q.worker.Wake()
		}
		return e.Next()
	}
	app.OnRecordAfterCreateSuccess(store.Orders).BindFunc(wake)
	app.OnRecordAfterUpdateSuccess(store.Orders).BindFunc(wake)
	worker.OnForeignChange(app, q.worker.Wake)
	worker.WhileServing(app, q.worker.Start)
}

// isDueSoon reports whether a reminder of a changed order is due before the worker looks at the queue anyway.
func (q *queue) isDueSoon(o *store.Order) bool {
	if o.Status() != order.New {
		return false
	}
	r, _ := order.ReminderAt(o.DateTill(), time.Now().Add(idle), q.zone)
	return r > o.Reminded()
}

// Due implements worker.Queue.
func (q *queue) Due(ctx context.Context, limit int) ([]string, error) {
	now := time.Now()
	if _, quiet := order.Quiet(now, q.zone); quiet {
		return nil, nil
	}
	return store.PerformersToRemind(ctx, q.app, q.dates(now), limit)
}

// Next implements worker.Queue.
func (q *queue) Next(ctx context.Context) (at time.Time, ok bool, err error) {
	now := time.Now()
	if until, quiet := order.Quiet(now, q.zone); quiet {
		return until, true, nil
	}
	dates := q.dates(now)
	for r := order.DayBefore; r <= order.Overdue; r++ {
		dateTill, found, err := store.NextToRemind(ctx, q.app, r-1, dates[r])
		if err != nil {
			return time.Time{}, false, err
		}
		if due := order.Deadline(dateTill, q.zone).Add(-r.Lead()); found && (!ok || due.Before(at)) {
			at, ok = due, true
		}
	}
	return at, ok, nil
}

// dates returns for each reminder up to which date_till it is due now, and for order.NoReminder after which one it is worth
// telling.
func (q *queue) dates(now time.Time) (dates store.ReminderDates) {
	dates[order.NoReminder] = order.DateTill(now.Add(-order.OverdueFor), q.zone)
	for r := order.DayBefore; r <= order.Overdue; r++ {
		dates[r] = order.DateTill(now.Add(r.Lead()), q.zone)
	}
	return dates
}

// Run implements worker.Queue.
func (q *queue) Run(ctx context.Context, performer string) (retryAfter time.Duration) {
	noted, unreadable, err := q.remind(ctx, performer, time.Now())
	if noted > 0 {
		q.pushes.Wake()
	}
	switch {
	case ctx.Err() != nil: // a stop: what is left is due at the next start
	case err != nil:
		q.app.Logger().Error("the reminders of orders could not be written", "id", performer, "error", err)
		q.worker.Pause(time.Now().Add(retryDelay)) // others' would probably fail as well
		return idle
	case noted == 0 && unreadable > 0: // they stay due
		return idle
	}
	return 0
}

// remind adds the reminders of a performer's orders that are due. It returns how many orders it has noted that with, and how
// many have a date that can't be read.
func (q *queue) remind(ctx context.Context, performer string, now time.Time) (noted, unreadable int, err error) {
	pending, unreadable, err := store.OrdersToRemind(ctx, q.app, performer, q.dates(now))
	if err != nil {
		return 0, 0, err
	}
	due := order.Remind(pending, now, q.zone)
	// From the last one on: should the process be killed halfway, the order that is due first, whose reminder stands for those
	// of others, is among those that are left.
	slices.Reverse(due)
	for some := range slices.Chunk(due, chunk) {
		count := 0
		err := q.app.RunInTransaction(func(tx core.App) error {
			count = 0
			for _, notice := range some {
				ok, err := store.NoteReminder(ctx, tx, notice)
				if err != nil {
					return err
				}
				if !ok {
					continue
				}
				count++
				if err := q.pushes.Remind(ctx, tx, notice, performer); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return noted, unreadable, err
		}
		noted += count
	}
	return noted, unreadable, nil
}
