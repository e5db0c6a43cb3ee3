package edit

import (
	"bytes"
	"errors"
	"io"
)

const (
	// PageSize is how much is read ahead where mostly headers of a few bytes are needed.
	PageSize = 4 << 10
	// chunkSize is the most that is read, moved or overwritten at once.
	chunkSize = 64 << 10

	// freeCalls and bytesPerCall bound the reads and writes of a file: there may be freeCalls, and another for each
	// bytesPerCall bytes of the file. A file that is read from front to back needs one for 64 KiB, and one whose
	// structure is scattered evenly one for PageSize.
	freeCalls    = 1 << 12
	bytesPerCall = 256
)

// zeros is the source of overwriting with zeros.
var zeros [chunkSize]byte

// View reads a file through a window, a buffer of one piece of it, and overwrites parts of it. Changes are gathered in
// the window and written when it moves, so that neighbours become one write; bytes that are already as they should be
// are not written. Flush writes the last of them.
type View struct {
	File File
	// Size is where the file ends, or is to end for the reader.
	Size int64
	// least is how many bytes are read at least, ahead how many next. Reading on where the window ends doubles it.
	least, ahead int
	// window is the piece of the file at offset at, within the buffer.
	at     int64
	window []byte
	buffer []byte
	// changed and unchanged are where the changed part of the window begins and ends.
	changed, unchanged int
	// Changes is how often Overwrite changed something.
	Changes int
	// calls is the number of reads and writes that are left, shared by all views of a file.
	calls *int64
}

// NewView returns a view of a file of that size, which reads at least ahead bytes at once.
func NewView(f File, size int64, ahead int) View {
	calls := freeCalls + size/bytesPerCall
	return View{File: f, Size: size, least: ahead, ahead: ahead, calls: &calls}
}

// Beside returns another view of the same file, with a window of its own. Neither sees what the other has not flushed.
func (v *View) Beside() *View {
	return &View{File: v.File, Size: v.Size, least: PageSize, ahead: PageSize, calls: v.calls}
}

// Bytes returns n bytes, at most 64 KiB, from an offset. They are valid until the next call.
func (v *View) Bytes(at int64, n int) ([]byte, error) {
	if from := at - v.at; from >= 0 && from+int64(n) <= int64(len(v.window)) && at+int64(n) <= v.Size {
		return v.window[from:][:n], nil
	}
	if at < 0 || at > v.Size-int64(n) {
		return nil, ErrTruncated
	}
	if err := v.load(at, n); err != nil {
		return nil, err
	}
	return v.window[:n], nil
}

// Copy returns a copy of n bytes from an offset.
func (v *View) Copy(at, n int64) ([]byte, error) {
	if n < 0 || at < 0 || at > v.Size-n {
		return nil, ErrTruncated
	}
	b := make([]byte, 0, n)
	for left := n; left > 0; left = n - int64(len(b)) {
		piece, err := v.Bytes(at+int64(len(b)), int(min(left, chunkSize)))
		if err != nil {
			return nil, err
		}
		b = append(b, piece...)
	}
	return b, nil
}

// Replace replaces the bytes at an offset, however many.
func (v *View) Replace(at int64, b []byte) error {
	for len(b) > 0 {
		n := min(len(b), chunkSize)
		if err := v.Overwrite(at, b[:n]); err != nil {
			return err
		}
		at, b = at+int64(n), b[n:]
	}
	return nil
}

// load moves the window to an offset. It holds at least n bytes then.
func (v *View) load(at int64, n int) error {
	if err := v.Flush(); err != nil {
		return err
	}
	switch end := v.at + int64(len(v.window)); {
	case at > end+PageSize || at < v.at-chunkSize:
		v.ahead = v.least
	case at > v.at:
		v.ahead = min(2*v.ahead, chunkSize)
	}
	length := int(min(int64(max(n, v.ahead)), v.Size-at))
	if cap(v.buffer) < length {
		v.buffer = make([]byte, max(length, v.ahead))
	}
	v.window = nil
	if err := v.count(); err != nil {
		return err
	}
	got, err := v.File.ReadAt(v.buffer[:length], at)
	if got < length {
		if err == nil || errors.Is(err, io.EOF) {
			return Unclean("it is shorter than declared")
		}
		return err
	}
	v.at, v.window = at, v.buffer[:length]
	return nil
}

// count counts a read or a write.
func (v *View) count() error {
	if *v.calls--; *v.calls < 0 {
		return Unclean("its parts are scattered over the file")
	}
	return nil
}

// Overwrite replaces the bytes at an offset, at most 64 KiB.
func (v *View) Overwrite(at int64, b []byte) error {
	old, err := v.Bytes(at, len(b))
	if err != nil || bytes.Equal(old, b) {
		return err
	}
	copy(old, b)
	v.Changes++
	from := int(at - v.at)
	if v.changed == v.unchanged {
		v.changed, v.unchanged = from, from
	}
	v.changed, v.unchanged = min(v.changed, from), max(v.unchanged, from+len(b))
	return nil
}

// Zero overwrites n bytes at an offset with zeros.
func (v *View) Zero(at, n int64) error {
	for n > 0 {
		piece := min(n, chunkSize)
		if err := v.Overwrite(at, zeros[:piece]); err != nil {
			return err
		}
		at += piece
		n -= piece
	}
	return nil
}

// Forget flushes the view and makes it read anew, after another view has changed the file.
func (v *View) Forget() error {
	err := v.Flush()
	v.window = nil
	return err
}

// Flush writes what was changed in the window.
func (v *View) Flush() error {
	if v.changed == v.unchanged {
		return nil
	}
	if err := v.count(); err != nil {
		return err
	}
	_, err := v.File.WriteAt(v.window[v.changed:v.unchanged], v.at+int64(v.changed))
	v.changed, v.unchanged = 0, 0
	return err
}
