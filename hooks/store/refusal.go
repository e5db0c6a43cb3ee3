package store

import (
	"errors"

	validation "github.com/pocketbase/ozzo-validation/v4"
)

// Refusal is a broken rule that the API knows how to say: it names the API's field and carries Laravel's
// message. On the collection's field it reaches the dashboard like any other validation error.
type Refusal struct {
	rule
	Field string // as the API calls it
}

// rule is PocketBase's validation error under a name that does not hide its method Error.
type rule = validation.Error

// Refuse makes the error with which a hook stops a change: column is the collection's field, field the API's.
func Refuse(column, field, message string) error {
	return validation.Errors{column: Refusal{validation.NewError("privet_"+field, message), field}}
}

// RefusalOf finds the refusal in what a save returned.
func RefusalOf(err error) (Refusal, bool) {
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
