package hooks

import (
	"time"

	"github.com/privet/privet/hooks/order"
	"github.com/privet/privet/hooks/refusal"
	"github.com/privet/privet/hooks/store"

	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"
)

// checkOrderUpdate checks a moderator's or the system's change of the fresh row to o. They may set any status; the fields
// that only one status has follow.
func checkOrderUpdate(tx core.App, o, fresh *store.Order) error {
	messages := map[string]string{
		"client":      "It can't be changed.",
		"performer":   "It can't be changed: cancel this order and make another one.",
		"price":       "It is the performer's price when it was ordered and can't be changed.",
		"cancel_date": "It follows from the status by itself.",
	}
	errs := refusal.Changed(o.Record, fresh.Record, messages)
	if o.DateTill().IsZero() && !fresh.DateTill().IsZero() {
		errs["date_till"] = refusal.Invalid("Must be a date, as 2030-01-31 12:00:00.")
	}
	if o.Description() == "" && fresh.Description() != "" {
		errs["description"] = validation.ErrRequired
	}
	syncStatusFields(o, fresh, errs)
	if err := checkParticipants(tx, o, fresh, errs); err != nil {
		return err
	}
	return errs.Filter()
}

// checkParticipants refuses changes that the order's participants do not allow: to reopen it while one of them is banned or
// erased, and to write texts in the name of an erased client.
func checkParticipants(tx core.App, o, fresh *store.Order, errs validation.Errors) error {
	reopened := o.Status() == order.New && fresh.Status() != order.New
	described := o.Description() != fresh.Description()
	reviewed := o.RatingText() != "" && o.RatingText() != fresh.RatingText()
	if !reopened && !described && !reviewed {
		return nil
	}
	sides, err := store.ReadParticipants(tx, o.Performer(), o.Client())
	if err != nil {
		return err
	}
	if reopened && sides.PerformerDisabled {
		errs["status"] = refusal.Invalid("It can't be new again: its performer is banned or erased.")
	} else if reopened && sides.ClientDisabled {
		errs["status"] = refusal.Invalid("It can't be new again: its client is banned or erased.")
	}
	if !described && !reviewed || !sides.ClientDisabled {
		return nil
	}
	client, err := store.FindUser(tx, o.Client())
	if err != nil || !client.Erased() {
		return err
	}
	const why = "Its client was erased, and so were their words."
	if described {
		errs["description"] = refusal.Invalid(why)
	}
	if reviewed {
		errs["rating_text"] = refusal.Invalid(why)
	}
	return nil
}

// checkOrderCreate checks an order that a moderator or the system creates.
func checkOrderCreate(tx core.App, o *store.Order, sides *store.Participants) error {
	blank, err := store.NewOrder(tx)
	if err != nil {
		return err
	}
	errs := validation.Errors{}
	if sides.ClientDisabled {
		errs["client"] = refusal.Invalid("Must be a user who is neither banned nor erased.")
	}
	if store.ActorOf(o.Record).Side == order.Moderator {
		if o.DateTill().IsZero() {
			errs["date_till"] = refusal.Invalid("Must be a date, as 2030-01-31 12:00:00.")
		}
		if o.Description() == "" {
			errs["description"] = validation.ErrRequired
		}
	}
	syncStatusFields(o, blank, errs)
	return errs.Filter()
}

// syncStatusFields sets or clears the fields that only one status has, as was, the order before the change, is left for
// the status of o. It adds an error to errs for each of them that was typed in although the status does not have it.
func syncStatusFields(o, was *store.Order, errs validation.Errors) {
	from, to := was.Status(), o.Status()
	switch {
	case to == order.Cancelled && from != order.Cancelled:
		o.SetCancellation(time.Now(), o.CancelText())
	case to != order.Cancelled && from == order.Cancelled:
		o.SetCancellation(time.Time{}, "")
	case to != order.Cancelled && o.CancelText() != was.CancelText() && o.CancelText() != "":
		errs["cancel_text"] = refusal.Invalid("Only a cancelled order has a reason: set the status to cancelled, too.")
	}
	switch {
	case to == order.Reviewed && o.Rating() < 1 && (from != to || o.Rating() != was.Rating()):
		errs["rating_rate"] = refusal.Invalid("A reviewed order has a rating: give 1 to 5, or choose another status.")
	case to != order.Reviewed && from == order.Reviewed:
		o.SetRating(0, "")
	case to != order.Reviewed:
		const why = "Only a reviewed order has a rating: set the status to reviewed, too."
		if o.Rating() != was.Rating() && o.Rating() != 0 {
			errs["rating_rate"] = refusal.Invalid(why)
		}
		if o.RatingText() != was.RatingText() && o.RatingText() != "" {
			errs["rating_text"] = refusal.Invalid(why)
		}
	}
}
