package edit

import (
	"errors"
	"io"
)

const (
	// PageSize is how much is read for a header of a few bytes.
	PageSize = 4 << 10
	// chunkSize is the most that is read, moved or overwritten at once.
	chunkSize = 64 << 10
)

// zeros is what overwrites.
var zeros [chunkSize]byte

// View reads a file through a window, and writes.
type View struct {
	File File
	Size int64
	// ahead is how much is read beyond what was asked for.
	ahead  int
	at     int64
	window []byte
	space  []byte
}

func NewView(f File, size int64, ahead int) View {
	return View{File: f, Size: size, ahead: ahead}
}

// Bytes are n bytes, at most a chunk, from a place; they are good until the next call.
func (v *View) Bytes(at int64, n int) ([]byte, error) {
	if at < 0 || at > v.Size-int64(n) {
		return nil, ErrTruncated
	}
	if at >= v.at && at+int64(n) <= v.at+int64(len(v.window)) {
		return v.window[at-v.at:][:n], nil
	}
	length := int(min(int64(max(n, v.ahead)), v.Size-at))
	if cap(v.space) < length {
		v.space = make([]byte, max(length, v.ahead))
	}
	v.window = nil
	got, err := v.File.ReadAt(v.space[:length], at)
	if got < length {
		if err == nil || errors.Is(err, io.EOF) {
			return nil, Unclean("it is shorter than said")
		}
		return nil, err
	}
	v.at, v.window = at, v.space[:length]
	return v.window[:n], nil
}

// Overwrite puts bytes over what is there.
func (v *View) Overwrite(at int64, b []byte) error {
	v.window = nil
	_, err := v.File.WriteAt(b, at)
	return err
}

// Zero overwrites n bytes with zeros.
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
