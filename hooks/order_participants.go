package hooks

import (
	"fmt"
	"strings"

	"github.com/privet/privet/hooks/order"
	"github.com/privet/privet/hooks/store"

	"github.com/pocketbase/pocketbase/core"
)

// byParticipant reports whether the client or the performer of an order changes the record.
func byParticipant(record *core.Record) bool {
	side := store.ActorOf(record).Side
	return side == order.Client || side == order.Performer
}

// checkParticipantCreate refuses an order that a participant can't create. Package orders creates none of those, so the
// error is a fault of the code that saves the record.
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

// checkParticipantUpdate refuses a participant's change of an order unless it is the one that package order grants on
// the fresh row, in every field. Package orders makes no other, so the error is a fault of the code that saves the record.
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
		return err
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
