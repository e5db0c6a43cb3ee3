package hooks

import (
	"time"

	"github.com/privet/privet/hooks/order"
	"github.com/privet/privet/hooks/refusal"
	"github.com/privet/privet/hooks/store"

	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"
)

// applyEdit guards an edit that is no request of a side: the dashboard's, another program's. Any status may be
// set; what only one status has follows. An edit that brings an older rev was made on a stale copy.
func applyEdit(tx core.App, o, fresh *store.Order) error {
	if o.Rev() != fresh.Rev() {
		return refusal.Stale("order")
	}
	messages := map[string]string{
		"client":      "It can't be changed.",
		"performer":   "It can't be changed: cancel this order and make another one.",
		"price":       "It is the performer's price when it was ordered and can't be changed.",
		"cancel_date": "It follows from the status by itself.",
	}
	wrong := refusal.Changed(o.Record, fresh.Record, messages)
	if o.DateTill().IsZero() && !fresh.DateTill().IsZero() {
		wrong["date_till"] = refusal.Invalid("Must be a date, as 2030-01-31 12:00:00.")
	}
	if o.Description() == "" && fresh.Description() != "" {
		wrong["description"] = validation.ErrRequired
	}
	agree(o, fresh.Status(), fresh.CancelText(), fresh.Rating(), fresh.RatingText(), wrong)
	if err := checkSides(tx, o, fresh, wrong); err != nil {
		return err
	}
	return wrong.Filter()
}

// checkSides refuses what the two of an order could not do any more: to work on it again while one of them is shut out,
// and new words of a client who was erased.
func checkSides(tx core.App, o, fresh *store.Order, wrong validation.Errors) error {
	reopened := o.Status() == order.New && fresh.Status() != order.New
	described := o.Description() != fresh.Description()
	reviewed := o.RatingText() != "" && o.RatingText() != fresh.RatingText()
	if !reopened && !described && !reviewed {
		return nil
	}
	sides, err := store.ReadSides(tx, o.Performer(), o.Client())
	if err != nil {
		return err
	}
	if reopened && sides.PerformerOut {
		wrong["status"] = refusal.Invalid("It can't be new again: its performer is banned or erased.")
	} else if reopened && sides.ClientOut {
		wrong["status"] = refusal.Invalid("It can't be new again: its client is banned or erased.")
	}
	if !described && !reviewed || !sides.ClientOut {
		return nil
	}
	client, err := store.FindUser(tx, o.Client())
	if err != nil || !client.Erased() {
		return err
	}
	const why = "Its client was erased, and so were their words."
	if described {
		wrong["description"] = refusal.Invalid(why)
	}
	if reviewed {
		wrong["rating_text"] = refusal.Invalid(why)
	}
	return nil
}

// checkNewOrder guards an order that is made by a moderator or a program.
func checkNewOrder(o *store.Order, sides *store.Sides) error {
	wrong := validation.Errors{}
	if sides.ClientOut {
		wrong["client"] = refusal.Invalid("Must be a user who is neither banned nor erased.")
	}
	if store.ActorOf(o.Record).Side == order.Moderator {
		if o.DateTill().IsZero() {
			wrong["date_till"] = refusal.Invalid("Must be a date, as 2030-01-31 12:00:00.")
		}
		if o.Description() == "" {
			wrong["description"] = validation.ErrRequired
		}
	}
	agree(o, "", "", 0, "", wrong)
	return wrong.Filter()
}

// agree brings the fields that only one status has in line with the status. The other arguments are what they
// were before. What was typed into them in vain goes into wrong.
func agree(o *store.Order, was order.Status, reason string, rating float64, review string, wrong validation.Errors) {
	now := o.Status()
	switch {
	case now == order.Cancelled && was != order.Cancelled:
		o.SetCancellation(time.Now(), o.CancelText())
	case now != order.Cancelled && was == order.Cancelled:
		o.SetCancellation(time.Time{}, "")
	case now != order.Cancelled && o.CancelText() != reason && o.CancelText() != "":
		wrong["cancel_text"] = refusal.Invalid("Only a cancelled order has a reason: set the status to cancelled, too.")
	}
	switch {
	case now == order.Reviewed && o.Rating() < 1 && (was != now || o.Rating() != rating):
		wrong["rating_rate"] = refusal.Invalid("A reviewed order has a rating: give 1 to 5, or choose another status.")
	case now != order.Reviewed && was == order.Reviewed:
		o.SetRating(0, "")
	case now != order.Reviewed:
		const why = "Only a reviewed order has a rating: set the status to reviewed, too."
		if o.Rating() != rating && o.Rating() != 0 {
			wrong["rating_rate"] = refusal.Invalid(why)
		}
		if o.RatingText() != review && o.RatingText() != "" {
			wrong["rating_text"] = refusal.Invalid(why)
		}
	}
}
