// Package orders creates and updates orders on behalf of their participants, the client and the performer. Each function
// runs in one transaction, or in the one that app has open. The hooks on the collection hold for all actors: they count
// the revision, write the history and the outbox, and refuse a participant's save that bypasses this package.
package orders

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/privet/privet/hooks/files"
	"github.com/privet/privet/hooks/order"
	"github.com/privet/privet/hooks/refusal"
	"github.com/privet/privet/hooks/store"

	"github.com/pocketbase/pocketbase/core"
)

// Draft is what a client fills in to order a greeting.
type Draft struct {
	PerformerID string
	Occasion    string // "" for none
	Description string
	DateTill    time.Time
}

// Create saves the order of a client and returns it. The error is a refusal.Refusal, store.ErrAccountDisabled, or the
// server's.
func Create(ctx context.Context, app core.App, client store.Actor, d Draft) (*store.Order, error) {
	ctx = context.WithoutCancel(ctx) // a client that hangs up does not undo it
	o, err := store.NewOrder(app)
	if err != nil {
		return nil, fmt.Errorf("create order: %w", err)
	}
	o.SetClient(client.UserID)
	o.SetPerformer(d.PerformerID)
	o.SetOccasion(d.Occasion)
	o.SetDescription(d.Description)
	o.SetDateTill(d.DateTill)
	store.SetActor(o.Record, client)
	if err := app.SaveWithContext(ctx, o); err != nil {
		return nil, fmt.Errorf("create order: %w", err)
	}
	return o, nil
}

// Update makes the change that a participant requests of the order with that id, as package order decides. It reads the
// order inside the transaction, so that the second of two simultaneous requests sees what the first has changed. upload
// is the file that came with the request, or nil; it becomes the order's if the request is granted. request.Media
// follows from it. The error is a refusal.Refusal, store.ErrAccountDisabled, store.ErrNotFound, or the server's.
func Update(ctx context.Context, app core.App, id string, by store.Actor, request order.Request,
	upload *files.Upload) error {
	ctx = context.WithoutCancel(ctx) // a client that hangs up does not undo it
	request.Media = upload != nil
	err := app.RunInTransaction(func(tx core.App) error {
		// An upload takes long enough for its sender to be banned or erased meanwhile.
		if disabled, err := store.IsDisabled(ctx, tx, by.UserID); err != nil {
			return err
		} else if disabled {
			return store.ErrAccountDisabled
		}
		o, err := store.FindOrder(tx, id)
		if err != nil {
			return err
		}
		state, err := o.State(tx)
		if err != nil {
			return err
		}
		change, err := order.Decide(state, by.Side, request)
		if err != nil {
			return refusalOf(err)
		}
		// Media first: the guard on the collection does not let an order without media become done.
		if change.AddMedia {
			if err := files.AddMedia(tx, upload, by.UserID, o.Id); err != nil {
				return err
			}
		} else if change == (order.Change{}) {
			return nil
		}
		o.Apply(change, time.Now())
		store.SetActor(o.Record, by)
		return tx.SaveWithContext(ctx, o)
	})
	if err != nil {
		return fmt.Errorf("update order %s: %w", id, err)
	}
	return nil
}

// Refusal returns the error with which Update would refuse the request of an order in that state, or nil: for a request
// of which that is known before its file is stored.
func Refusal(state order.State, by order.Side, request order.Request) error {
	_, err := order.Decide(state, by, request)
	if err != nil {
		return refusalOf(err)
	}
	return nil
}

// MediaFull is the message of the refusal of a file for which an order has no room, in the words of Laravel's rule max.
var MediaFull = fmt.Sprintf("The media field must not have more than %d items.", order.MaxMedia)

// refusalOf returns a refusal of package order as the error of the collection's field, in Laravel's words.
func refusalOf(err error) error {
	var refused *order.Refusal
	if !errors.As(err, &refused) {
		return err
	}
	name := map[order.Field]string{
		order.FieldStatus: "status",
		order.FieldMedia:  "media",
		order.FieldRating: "rating rate",
	}[refused.Field]
	message := map[order.Reason]string{
		order.Invalid:    "The selected " + name + " is invalid.",
		order.Required:   "The " + name + " field is required.",
		order.Prohibited: "The " + name + " field is prohibited.",
		order.Full:       MediaFull,
	}[refused.Reason]
	return refusal.New(string(refused.Field), string(refused.Field), message)
}
