package body

import (
	"errors"
	"fmt"
	"net/http"
)

// ErrTooLarge means that the body exceeds Options.MaxBody, or all of it but the content of files Options.MaxFields.
// The API answers 413.
var ErrTooLarge = errors.New("the request body is too large")

// ErrInflated is the ErrTooLarge of a compressed body that stands for many times its size. The API answers 413.
var ErrInflated = fmt.Errorf("%w: it stands for many times its size", ErrTooLarge)

// ErrEncoding means that the body has a Content-Encoding other than gzip. The API answers 415.
var ErrEncoding = errors.New("the request body has an unknown content encoding")

// Malformed is the error of a body that can't be parsed or read to its end. The API answers 400 (contract, section 1).
type Malformed struct {
	// Message is one sentence for the client: what is wrong and, if known, where. It quotes nothing of the body.
	Message string
	// Cause is the underlying error, for the log, or nil.
	Cause error
}

// Error returns Message.
func (e *Malformed) Error() string { return e.Message }

// Unwrap returns Cause.
func (e *Malformed) Unwrap() error { return e.Cause }

// readError classifies a failure to read the body: ErrTooLarge or ErrInflated when it is over a limit, ErrMemory when
// there is no memory for it, else a *Malformed with the given message.
func readError(err error, message string) error {
	if errors.Is(err, ErrInflated) {
		return ErrInflated
	}
	var limit *http.MaxBytesError
	if errors.As(err, &limit) || errors.Is(err, ErrTooLarge) {
		return ErrTooLarge
	}
	if errors.Is(err, ErrMemory) {
		return ErrMemory
	}
	var malformed *Malformed
	if errors.As(err, &malformed) { // of the gzip that the body is read through
		return malformed
	}
	return &Malformed{Message: message, Cause: err}
}
