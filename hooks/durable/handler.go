package durable

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
)

// Handler returns a handler that answers as next does, but for requests with other methods than GET, HEAD and OPTIONS:
// the first byte of their answers waits until all that was committed is on the disk. Where that fails, fail answers with
// the error instead; after a failure of the disk next is not called any more for such requests.
func (l *Log) Handler(next http.Handler, fail func(w http.ResponseWriter, r *http.Request, err error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.Method {
		case http.MethodGet, http.MethodHead, http.MethodOptions:
			next.ServeHTTP(w, r)
			return
		}
		if err := l.Err(); err != nil {
			fail(w, r, err)
			return
		}
		answer := &writer{ResponseWriter: w, request: r, log: l, fail: fail}
		next.ServeHTTP(answer, r)
		answer.begin() // net/http's, of a handler that wrote nothing
	})
}

// writer is the ResponseWriter of one answer.
type writer struct {
	http.ResponseWriter
	request *http.Request
	log     *Log
	fail    func(http.ResponseWriter, *http.Request, error)
	begun   bool
	failed  bool // fail has answered: what else is written is dropped
}

// begin waits before the first byte, and reports whether the handler's answer may be sent.
func (w *writer) begin() bool {
	if w.begun {
		return !w.failed
	}
	w.begun = true
	if err := w.log.Wait(); err != nil {
		w.failed = true
		for _, name := range []string{"Content-Disposition", "Content-Encoding", "Content-Length", "Content-Type", "Etag",
			"Last-Modified", "Location", "Set-Cookie"} { // of the answer that is not sent
			w.Header().Del(name)
		}
		w.fail(w.ResponseWriter, w.request, err)
	}
	return !w.failed
}

// Unwrap returns the server's ResponseWriter, for http.ResponseController.
func (w *writer) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// WriteHeader implements http.ResponseWriter. Informational answers (1xx) acknowledge nothing.
func (w *writer) WriteHeader(status int) {
	if status < http.StatusOK || w.begin() {
		w.ResponseWriter.WriteHeader(status)
	}
}

// Write implements http.ResponseWriter.
func (w *writer) Write(p []byte) (int, error) {
	if !w.begin() {
		return len(p), nil
	}
	return w.ResponseWriter.Write(p)
}

// ReadFrom implements io.ReaderFrom: net/http's copies a file without bringing it into memory (sendfile).
func (w *writer) ReadFrom(r io.Reader) (int64, error) {
	if !w.begin() {
		return io.Copy(io.Discard, r)
	}
	return io.Copy(w.ResponseWriter, r)
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
	if !w.begin() {
		return nil, nil, errors.New("durable: the disk has failed, and the answer says so")
	}
	return http.NewResponseController(w.ResponseWriter).Hijack()
}
