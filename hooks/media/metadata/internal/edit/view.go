package edit

import (
	"errors"
	"io"
)

const (
	// PageSize is how much is read ahead where mostly headers of a few bytes are needed.
	PageSize = 4 << 10
	// chunkSize is the most that is read, moved or overwritten at once.
	chunkSize = 64 << 10
)

// zeros is the source of overwriting with zeros.
var zeros [chunkSize]byte

// View reads a file through a window, a buffer of one piece of it, and overwrites parts of it.
type View struct {
	File File
	// Size is where the file ends, or is to end for the reader.
	Size int64
	// ahead is how many bytes are read at least.
	ahead int
	// window is the piece of the file at offset at, within the buffer.
	at     int64
	window []byte
	buffer []byte
}

// NewView returns a view of a file of that size, which reads at least ahead bytes at once.
func NewView(f File, size int64, ahead int) View {
	return View{File: f, Size: size, ahead: ahead}
}

// Bytes returns n bytes, at most 64 KiB, from an offset. They are valid until the next call.
func (v *View) Bytes(at int64, n int) ([]byte, error) {
	if at < 0 || at > v.Size-int64(n) {
		return nil, ErrTruncated
	}
	if at >= v.at && at+int64(n) <= v.at+int64(len(v.window)) {
		return v.window[at-v.at:][:n], nil
	}
	length := int(min(int64(max(n, v.ahead)), v.Size-at))
	if cap(v.buffer) < length {
		v.buffer = make([]byte, max(length, v.ahead))
	}
	v.window = nil
	got, err := v.File.ReadAt(v.buffer[:length], at)
	if got < length {
		if err == nil || errors.Is(err, io.EOF) {
			return nil, Unclean("it is shorter than declared")
		}
		return nil, err
	}
	v.at, v.window = at, v.buffer[:length]
	return v.window[:n], nil
}

// Overwrite replaces the bytes at an offset.
func (v *View) Overwrite(at int64, b []byte) error {
	v.window = nil
	_, err := v.File.WriteAt(b, at)
	return err
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
