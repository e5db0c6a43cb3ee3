package metadata_test

import (
	"errors"
	"io"
)

// memory is a file in memory that counts the reads and writes, and the bytes read and written.
type memory struct {
	b     []byte
	calls int
	moved int64
}

func (m *memory) ReadAt(p []byte, at int64) (int, error) {
	if at < 0 || at > int64(len(m.b)) {
		return 0, io.EOF
	}
	n := copy(p, m.b[at:])
	m.calls++
	m.moved += int64(n)
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

func (m *memory) WriteAt(p []byte, at int64) (int, error) {
	if at < 0 || at+int64(len(p)) > int64(len(m.b)) {
		return 0, errors.New("written beyond the end")
	}
	m.calls++
	m.moved += int64(len(p))
	return copy(m.b[at:], p), nil
}

func (m *memory) Truncate(size int64) error {
	if size < 0 || size > int64(len(m.b)) {
		return errors.New("made longer")
	}
	m.b = m.b[:size]
	return nil
}
