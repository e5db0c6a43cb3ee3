// Package edit reads a file and rewrites it in place, within bounds that hostile content cannot lift.
package edit

import (
	"errors"
	"fmt"
	"io"
	"strings"
)

// ErrUnclean means that a file must be refused; see metadata.ErrUnclean.
var ErrUnclean = errors.New("the metadata cannot be removed reliably")

// ErrTruncated is the ErrUnclean of a file that ends too early.
var ErrTruncated = Unclean("it is cut off")

// MaxParts is the number of parts other than samples and image data that a file may consist of, for each kind of
// part: more than the widest of real files have, and few enough for every reader of the file.
const MaxParts = 1 << 16

// File is a file that can be changed in place, such as an *os.File.
type File interface {
	io.ReaderAt
	io.WriterAt
	Truncate(size int64) error
}

// uncleanError is an ErrUnclean with its reason.
type uncleanError struct{ reason string }

func (e *uncleanError) Error() string { return ErrUnclean.Error() + ": " + e.reason }
func (e *uncleanError) Unwrap() error { return ErrUnclean }

// Unclean returns an error that wraps ErrUnclean and states the reason, of which only printable ASCII is kept.
func Unclean(format string, args ...any) error {
	reason := strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '?'
		}
		return r
	}, fmt.Sprintf(format, args...))
	return &uncleanError{reason}
}

// Reason returns why a file is refused, in printable ASCII; "" for an error that isn't Unclean's.
func Reason(err error) string {
	var unclean *uncleanError
	if errors.As(err, &unclean) {
		return unclean.reason
	}
	return ""
}

// Counter counts the parts of one kind.
type Counter int

// Add counts one more and refuses the file when there are more than MaxParts. what names them, in the plural.
func (n *Counter) Add(what string) error {
	if *n++; *n > MaxParts {
		return Unclean("it has too many %s", what)
	}
	return nil
}

// SetOf returns the set of the words in a string, which spaces separate.
func SetOf(words string) map[string]bool {
	set := map[string]bool{}
	for word := range strings.FieldsSeq(words) {
		set[word] = true
	}
	return set
}
