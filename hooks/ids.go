package hooks

import (
	"strconv"

	"github.com/privet/privet/hooks/files"
	"github.com/privet/privet/hooks/store"

	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
)

// registerIDs assigns new records the next number of their sequence. The sequence advances in the transaction of the
// creation, so that a failed creation leaves no gap.
func registerIDs(app core.App) {
	app.OnRecordCreate(store.IntegerIDCollections()...).Bind(&hook.Handler[*core.RecordEvent]{
		Id:       "privet_ids",
		Priority: beforeInterceptors,
		Func: func(e *core.RecordEvent) error {
			given := e.Record.Id
			err := store.InTransaction(e, func() error {
				if err := assignID(e); err != nil {
					return err
				}
				return e.Next()
			})
			if err != nil {
				e.Record.Id = given // the rollback has returned the number to the sequence: a retry must not use it
			}
			return err
		},
	})
}

// maxIDGap is how far an id that a moderator types may be ahead of the last one, so that a typing error does not use
// up the sequence.
const maxIDGap = 1_000_000

// assignID assigns the record the next id, or checks the id that it already has.
func assignID(e *core.RecordEvent) error {
	sequence := store.Sequence(e.Record.Collection().Name)
	if e.Record.Id == "" || e.Record.Id == "0" {
		id, err := store.NextID(e.Context, e.App, sequence)
		e.Record.Id = store.Key(id)
		return err
	}
	if sequence == store.Media {
		if upload := files.UploadOf(store.AsMedia(e.Record)); upload != nil && upload.ID() == e.Record.Id {
			return nil // assigned before the file was sent to an object store
		}
	}
	// Only superusers can choose an id: the access rules of the collections exclude everybody else.
	id, err := strconv.ParseInt(e.Record.Id, 10, 64)
	if err != nil || id < 1 || store.Key(id) != e.Record.Id {
		return invalidID("Must be a whole number from 1, without leading zeros.")
	}
	last, err := store.LastID(e.Context, e.App, sequence)
	if err != nil {
		return err
	}
	if id <= last {
		return invalidID("Numbers up to " + store.Key(last) + " are already assigned, and no number is used twice.")
	}
	if id > last+maxIDGap {
		return invalidID("Is too far ahead: the next number is " + store.Key(last+1) + ", and the numbers in between would stay unused.")
	}
	return store.RaiseID(e.Context, e.App, sequence, id)
}

func invalidID(message string) error {
	return validation.Errors{core.FieldNameId: validation.NewError("privet_id", message)}
}
