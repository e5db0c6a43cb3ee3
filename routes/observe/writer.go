package observe

import (
	"bufio"
	"io"
	"net"
	"net/http"
)

// writer is the ResponseWriter of one answer. It knows what was sent.
type writer struct {
	http.ResponseWriter
	status int // 0 before the header is sent
	bytes  int64
}

// statusOr returns the answer's status; StatusAborted if it is none because the handler gave up.
func (w *writer) statusOr(aborted bool) int {
	switch {
	case w.status != 0:
		return w.status
	case aborted:
		return StatusAborted
	}
	return http.StatusOK // net/http's, of a handler that wrote nothing
}

// Unwrap returns the server's ResponseWriter, for http.ResponseController.
func (w *writer) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// WriteHeader implements http.ResponseWriter.
func (w *writer) WriteHeader(status int) {
	if w.status == 0 && (status >= http.StatusOK || status == http.StatusSwitchingProtocols) {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (w *writer) Write(p []byte) (int, error) {
	w.begin()
	n, err := w.ResponseWriter.Write(p)
	w.bytes += int64(n)
	return n, err
}

func (w *writer) begin() {
	if w.status == 0 {
		w.status = http.StatusOK
	}
}

// ReadFrom implements io.ReaderFrom: net/http's copies a file without bringing it into memory (sendfile).
func (w *writer) ReadFrom(r io.Reader) (int64, error) {
	w.begin()
	n, err := io.Copy(w.ResponseWriter, r)
	w.bytes += n
	return n, err
}

// Flush implements http.Flusher.
func (w *writer) Flush() { _ = w.FlushError() }

// FlushError is the Flush of http.ResponseController.
func (w *writer) FlushError() error {
	w.begin()
	return http.NewResponseController(w.ResponseWriter).Flush()
}

// Hijack implements http.Hijacker.
func (w *writer) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return http.NewResponseController(w.ResponseWriter).Hijack()
}
