package desk

import (
	"context"
	"slices"

	"github.com/privet/privet/hooks/order"
	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/hooks/store/desk"

	"github.com/pocketbase/pocketbase/core"
)

// NoRev stands for the revision of an act that holds whatever has changed.
const NoRev = -1

// SetOrderStatus sets the status of an order that the page shows as of the revision rev. Both sides are told, and read the reason of a
// cancellation.
func (d *Desk) SetOrderStatus(ctx context.Context, by By, id string, rev int, status order.Status) error {
	var err error
	if by.Text, err = checkText(by.Text, maxText, true); err != nil {
		return err
	}
	if !slices.Contains([]order.Status{order.New, order.Done, order.Cancelled, order.Reviewed}, status) {
		return invalid("status", "The status is not valid.", "Статус неверен.")
	}
	err = d.act(ctx, func(ctx context.Context, tx core.App) error { return setStatus(ctx, tx, by, id, rev, status) })
	d.pushes.Wake()
	return err
}

func setStatus(ctx context.Context, tx core.App, by By, id string, rev int, status order.Status) error {
	o, err := store.FindOrder(tx, id)
	if err != nil {
		return err
	}
	from := o.Status()
	if rev != NoRev && rev != o.Rev() {
		return stale()
	}
	if refusal := refuseStatus(from, status); refusal != nil {
		return refusal
	}
	act := "status"
	o.SetStatus(status)
	if status == order.Cancelled {
		act = "cancel"
		o.SetCancellation(o.CancelDate(), by.Text)
	}
	store.SetActor(o.Record, by.actor())
	if err := tx.SaveWithContext(ctx, o); err != nil {
		return err
	}
	return by.audit(ctx, tx, act, desk.TargetOrder, id, map[string]any{"status": from}, map[string]any{"status": status})
}

// NoteOrder writes a note on an order, for moderators.
func (d *Desk) NoteOrder(ctx context.Context, by By, id string) error {
	return d.note(ctx, by, desk.TargetOrder, id)
}

// NoteUser writes a note on a person, for moderators.
func (d *Desk) NoteUser(ctx context.Context, by By, id string) error {
	return d.note(ctx, by, desk.TargetUser, id)
}

func (d *Desk) note(ctx context.Context, by By, kind, id string) error {
	text, err := checkText(by.Text, maxNote, true)
	if err != nil {
		return err
	}
	by.Text = "" // it stands in the note, which goes with the person
	return d.act(ctx, func(ctx context.Context, tx core.App) error {
		user, orderID := id, ""
		if kind == desk.TargetOrder {
			user, orderID = "", id
			_, err = store.FindOrder(tx, id)
		} else {
			_, err = findUser(tx, id)
		}
		if err != nil {
			return err
		}
		if err := desk.AddNote(tx, user, orderID, text, by.Email); err != nil {
			return err
		}
		return by.audit(ctx, tx, "note", kind, id, nil, nil)
	})
}
