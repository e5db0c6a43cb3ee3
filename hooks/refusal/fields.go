package refusal

import (
	"github.com/privet/privet/hooks/store"

	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/router"
)

// Invalid returns the error of a field that has a message for the dashboard only.
func Invalid(message string) error { return validation.NewError("privet_invalid", message) }

// Changed returns an error for each field of messages in which record differs from before.
func Changed(record, before *core.Record, messages map[string]string) validation.Errors {
	errs := validation.Errors{}
	for _, name := range store.Changed(record, before) {
		if message, ok := messages[name]; ok {
			errs[name] = Invalid(message)
		}
	}
	return errs
}

// Stale returns the error for an edit of an outdated copy of what, "order" or "user", where it is not known what has
// changed since. The dashboard greys out the field
// rev, and with it the field's message, so the message is on the whole form, too.
func Stale(what string) error {
	message := "The " + what + " has changed meanwhile: reload the page and make your change again"
	return router.NewBadRequestError(message, validation.Errors{"rev": validation.NewError("privet_stale", message+".")})
}

// Conflict returns the error for an edit of an outdated copy of what, "order" or "user", of fields that somebody else has
// changed since.
func Conflict(what string, fields []string) error {
	errs := validation.Errors{}
	for _, name := range fields {
		errs[name] = validation.NewError("privet_conflict", "Somebody else has changed it meanwhile.")
	}
	return router.NewBadRequestError("The "+what+" has changed meanwhile: reload the page and make your change again", errs)
}

// BadRequest returns the error that rejects an action as a whole, with a message that the dashboard shows.
func BadRequest(message string) error { return router.NewBadRequestError(message, nil) }
