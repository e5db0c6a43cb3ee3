package bodydrain

import (
	"io"
	"net/http"
)

// body is a request's body as handlers see it. It remembers what is left of it.
type body struct {
	source  io.ReadCloser // the server's
	left    int64         // bytes that have not been read; -1 where the length was not declared
	started bool          // somebody has begun to read
	ended   bool          // nothing is left
	closed  bool
	pace    pace
}

// Read implements io.Reader.
func (b *body) Read(p []byte) (int, error) {
	if b.closed {
		return 0, http.ErrBodyReadAfterClose
	}
	if b.pace.failed {
		return 0, ErrTooSlow
	}
	b.pace.await()
	n, err := b.read(p)
	return n, b.pace.progress(n, b.ended, err)
}

// Close ends the handlers' reading. The source stays open: net/http closes it after the request.
func (b *body) Close() error {
	b.closed = true
	return nil
}

func (b *body) read(p []byte) (int, error) {
	b.started = true
	n, err := b.source.Read(p)
	if b.left > 0 {
		b.left -= int64(n)
	}
	if err == io.EOF || b.left == 0 {
		b.ended = true
	}
	return n, err
}
