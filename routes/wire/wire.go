// Package wire is the outermost layer of an answer: it spells header names as the contract does, and compresses JSON.
package wire

import (
	"io"
	"net/http"
	"strconv"
	"strings"
)

// spelled are the header names that the contract (section 1) spells otherwise than Go does, by Go's spelling. Names are
// the same to HTTP in any case, but not to all clients: some look them up in a case-sensitive map.
var spelled = map[string]string{
	"Etag":                  "ETag",
	"X-Ratelimit-Limit":     "X-RateLimit-Limit",
	"X-Ratelimit-Remaining": "X-RateLimit-Remaining",
	"X-Ratelimit-Reset":     "X-RateLimit-Reset",
}

// minSize is the size in bytes from which an answer is compressed. A shorter one fits into one TCP segment together with
// its headers anyway, so that compression would cost time on both sides and arrive no earlier.
const minSize = 1 << 10

// Handler returns a handler that answers as next does, with header names as the contract spells them. JSON below prefix
// is compressed by gzip for clients that accept it.
func Handler(next http.Handler, prefix string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		out := &writer{ResponseWriter: w, compresses: strings.HasPrefix(r.URL.Path, prefix), request: r}
		next.ServeHTTP(out, r)
		out.sendHeader()
		spell(w.Header()) // which net/http sends, if nobody has
	})
}

// spell renames what a header holds in Go's spelling.
func spell(header http.Header) {
	for canonical, name := range spelled {
		if values, ok := header[canonical]; ok {
			delete(header, canonical)
			header[name] = values
		}
	}
}

// Uncompressed leaves an answer uncompressed. Compression of a secret along with text of the sender's choosing gives the
// secret away by its length (BREACH), so no answer that carries an access token is compressed. (An app's token is in
// a header that no foreign page can make a browser send, so the attack does not apply; this is defence in depth.)
func Uncompressed(w http.ResponseWriter) {
	for {
		switch at := w.(type) {
		case *writer:
			at.secret = true
			return
		case interface{ Unwrap() http.ResponseWriter }:
			w = at.Unwrap()
		default:
			return
		}
	}
}

// writer is the ResponseWriter of one answer.
type writer struct {
	http.ResponseWriter
	request    *http.Request
	compresses bool // JSON may be compressed
	secret     bool // but this answer must not
	begun      bool // the header is complete
	held       int  // the status of a header that waits for the body to be compressed; 0: none waits
}

// Unwrap returns the server's ResponseWriter, for http.ResponseController.
func (w *writer) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// WriteHeader implements http.ResponseWriter.
func (w *writer) WriteHeader(status int) {
	if status < http.StatusOK || w.begun {
		w.ResponseWriter.WriteHeader(status)
		return
	}
	w.begun = true
	header := w.Header()
	spell(header)
	if w.compresses && header.Get("Content-Type") == "application/json" {
		header.Add("Vary", "Accept-Encoding")
		size, err := strconv.Atoi(header.Get("Content-Length"))
		if err == nil && size >= minSize && !w.secret && AcceptsGzip(w.request.Header) {
			w.held = status
			return
		}
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter. A whole body in one call, which is how answers of the API are written, can be
// compressed.
func (w *writer) Write(body []byte) (int, error) {
	if !w.begun {
		w.WriteHeader(http.StatusOK)
	}
	if w.held != 0 && strconv.Itoa(len(body)) == w.Header().Get("Content-Length") {
		return w.writeCompressed(body)
	}
	w.sendHeader()
	return w.ResponseWriter.Write(body)
}

func (w *writer) writeCompressed(body []byte) (int, error) {
	c := compressors.Get().(*compressor)
	defer compressors.Put(c)
	short := c.compress(body)
	if len(short) >= len(body) {
		short = body
	} else {
		w.Header().Set("Content-Encoding", "gzip")
		w.Header().Set("Content-Length", strconv.Itoa(len(short)))
	}
	w.sendHeader()
	if _, err := w.ResponseWriter.Write(short); err != nil {
		return 0, err
	}
	return len(body), nil
}

// sendHeader sends the header that was held back, if any.
func (w *writer) sendHeader() {
	if status := w.held; status != 0 {
		w.held = 0
		w.ResponseWriter.WriteHeader(status)
	}
}

// ReadFrom implements io.ReaderFrom: net/http's copies a file without bringing it into memory (sendfile).
func (w *writer) ReadFrom(r io.Reader) (int64, error) {
	if !w.begun {
		w.WriteHeader(http.StatusOK)
	}
	w.sendHeader()
	return io.Copy(w.ResponseWriter, r)
}

// Flush implements http.Flusher.
func (w *writer) Flush() { _ = w.FlushError() }

// FlushError is the Flush of http.ResponseController.
func (w *writer) FlushError() error {
	if !w.begun {
		w.WriteHeader(http.StatusOK)
	}
	w.sendHeader()
	return http.NewResponseController(w.ResponseWriter).Flush()
}
