package hooks

import (
	"context"
	"fmt"
	"time"

	"github.com/privet/privet/hooks/order"
	"github.com/privet/privet/hooks/refusal"
	"github.com/privet/privet/hooks/store"

	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"
)

// checkOrderUpdate checks a change from fresh to o by a moderator or the system, who may set any status, and makes
// the other fields consistent with the status.
func checkOrderUpdate(ctx context.Context, tx core.App, o, fresh *store.Order) error {
	messages := map[string]string{
		"client":      "It can't be changed.",
		"performer":   "It can't be changed: cancel this order and create another one.",
		"price":       "It is the performer's price at the time of the order and can't be changed.",
		"cancel_date": "It is set automatically with the status.",
	}
	errs := refusal.Changed(o.Record, fresh.Record, messages)
	if o.DateTill().IsZero() && !fresh.DateTill().IsZero() {
		errs["date_till"] = refusal.Invalid("Must be a date, as 2030-01-31 12:00:00.")
	}
	if o.Description() == "" && fresh.Description() != "" {
		errs["description"] = validation.ErrRequired
	}
	syncStatusFields(o, fresh, errs)
	if err := checkParticipants(ctx, tx, o, fresh, errs); err != nil {
		return err
	}
	return errs.Filter()
}

// checkParticipants adds errors to errs for changes that the state of the participants forbids: reopening the order
// while one of them is banned or erased, and new texts of a client who was erased.
func checkParticipants(ctx context.Context, tx core.App, o, fresh *store.Order, errs validation.Errors) error {
	reopened := o.Status() == order.New && fresh.Status() != order.New
	described := o.Description() != fresh.Description()
	reviewed := o.RatingText() != "" && o.RatingText() != fresh.RatingText()
	if !reopened && !described && !reviewed {
		return nil
	}
	participants, err := store.ReadParticipants(ctx, tx, o.Performer(), o.Client())
	if err != nil {
		return fmt.Errorf("read the participants of order %s: %w", o.Id, err)
	}
	if reopened && participants.PerformerDisabled {
		errs["status"] = refusal.Invalid("It can't be new again: its performer is banned or erased.")
	} else if reopened && participants.ClientDisabled {
		errs["status"] = refusal.Invalid("It can't be new again: its client is banned or erased.")
	}
	if !described && !reviewed || !participants.ClientDisabled {
		return nil
	}
	client, err := store.FindUser(tx, o.Client())
	if err != nil {
		return fmt.Errorf("read the client of order %s: %w", o.Id, err)
	}
	if !client.Erased() {
		return nil
	}
	const why = "Its client was erased, and so were their texts."
	if described {
		errs["description"] = refusal.Invalid(why)
	}
	if reviewed {
		errs["rating_text"] = refusal.Invalid(why)
	}
	return nil
}

// checkOrderCreate checks a new order of a moderator or the system, and makes its fields consistent with its status.
func checkOrderCreate(tx core.App, o *store.Order, participants *store.Participants) error {
	blank, err := store.NewOrder(tx)
	if err != nil {
		return err
	}
	errs := validation.Errors{}
	if participants.ClientDisabled {
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

// syncStatusFields makes those fields consistent with the status that belong to a single one: the cancellation and the
// rating. It sets the date of a new cancellation, and clears the fields of a status that o has left. A value typed into
// a field of another status adds an error to errs. was is the order before the change.
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
