package laravel

import (
	"errors"
	"net/http"
)

// ErrTooLarge says that the body is over the route's limit, or its text over Options.MaxFields: 413.
var ErrTooLarge = errors.New("the request body is too large")

// Malformed says that the body can't be parsed: 400 (contract, section 1). It never holds anything of the body's content.
type Malformed struct {
	// Message says in a sentence what is wrong, and where if that is known.
	Message string
	// Cause is the underlying error for the log, or nil.
	Cause error
}

// Error gives Message.
func (e *Malformed) Error() string { return e.Message }

// Unwrap gives Cause.
func (e *Malformed) Unwrap() error { return e.Cause }

// bodyError turns a failure to read the body into ErrTooLarge or a *Malformed.
func bodyError(err error) error {
	var limit *http.MaxBytesError
	if errors.As(err, &limit) || errors.Is(err, ErrTooLarge) {
		return ErrTooLarge
	}
	return &Malformed{Message: "The request body could not be read to its end.", Cause: err}
}
