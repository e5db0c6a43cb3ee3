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

// File is a file that can be changed in place, such as an *os.File.
type File interface {
	io.ReaderAt
	io.WriterAt
	Truncate(size int64) error
}

// Unclean returns an error that wraps ErrUnclean and states the reason.
func Unclean(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrUnclean, fmt.Sprintf(format, args...))
}

// SetOf returns the set of the words in a string, which spaces separate.
func SetOf(words string) map[string]bool {
	set := map[string]bool{}
	for word := range strings.FieldsSeq(words) {
		set[word] = true
	}
	return set
}
