package graceful

import (
	"io"
	"net"
	"runtime"
	"sync/atomic"
	"time"
)

// unblocked is less time than a read takes that waits for the network, and more than one takes that finds data.
const unblocked = 20 * time.Microsecond

// large is how many bytes a write has that may be one of many.
const large = 16 << 10

// yieldingConn is a connection that lets others run after it has read what was there already, and after large writes. A
// goroutine that never waits, because its client sends without a pause or is sent much, has a processor for 10 ms at a
// time (Go's scheduler), and a request has to queue for one several times: beside twenty uploads, on two processors, a
// view took 150 ms, and takes 70; beside pipelined requests 340 and 48.
//
// It also knows whether its client pipelines, see turns.go.
type yieldingConn struct {
	net.Conn

	// The order of events: the number of the last one, and that of the last one of a kind; 0: none yet.
	events   atomic.Int64
	received atomic.Int64 // bytes of a request were read
	probed   atomic.Int64 // a byte was read by net/http, which waits for the end of the connection while a handler runs
	begun    atomic.Int64 // the handler of a request began
	answered atomic.Int64 // a write of its answer began
}

// Read implements io.Reader.
func (c *yieldingConn) Read(p []byte) (int, error) {
	begin := time.Now()
	n, err := c.Conn.Read(p)
	switch {
	case n == 0:
	case len(p) == 1:
		c.probed.Store(c.events.Add(1))
	default:
		c.received.Store(c.events.Add(1))
	}
	if time.Since(begin) < unblocked {
		runtime.Gosched()
	}
	return n, err
}

// Write implements io.Writer.
func (c *yieldingConn) Write(p []byte) (int, error) {
	c.answered.Store(c.events.Add(1))
	n, err := c.Conn.Write(p)
	if n >= large {
		runtime.Gosched()
	}
	return n, err
}

// ReadFrom implements io.ReaderFrom, by which net/http has files sent by the system.
func (c *yieldingConn) ReadFrom(r io.Reader) (int64, error) {
	c.answered.Store(c.events.Add(1))
	return io.Copy(c.Conn, r)
}

// CloseWrite closes the direction to the client, as net/http does before it closes a connection with unread bytes.
func (c *yieldingConn) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}

// begin notes that the handler of a request begins, and reports whether the request is pipelined: the client had begun to
// send it before the answer to the former one was sent.
func (c *yieldingConn) begin() (pipelined bool) {
	former, answered, probed := c.begun.Load(), c.answered.Load(), c.probed.Load()
	c.begun.Store(c.events.Add(1))
	if former == 0 {
		return false
	}
	return max(c.received.Load(), probed) < answered || former < probed && probed < answered
}
