package graceful

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"testing"
)

// fakeConn is a connection from an address.
type fakeConn struct {
	net.Conn
	from net.Addr
}

func (f *fakeConn) RemoteAddr() net.Addr { return f.from }
func (f *fakeConn) Close() error         { return nil }

// dial opens a connection from an IPv6 address, on which a request is under way.
func (c *connections) dial(ip string) *fakeConn {
	conn := &fakeConn{from: net.TCPAddrFromAddrPort(netip.AddrPortFrom(netip.MustParseAddr(ip), 4000))}
	c.changed(conn, http.StateNew)
	c.changed(conn, http.StateActive)
	return conn
}

// A subscriber's IPv6 networks have as many connections as their factors say, however many addresses are in them, and
// when all are in use, those of the largest network end.
func TestConnectionsOfIPv6Networks(t *testing.T) {
	for format, want := range map[string]int{"2001:db8::%x": 16, "2001:db8:1:%x::1": 64, "2001:db8:2:%x00::1": 256} {
		c := newConnections(2000, func(netip.Addr) bool { return false })
		c.maxNetwork = 16
		c.refused = func(string) {}
		for i := range 256 {
			c.dial(fmt.Sprintf(format, i))
		}
		if len(c.open) != want {
			t.Errorf("%d connections of %s, want %d", len(c.open), format, want)
		}
	}

	c := newConnections(64, func(netip.Addr) bool { return false })
	if c.max != 32 {
		t.Fatal(c.max)
	}
	refused := ""
	c.refused = func(address string) { refused = address }
	var flood []*fakeConn
	for i := range 32 { // each from a /64 of its own
		flood = append(flood, c.dial(fmt.Sprintf("2001:db8:77:%x00::1", i)))
	}
	person := c.dial("192.0.2.1")
	if c.open[person] == nil || c.open[flood[0]] != nil || len(c.open) != 32 {
		t.Errorf("a person's connection is open: %v, the oldest of the flood: %v, of %d", c.open[person] != nil, c.open[flood[0]] != nil, len(c.open))
	}
	c.dial("2001:db8:77:ffff::1")
	if c.open[person] == nil || len(c.open) != 32 {
		t.Errorf("after another one of the flood %v is open, refused was %q", c.open[person] != nil, refused)
	}
	for conn := range c.open {
		c.changed(conn, http.StateClosed)
	}
	if len(c.networks) != 0 || c.waiting.Len() != 0 {
		t.Errorf("left are %d networks, %d that wait", len(c.networks), c.waiting.Len())
	}
}
