package hooks

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/privet/privet/hooks/order"
	"github.com/privet/privet/hooks/push"
	"github.com/privet/privet/hooks/refusal"
	"github.com/privet/privet/hooks/revision"
	"github.com/privet/privet/hooks/store"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
)

// registerOrders binds the rules of orders: what each kind of actor may change, the revision, the history and the
// outbox. zone is the one in which dates are meant. With limitOpen, clients can have a limited number of new orders.
func registerOrders(app core.App, pushes *push.Worker, zone *time.Location, limitOpen bool) {
	changes := revision.New()
	app.OnRecordCreate(store.Orders).BindFunc(func(e *core.RecordEvent) error { return createOrder(e, pushes, zone, limitOpen) })
	app.OnRecordDelete(store.Orders).BindFunc(func(*core.RecordEvent) error {
		return refusal.BadRequest("An order can't be deleted, nor can its history: set its status to cancelled instead")
	})
	app.OnRecordUpdate(store.Orders).Bind(&hook.Handler[*core.RecordEvent]{
		Id:       "privet_orders_update",
		Priority: beforeInterceptors,
		Func: func(e *core.RecordEvent) error {
			return store.InTransaction(e, func() error { return updateOrder(e, pushes, changes) })
		},
	})
}

// Limits of a client's new orders (contract section 3, order/create). They don't hold for moderators.
const (
	maxOpenOrders       = 20 // with all performers
	maxOpenOrdersOfPair = 3  // with one performer
)

// createOrder runs in the transaction that assigned the id.
func createOrder(e *core.RecordEvent, pushes *push.Worker, zone *time.Location, limitOpen bool) error {
	o := store.AsOrder(e.Record)
	participants, err := store.ReadParticipants(e.Context, e.App, o.Performer(), o.Client())
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("read the participants of a new order: %w", err)
	}
	if err != nil || participants.Role != store.RolePerformer || participants.PerformerDisabled || participants.Blocked ||
		o.Performer() == o.Client() {
		return refusal.New("performer", "performer_id", "The selected performer id is invalid.")
	}
	if o.Status() == "" {
		o.SetStatus(order.New)
	}
	if byParticipant(o.Record) {
		if participants.ClientDisabled {
			return store.ErrAccountDisabled // since the request was authorized
		}
		err = checkParticipantCreate(o)
		if err == nil && limitOpen {
			err = checkOpenOrders(e.Context, e.App, o)
		}
	} else {
		err = checkOrderCreate(e.App, o, participants)
	}
	if err != nil {
		return err
	}
	o.SetPrice(participants.Price)
	o.SetRev(1)
	o.SetReminded(order.RemindedAtCreation(o.DateTill(), time.Now(), zone))
	setDelivered(o, time.Time{})
	if err := e.Next(); err != nil {
		return err
	}
	return recordTransition(e.Context, e.App, o, "", pushes)
}

// checkOpenOrders refuses another order of a client who has as many new ones as allowed. Transactions run one after the
// other, so that of orders that are created at once none is missed.
func checkOpenOrders(ctx context.Context, tx core.App, o *store.Order) error {
	all, ofPair, err := store.CountOpenOrders(ctx, tx, o.Client(), o.Performer())
	if err != nil {
		return fmt.Errorf("count the open orders of client %s: %w", o.Client(), err)
	}
	if all >= maxOpenOrders || ofPair >= maxOpenOrdersOfPair {
		return refusal.New("performer", "performer_id", "Too many open orders.")
	}
	return nil
}

// updateOrder compares the record with the row inside the transaction: the copy that the record was loaded from may be
// minutes old, and two actors may change it at the same moment. Of a field that both have changed, the first change
// stays, and the second is refused.
func updateOrder(e *core.RecordEvent, pushes *push.Worker, changes *revision.History) error {
	o := store.AsOrder(e.Record)
	fresh, err := store.FindOrder(e.App, o.Id)
	if err != nil {
		return fmt.Errorf("read order %s: %w", o.Id, err)
	}
	from := fresh.Status()
	conflicts, known := changes.Merge(o.Record, fresh.Record, o.Rev(), fresh.Rev())
	if !known {
		return refusal.Stale("order")
	}
	if len(conflicts) > 0 {
		return refusal.Conflict("order", conflicts)
	}
	if byParticipant(o.Record) {
		err = checkParticipantUpdate(e.App, o, fresh)
	} else {
		err = checkOrderUpdate(e.Context, e.App, o, fresh)
	}
	if err != nil {
		return err
	}
	o.SetRev(fresh.Rev() + 1)
	setReminded(o, store.AsOrder(fresh.Original())) // the check of a participant has changed fresh
	setDelivered(o, store.AsOrder(fresh.Original()).Delivered())
	if err := e.Next(); err != nil {
		return err
	}
	changes.Note(o.Record, fresh.Original(), o.Rev(), true)
	if o.Status() == from {
		return nil
	}
	return recordTransition(e.Context, e.App, o, from, pushes)
}

// setReminded makes an order have its reminders again, those whose moments have come included, if it has another date_till than
// before or has become new again.
func setReminded(o, before *store.Order) {
	moved := !o.DateTill().Equal(before.DateTill())
	reopened := o.Status() == order.New && before.Status() != order.New
	if moved || reopened {
		o.SetReminded(order.NoReminder)
	} else {
		o.SetReminded(before.Reminded())
	}
}

// setDelivered records the delivery of an order by whatever way its status came about, and forgets it when the order becomes new again.
// before is when it was delivered so far, zero for not yet.
func setDelivered(o *store.Order, before time.Time) {
	switch status := o.Status(); {
	case status == order.New:
		o.SetDelivered(time.Time{})
	case (status == order.Done || status == order.Reviewed) && before.IsZero():
		o.SetDelivered(time.Now())
	default:
		o.SetDelivered(before)
	}
}

// recordTransition adds a change of status to the history and to the outbox, in the transaction of the change.
func recordTransition(ctx context.Context, tx core.App, o *store.Order, from order.Status, pushes *push.Worker) error {
	actor := store.ActorOf(o.Record)
	if err := store.AddHistory(ctx, tx, o.Id, from, o.Status(), actor); err != nil {
		return fmt.Errorf("add to the history of order %s: %w", o.Id, err)
	}
	if err := pushes.Announce(ctx, tx, o, from, actor.Side); err != nil {
		return fmt.Errorf("add the pushes about order %s: %w", o.Id, err)
	}
	return nil
}

// byParticipant reports whether the client or the performer of an order changes the record.
func byParticipant(record *core.Record) bool {
	side := store.ActorOf(record).Side
	return side == order.Client || side == order.Performer
}

// checkParticipantCreate refuses an order that a participant can't create. Package orders creates none of those, so an
// error is a bug in the caller.
func checkParticipantCreate(o *store.Order) error {
	actor := store.ActorOf(o.Record)
	switch {
	case actor.Side != order.Client || actor.UserID != o.Client():
		return fmt.Errorf("the %s %q can't order as the client %q", actor.Side, actor.UserID, o.Client())
	case o.Status() != order.New || o.Rating() != 0 || o.RatingText() != "" || o.CancelText() != "" || !o.CancelDate().IsZero():
		return fmt.Errorf("the %s can't create an order that is more than new", actor.Side)
	}
	return nil
}

// checkParticipantUpdate refuses a participant's change of an order unless every field is as package order decides for
// the fresh row. Package orders saves nothing else, so an error is a bug in the caller.
func checkParticipantUpdate(tx core.App, o, fresh *store.Order) error {
	actor := store.ActorOf(o.Record)
	participant := fresh.Client()
	if actor.Side == order.Performer {
		participant = fresh.Performer()
	}
	if actor.UserID != participant {
		return fmt.Errorf("user %q is not the %s of order %s", actor.UserID, actor.Side, o.Id)
	}
	state, err := fresh.State(tx)
	if err != nil {
		return fmt.Errorf("read the state of order %s: %w", o.Id, err)
	}
	granted, err := order.Decide(state, actor.Side, order.Request{
		Status:     o.Status(),
		CancelText: o.CancelText(),
		Rating:     o.Rating(),
		RatingText: o.RatingText(),
	})
	if err != nil {
		return fmt.Errorf("the %s can't change order %s: %w", actor.Side, o.Id, err)
	}
	if granted.Status == order.Cancelled && o.CancelDate().IsZero() {
		return fmt.Errorf("the %s can't cancel order %s without a date", actor.Side, o.Id)
	}
	fresh.Apply(granted, o.CancelDate())
	if changed := store.Changed(o.Record, fresh.Record); len(changed) > 0 {
		return fmt.Errorf("the %s can't change %s of order %s", actor.Side, strings.Join(changed, ", "), o.Id)
	}
	return nil
}
