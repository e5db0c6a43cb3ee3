package disk

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// NotWritable is the error of a file or folder that this process must be able to write to and can't.
type NotWritable struct {
	Path  string
	Cause error
	Hint  string // what the operator can do, "" if that is not known
}

// Error names the path, whose it is, who runs the process, and the command that mends it.
func (e *NotWritable) Error() string {
	cause := e.Cause
	var inPath *fs.PathError
	if errors.As(cause, &inPath) {
		cause = inPath.Err // without the name of the file that was tried
	}
	return fmt.Sprintf("%s can't be written to: %v%s", e.Path, cause, e.Hint)
}

// Unwrap returns the cause.
func (e *NotWritable) Unwrap() error { return e.Cause }

// IsFull reports whether an error means that there is no room, on the disk or for the user.
func IsFull(err error) bool { return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) }

// CheckFolder makes a file of a number of bytes in a folder, which it makes if there is none, and removes it. all is
// the folder whose owner the hint of an error changes: the folder itself, or one that it is in.
func CheckFolder(folder, all string, size int) error {
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return notWritable(folder, all, err)
	}
	file, err := os.CreateTemp(folder, "write-check-*")
	if err != nil {
		return notWritable(folder, all, err)
	}
	_, err = file.Write(make([]byte, size))
	if err := errors.Join(err, file.Close(), os.Remove(file.Name())); err != nil {
		return notWritable(folder, all, err)
	}
	return nil
}

// existing returns the path, or the next folder above it that exists.
func existing(path string) string {
	for {
		_, err := os.Stat(path)
		parent := filepath.Dir(path)
		if err == nil || parent == path {
			return path
		}
		path = parent
	}
}

func notWritable(path, all string, cause error) *NotWritable {
	e := &NotWritable{Path: path, Cause: cause}
	switch {
	case IsFull(cause):
		e.Hint = "; make room on its disk"
	case errors.Is(cause, syscall.EROFS):
		e.Hint = "; mount it for writing"
	case errors.Is(cause, fs.ErrPermission):
		at := existing(path)
		e.Path, e.Hint = at, describe(at)+remedy(at, all)
	}
	return e
}
