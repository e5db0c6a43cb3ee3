package metadata

import (
	"errors"
	"io"
)

const (
	// page is how much is read for a header of a few bytes.
	page = 4 << 10
	// chunk is the most that is read, moved or overwritten at once.
	chunk = 64 << 10
)

// zeros is what overwrites.
var zeros [chunk]byte

// view reads a file through a window, and writes.
type view struct {
	file File
	size int64
	// ahead is how much is read beyond what was asked for.
	ahead  int
	at     int64
	window []byte
	space  []byte
}

func newView(f File, size int64, ahead int) view {
	return view{file: f, size: size, ahead: ahead}
}

// bytes are n bytes, at most a chunk, from a place; they are good until the next call.
func (v *view) bytes(at int64, n int) ([]byte, error) {
	if at < 0 || at > v.size-int64(n) {
		return nil, errCutOff
	}
	if at >= v.at && at+int64(n) <= v.at+int64(len(v.window)) {
		return v.window[at-v.at:][:n], nil
	}
	length := int(min(int64(max(n, v.ahead)), v.size-at))
	if cap(v.space) < length {
		v.space = make([]byte, max(length, v.ahead))
	}
	v.window = nil
	got, err := v.file.ReadAt(v.space[:length], at)
	if got < length {
		if err == nil || errors.Is(err, io.EOF) {
			return nil, unclean("it is shorter than said")
		}
		return nil, err
	}
	v.at, v.window = at, v.space[:length]
	return v.window[:n], nil
}

// write puts bytes over what is there.
func (v *view) write(at int64, b []byte) error {
	v.window = nil
	_, err := v.file.WriteAt(b, at)
	return err
}

// zero overwrites n bytes.
func (v *view) zero(at, n int64) error { return v.fill(at, n, zeros[:]) }

// fill overwrites n bytes by a chunk of a pattern, again and again.
func (v *view) fill(at, n int64, pattern []byte) error {
	for n > 0 {
		piece := min(n, int64(len(pattern)))
		if err := v.write(at, pattern[:piece]); err != nil {
			return err
		}
		at += piece
		n -= piece
	}
	return nil
}
