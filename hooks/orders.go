package hooks

import (
	"errors"

	"github.com/privet/privet/hooks/order"
	"github.com/privet/privet/hooks/push"
	"github.com/privet/privet/hooks/refusal"
	"github.com/privet/privet/hooks/store"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
)

// registerOrders binds the rules of orders: what each kind of actor may change, the revision, the history and the outbox.
func registerOrders(app core.App, pushes *push.Worker) {
	app.OnRecordCreate(store.Orders).BindFunc(func(e *core.RecordEvent) error { return createOrder(e, pushes) })
	app.OnRecordDelete(store.Orders).BindFunc(func(*core.RecordEvent) error {
		return refusal.BadRequest("An order can't be deleted, nor can its history: set its status to cancelled instead")
	})
	app.OnRecordUpdate(store.Orders).Bind(&hook.Handler[*core.RecordEvent]{
		Id:       "privet_orders_update",
		Priority: beforeInterceptors,
		Func: func(e *core.RecordEvent) error {
			return inTransaction(e, func() error { return updateOrder(e, pushes) })
		},
	})
}

// createOrder runs in the transaction that assigned the id.
func createOrder(e *core.RecordEvent, pushes *push.Worker) error {
	o := store.AsOrder(e.Record)
	sides, err := store.ReadParticipants(e.App, o.Performer(), o.Client())
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	if err != nil || sides.Role != store.RolePerformer || sides.PerformerDisabled || o.Performer() == o.Client() {
		return refusal.New("performer", "performer_id", "The selected performer id is invalid.")
	}
	if o.Status() == "" {
		o.SetStatus(order.New)
	}
	if byParticipant(o.Record) {
		if sides.ClientDisabled {
			return store.ErrAccountDisabled // since the request was authorized
		}
		err = checkParticipantCreate(o)
	} else {
		err = checkOrderCreate(e.App, o, sides)
	}
	if err != nil {
		return err
	}
	o.SetPrice(sides.Price)
	o.SetRev(1)
	if err := e.Next(); err != nil {
		return err
	}
	return recordTransition(e.App, o, "", pushes)
}

// updateOrder compares the record with the row inside the transaction: the copy that the record was loaded from may be
// minutes old, and two actors may change it at the same moment.
func updateOrder(e *core.RecordEvent, pushes *push.Worker) error {
	o := store.AsOrder(e.Record)
	fresh, err := store.FindOrder(e.App, o.Id)
	if err != nil {
		return err
	}
	from := fresh.Status()
	if o.Rev() != fresh.Rev() {
		return refusal.Stale("order")
	}
	if byParticipant(o.Record) {
		err = checkParticipantUpdate(e.App, o, fresh)
	} else {
		err = checkOrderUpdate(e.App, o, fresh)
	}
	if err != nil {
		return err
	}
	o.SetRev(fresh.Rev() + 1)
	if err := e.Next(); err != nil {
		return err
	}
	if o.Status() == from {
		return nil
	}
	return recordTransition(e.App, o, from, pushes)
}

// recordTransition adds a change of status to the history and to the outbox, in the transaction of the change.
func recordTransition(tx core.App, o *store.Order, from order.Status, pushes *push.Worker) error {
	actor := store.ActorOf(o.Record)
	if err := store.AddHistory(tx, o.Id, from, o.Status(), actor); err != nil {
		return err
	}
	return pushes.Announce(tx, o, from, actor.Side)
}
