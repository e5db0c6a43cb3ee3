package hooks

import (
	"errors"
	"time"

	"github.com/privet/privet/hooks/files"
	"github.com/privet/privet/hooks/order"
	"github.com/privet/privet/hooks/push"
	"github.com/privet/privet/hooks/refusal"
	"github.com/privet/privet/hooks/store"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
)

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

// createOrder runs in the transaction that the id was taken in.
func createOrder(e *core.RecordEvent, pushes *push.Worker) error {
	o := store.AsOrder(e.Record)
	sides, err := store.ReadSides(e.App, o.Performer(), o.Client())
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	if err != nil || sides.Role != store.RolePerformer || sides.PerformerOut || o.Performer() == o.Client() {
		return refusal.New("performer", "performer_id", "The selected performer id is invalid.")
	}
	byClient := store.ActorOf(o.Record).Side == order.Client
	if sides.ClientOut && byClient {
		return store.ErrShutOut // at this very moment: else they would have no token
	}
	if o.Status() == "" {
		o.SetStatus(order.New)
	}
	if !byClient {
		if err := checkNewOrder(o, sides); err != nil {
			return err
		}
	}
	o.SetPrice(sides.Price)
	o.SetRev(1)
	if err := e.Next(); err != nil {
		return err
	}
	return tell(e.App, o, "", pushes)
}

// updateOrder looks at the order as it stands inside the transaction: what the record was loaded with may be
// minutes old, and two people may act at the same moment.
func updateOrder(e *core.RecordEvent, pushes *push.Worker) error {
	o := store.AsOrder(e.Record)
	fresh, err := store.FindOrder(e.App, o.Id)
	if err != nil {
		return err
	}
	before := fresh.Status()
	var upload *files.Upload
	if request, ok := o.Asked(); ok {
		changed, keepMedia, err := applyRequest(e.App, o, fresh, request)
		if err != nil {
			return err
		}
		if keepMedia {
			upload = files.AskedUpload(o.Record)
		}
		if !changed && upload == nil {
			return nil
		}
	} else if err := applyEdit(e.App, o, fresh); err != nil {
		return err
	}
	o.SetRev(fresh.Rev() + 1)
	if err := e.Next(); err != nil {
		return err
	}
	if upload != nil {
		if err := files.AddMedia(e.App, upload, store.ActorOf(o.Record).UserID, o.Id); err != nil {
			return err
		}
	}
	if o.Status() == before {
		return nil
	}
	return tell(e.App, o, before, pushes)
}

// tell keeps a change of status in the history and lets the sides know, in the transaction of the change.
func tell(tx core.App, o *store.Order, from order.Status, pushes *push.Worker) error {
	actor := store.ActorOf(o.Record)
	if err := store.AddHistory(tx, o.Id, from, o.Status(), actor); err != nil {
		return err
	}
	return pushes.Announce(tx, o, from, actor.Side)
}

// applyRequest decides what the client or the performer asked for, on the order as it stands.
func applyRequest(tx core.App, o, fresh *store.Order, request order.Request) (changed, keepMedia bool, err error) {
	// An upload takes its time, and nobody who was shut out meanwhile delivers.
	isOut, err := store.IsOut(tx, store.ActorOf(o.Record).UserID)
	if err != nil {
		return false, false, err
	}
	if isOut {
		return false, false, store.ErrShutOut
	}
	state, err := fresh.State(tx)
	if err != nil {
		return false, false, err
	}
	o.Take(fresh)
	change, err := order.Decide(state, store.ActorOf(o.Record).Side, request)
	if err != nil {
		return false, false, refuseOrder(err)
	}
	if change.Rating != 0 {
		o.SetRating(change.Rating, change.RatingText)
	}
	if change.Status != "" {
		o.SetStatus(change.Status)
		if change.Status == order.Cancelled {
			o.SetCancellation(time.Now(), change.CancelText)
		}
	}
	return change.Status != "", change.KeepMedia, nil
}

// refuseOrder puts a broken rule of an order's life on the collection's field, in Laravel's words.
func refuseOrder(err error) error {
	var broken *order.Refusal
	if !errors.As(err, &broken) {
		return err
	}
	names := map[order.Field]string{order.FieldStatus: "status", order.FieldMedia: "media", order.FieldRating: "rating rate"}
	name := names[broken.Field]
	message := map[order.Reason]string{
		order.Invalid:    "The selected " + name + " is invalid.",
		order.Required:   "The " + name + " field is required.",
		order.Prohibited: "The " + name + " field is prohibited.",
	}[broken.Reason]
	return refusal.New(string(broken.Field), string(broken.Field), message)
}
