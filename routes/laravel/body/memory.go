package body

import (
	"errors"
	"io"
	"sync"
)

// ErrMemory means that bodies which are being received fill the memory that there is for them. The API answers 503.
var ErrMemory = errors.New("too much memory is in use for request bodies")

// unreserved is how many bytes of each body need no memory of the budget: most requests are far smaller, and the number
// of connections bounds them.
const unreserved = 16 << 10

// step is how many bytes are reserved at once.
const step = 64 << 10

// Memory is a budget for the bodies that are being received, but for the content of files, which is stored: else
// connections that send most of a body and then wait would fill the memory. A share for each client keeps one of them
// from using up the others' part. It is safe for concurrent use; nil has no bounds.
type Memory struct {
	max, share int64

	mu      sync.Mutex
	used    int64
	clients map[string]int64
}

// NewMemory returns a budget of so many bytes, of which each client may use a share.
func NewMemory(max, share int64) *Memory {
	return &Memory{max: max, share: share, clients: map[string]int64{}}
}

// reservation is what a body has reserved of a budget.
type reservation struct {
	memory   *Memory
	client   string
	reserved int64
}

// hold reserves what a body of so many bytes needs, and returns ErrMemory where there is no more.
func (r *reservation) hold(size int64) error {
	if r.memory == nil || size <= unreserved+r.reserved {
		return nil
	}
	more := (size - unreserved - r.reserved + step - 1) / step * step
	m := r.memory
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.used+more > m.max || m.clients[r.client]+more > m.share {
		return ErrMemory
	}
	m.used += more
	m.clients[r.client] += more
	r.reserved += more
	return nil
}

// release gives back what was reserved.
func (r *reservation) release() {
	if r.reserved == 0 {
		return
	}
	m := r.memory
	m.mu.Lock()
	defer m.mu.Unlock()
	m.used -= r.reserved
	if m.clients[r.client] -= r.reserved; m.clients[r.client] == 0 {
		delete(m.clients, r.client)
	}
	r.reserved = 0
}

// heldReader is a body that is read into memory.
type heldReader struct {
	io.Reader
	size        int64
	reservation *reservation
}

// Read implements io.Reader.
func (h *heldReader) Read(p []byte) (int, error) {
	n, err := h.Reader.Read(p)
	h.size += int64(n)
	if full := h.reservation.hold(h.size); full != nil {
		return n, full
	}
	return n, err
}
