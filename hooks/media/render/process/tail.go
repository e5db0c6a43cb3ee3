package process

import "bytes"

// Tail is a writer that keeps the last 1 KiB written to it, for error messages.
type Tail struct{ kept []byte }

const tailSize = 1 << 10

func (t *Tail) Write(data []byte) (int, error) {
	t.kept = append(t.kept, data[max(0, len(data)-tailSize):]...)
	t.kept = t.kept[max(0, len(t.kept)-tailSize):]
	return len(data), nil
}

func (t *Tail) String() string {
	return string(bytes.ToValidUTF8(bytes.TrimSpace(t.kept), []byte("?")))
}
