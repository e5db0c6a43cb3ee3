// Package panics turns a panic into an error. The goroutine of a request, of a cron job or of an item of a queue recovers from
// one; in any other a panic ends the process, and with it the requests of everybody. Package singleflight does so on purpose: it
// panics again in a goroutine of its own, where nothing can recover.
package panics

import (
	"fmt"
	"runtime/debug"
)

// Error is a panic as an error.
type Error struct {
	Cause string // what panic was called with
	Stack string // of the goroutine
}

// Error implements error. The text has the stack, as whoever logs an error does not know that it was a panic.
func (e *Error) Error() string { return "panic: " + e.Cause + "\n" + e.Stack }

// Try runs work, and returns its panic, or nil.
func Try(work func()) (panicked *Error) {
	defer func() {
		if cause := recover(); cause != nil {
			panicked = &Error{fmt.Sprint(cause), string(debug.Stack())}
		}
	}()
	work()
	return nil
}

// Catch runs work and returns what it returns. If it panics, the error is an *Error.
func Catch[T any](work func() (T, error)) (result T, err error) {
	if panicked := Try(func() { result, err = work() }); panicked != nil {
		err = panicked
	}
	return result, err
}
