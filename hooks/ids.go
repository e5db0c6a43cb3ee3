package hooks

import (
	"strconv"

	"github.com/privet/privet/hooks/files"
	"github.com/privet/privet/hooks/store"

	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
)

// registerIDs gives new records the next number of their sequence. The number is taken in the transaction of
// the creation, so that a failed one leaves no gap.
func registerIDs(app core.App) {
	app.OnRecordCreate(store.IntegerIDCollections()...).Bind(&hook.Handler[*core.RecordEvent]{
		Id:       "privet_ids",
		Priority: beforeInterceptors,
		Func: func(e *core.RecordEvent) error {
			brought := e.Record.Id
			err := inTransaction(e, func() error {
				if err := assignID(e); err != nil {
					return err
				}
				return e.Next()
			})
			if err != nil {
				e.Record.Id = brought // a retry must not bring a number that was given back
			}
			return err
		},
	})
}

// farthestID is how far ahead of the last one an id may be typed: a slip of the hand must not use up the numbers.
const farthestID = 1_000_000

func assignID(e *core.RecordEvent) error {
	sequence := store.Sequence(e.Record.Collection().Name)
	if e.Record.Id == "" || e.Record.Id == "0" {
		id, err := store.NextID(e.App, sequence)
		e.Record.Id = store.Key(id)
		return err
	}
	if upload := files.UploadOf(store.AsMedia(e.Record)); sequence == store.Media && upload != nil && upload.ID() == e.Record.Id {
		return nil // taken before the file was sent to an object store
	}
	// Only superusers can bring an id: the collections are closed to everybody else.
	id, err := strconv.ParseInt(e.Record.Id, 10, 64)
	if err != nil || id < 1 || store.Key(id) != e.Record.Id {
		return badID("Must be a whole number from 1, without leading zeros.")
	}
	last, err := store.LastID(e.App, sequence)
	if err != nil {
		return err
	}
	if id <= last {
		return badID("Numbers up to " + store.Key(last) + " were given out already and are never used again.")
	}
	if id > last+farthestID {
		return badID("Must not lie so far ahead: the next number is " + store.Key(last+1) + ", and those between are never used.")
	}
	return store.RaiseID(e.App, sequence, id)
}

func badID(message string) error {
	return validation.Errors{core.FieldNameId: validation.NewError("privet_id", message)}
}
