// Package malformed gives requests that net/http refuses before any handler sees them an answer of the API's form.
//
// What is no HTTP request, has headers that are too large or a transfer encoding that nobody knows, is answered by
// net/http itself with a line of plain text, and, but for one of the cases, with a connection that is closed at once: a
// client that is still writing its request loses the answer. Both are mended on the connection, as net/http has no other
// place for it. Behind TLS that privet itself ends, its answers stay as they are, encrypted where this package looks.
package malformed

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// plainText separates the status line of net/http's own answers from their text. An answer of a handler always has a Date.
const plainText = "\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n"

// expectationFailed begins the one answer of net/http's own that has no body. No handler answers with this status.
const expectationFailed = "HTTP/1.1 417 Expectation Failed\r\n"

// maxAnswer is longer, in bytes, than any answer of net/http's own.
const maxAnswer = 1 << 10

// limits bound what is read, and thrown away, of a refused request so that its answer arrives.
type limits struct {
	bytes int64
	idle  time.Duration // without a byte
	total time.Duration
}

var defaults = limits{bytes: 1 << 30, idle: 5 * time.Second, total: 2 * time.Minute}

// maxDraining is how many refused requests of all clients are drained at once; those beyond are closed at once.
const maxDraining = 64

// Listener wraps a listener of TCP connections.
type Listener struct {
	net.Listener
	// Header returns what is added to an answer. Nil stands for nothing.
	Header func() http.Header

	draining atomic.Int32
}

// Accept implements net.Listener.
func (l *Listener) Accept() (net.Conn, error) {
	accepted, err := l.Listener.Accept()
	if tcp, ok := accepted.(*net.TCPConn); ok {
		return &conn{TCPConn: tcp, listener: l, limits: defaults}, err
	}
	return accepted, err
}

// conn is a connection that recognizes net/http's own answers among what is written. The embedded *net.TCPConn keeps
// sendfile, and the closing of one direction.
type conn struct {
	*net.TCPConn
	listener *Listener
	limits   limits
	refused  atomic.Bool
	closing  atomic.Bool
}

// Write implements io.Writer. net/http writes each of its own answers at once.
func (c *conn) Write(p []byte) (int, error) {
	status, reason, ok := refusal(p)
	if !ok {
		return c.TCPConn.Write(p)
	}
	c.refused.Store(true)
	var header http.Header
	if c.listener.Header != nil {
		header = c.listener.Header()
	}
	if _, err := c.TCPConn.Write(answer(status, reason, header)); err != nil {
		return 0, err
	}
	return len(p), nil
}

// Close implements io.Closer. After a refusal it first waits, within limits, for the rest of the request: closing a
// connection with unread bytes resets it, and the client may lose the answer. A second call closes at once.
func (c *conn) Close() error {
	if c.closing.Swap(true) || !c.refused.Load() {
		return c.TCPConn.Close()
	}
	if c.listener.draining.Add(1) <= maxDraining {
		c.drain()
	}
	c.listener.draining.Add(-1)
	return c.TCPConn.Close()
}

func (c *conn) drain() {
	_ = c.CloseWrite()
	end := time.Now().Add(c.limits.total)
	buffer := make([]byte, 16<<10)
	for left := c.limits.bytes; left > 0; {
		next := time.Now().Add(c.limits.idle)
		if next.After(end) {
			next = end
		}
		if c.SetReadDeadline(next) != nil {
			return
		}
		n, err := c.Read(buffer)
		if err != nil {
			return
		}
		left -= int64(n)
	}
}

// refusal reports whether p is a whole answer of net/http's own: its status, and what it says of the cause.
func refusal(p []byte) (status int, reason string, ok bool) {
	if len(p) > maxAnswer || !bytes.HasPrefix(p, []byte("HTTP/1.1 ")) {
		return 0, "", false
	}
	if bytes.HasPrefix(p, []byte(expectationFailed)) {
		return http.StatusExpectationFailed, "unknown expectation in the header Expect", true
	}
	line, _, found := strings.Cut(string(p), plainText)
	if !found || strings.Contains(line, "\n") {
		return 0, "", false
	}
	line = strings.TrimPrefix(line, "HTTP/1.1 ")
	code, line, _ := strings.Cut(line, " ")
	status, err := strconv.Atoi(code)
	if err != nil || http.StatusText(status) == "" {
		return 0, "", false
	}
	switch status {
	case http.StatusNotImplemented:
		return status, "unsupported transfer encoding", true
	case http.StatusRequestHeaderFieldsTooLarge:
		return status, "headers too large", true
	}
	if reason, found = strings.CutPrefix(line, http.StatusText(status)+": "); found {
		return status, reason, true
	}
	return status, "malformed request line or headers", true
}

// answer returns the whole answer that replaces net/http's.
func answer(status int, reason string, header http.Header) []byte {
	body, _ := json.Marshal(struct { // which can't fail for texts
		Status  string `json:"status"`
		Message string `json:"message"`
	}{"error", "The request is not valid HTTP: " + reason + "."})
	var b bytes.Buffer
	fmt.Fprintf(&b, "HTTP/1.1 %d %s\r\n", status, http.StatusText(status))
	_ = header.Write(&b)
	fmt.Fprintf(&b, "Connection: close\r\nContent-Length: %d\r\nContent-Type: application/json\r\nDate: %s\r\n\r\n",
		len(body), time.Now().UTC().Format(http.TimeFormat))
	b.Write(body)
	return b.Bytes()
}
