// Package refusal makes the errors with which hooks stop a change: on a field in the API's words (New), on a field
// in the dashboard's words (Invalid, Changed), or on the form as a whole (Stale, BadRequest).
package refusal

import (
	"errors"

	validation "github.com/pocketbase/ozzo-validation/v4"
)

// Refusal is a broken rule that the API reports: it names the API's field and carries Laravel's message. As the error
// of the collection's field it reaches the dashboard like any other validation error.
type Refusal struct {
	rule
	Field string // the API's name of it
}

// rule is PocketBase's validation error under a name that does not hide its method Error.
type rule = validation.Error

// New returns the error that stops a change. column is the collection's field, field the API's name of it.
func New(column, field, message string) error {
	return validation.Errors{column: Refusal{validation.NewError("privet_"+field, message), field}}
}

// Of returns the Refusal in the error of a save, if there is one.
func Of(err error) (Refusal, bool) {
	var fields validation.Errors
	if errors.As(err, &fields) {
		for _, e := range fields {
			var refusal Refusal
			if errors.As(e, &refusal) {
				return refusal, true
			}
		}
	}
	return Refusal{}, false
}
