// Package edit reads a file and rewrites it in place, within bounds that hostile content cannot lift.
package edit

import (
	"errors"
	"fmt"
	"io"
	"strings"
)

// ErrUnclean says that a file's structure doesn't allow to be sure that nothing is left. The reason is wrapped around
// it in plain words. The file may be half changed and must be refused.
var ErrUnclean = errors.New("the metadata cannot be removed for sure")

// ErrTruncated is ErrUnclean of a file that ends where more must come.
var ErrTruncated = Unclean("it is cut off")

// File is what Clean works on: *os.File is one.
type File interface {
	io.ReaderAt
	io.WriterAt
	Truncate(size int64) error
}

// Unclean is ErrUnclean with its reason.
func Unclean(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrUnclean, fmt.Sprintf(format, args...))
}

// SetOf are words between spaces.
func SetOf(words string) map[string]bool {
	set := map[string]bool{}
	for word := range strings.FieldsSeq(words) {
		set[word] = true
	}
	return set
}
