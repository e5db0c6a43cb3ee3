package graceful

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"testing"
	"time"
)

// serveLimited runs a server with limits of connections. Requests for /wait are answered when release is closed.
func serveLimited(t *testing.T, c *connections) (address string, release chan struct{}) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	release = make(chan struct{})
	server := &http.Server{ConnState: c.changed, Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/wait" {
			<-release
		}
	})}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { server.Close() })
	return listener.Addr().String(), release
}

// client is one connection.
type client struct {
	net.Conn
	in *bufio.Reader
}

func connect(t *testing.T, address, from string) *client {
	t.Helper()
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}, Timeout: 5 * time.Second}
	conn, err := dialer.Dial("tcp", address)
	if err != nil {
		t.Skip("needs all of 127.0.0.0/8: ", err)
	}
	t.Cleanup(func() { conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(time.Minute))
	return &client{conn, bufio.NewReader(conn)}
}

// get sends a request and returns whether it was answered.
func (c *client) get(path string) bool {
	fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: x\r\n\r\n", path)
	return c.answered()
}

func (c *client) answered() bool {
	response, err := http.ReadResponse(c.in, nil)
	return err == nil && response.StatusCode == http.StatusOK
}

// closed waits until the server closes the connection.
func (c *client) closed() bool {
	_, err := c.in.ReadByte()
	timeout, ok := err.(net.Error)
	return err != nil && !(ok && timeout.Timeout())
}

// An address with many idle connections loses its own, and a new client is answered however many others wait.
func TestIdleConnectionsGiveWay(t *testing.T) {
	t.Parallel()
	c := newConnections(40, func(a netip.Addr) bool { return a == netip.MustParseAddr("127.0.0.1") })
	if c.max != 20 || c.maxNetwork != 16 {
		t.Fatal(c.max, c.maxNetwork)
	}
	c.refused = func(address string) { t.Error("refused: ", address) }
	address, _ := serveLimited(t, c)
	neighbour := connect(t, address, "127.0.0.2")
	if !neighbour.get("/") {
		t.Fatal("no answer")
	}
	c.await(t, 0)
	var many []*client
	for range 18 {
		one := connect(t, address, "127.0.0.3")
		if !one.get("/") {
			t.Fatal("a new connection is not answered")
		}
		c.await(t, 0)
		many = append(many, one)
	}
	for n, one := range many[:2] {
		if !one.closed() {
			t.Errorf("connection %d of an address with 18 stays open", n)
		}
	}
	for _, one := range []*client{many[2], neighbour} {
		if !one.get("/") {
			t.Error("a connection within the limits was closed")
		}
		c.await(t, 0)
	}
	for range 19 {
		if one := connect(t, address, "127.0.0.1"); !one.get("/") { // from a proxy
			t.Fatal("a new connection is not answered")
		}
		c.await(t, 0)
	}
	if !many[2].closed() || !many[17].closed() {
		t.Error("a connection of the address with most of them stays open")
	}
	if !neighbour.get("/") {
		t.Error("a connection of an address with one of them was closed")
	}
}

// Where all connections are in use, a new one is closed, and the requests under way are answered.
func TestBusyConnectionsStay(t *testing.T) {
	t.Parallel()
	refused := make(chan string, 1)
	c := newConnections(32, func(netip.Addr) bool { return false })
	c.refused = func(address string) { refused <- address }
	address, release := serveLimited(t, c)
	var busy []*client
	for range c.maxNetwork {
		one := connect(t, address, "127.0.0.3")
		fmt.Fprint(one, "GET /wait HTTP/1.1\r\nHost: x\r\n\r\n")
		busy = append(busy, one)
	}
	c.await(t, c.maxNetwork)
	if last := connect(t, address, "127.0.0.3"); !last.closed() {
		t.Error("a connection over the limit stays open")
	}
	<-refused
	close(release)
	for n, one := range busy {
		if !one.answered() {
			t.Errorf("request %d was not answered", n)
		}
	}
	if !busy[0].get("/") {
		t.Error("the connection was closed after its request")
	}
}

// Where all connections are in use, most of them by one address, a client of another address gets in.
func TestManyBusyConnectionsOfOneAddress(t *testing.T) {
	t.Parallel()
	c := newConnections(36, func(netip.Addr) bool { return false }) // 18, and 16 of an address
	c.refused = func(address string) { t.Error("refused: ", address) }
	address, release := serveLimited(t, c)
	defer close(release)
	many := []*client{}
	for n := range c.max {
		from := "127.0.0.3"
		if n >= c.maxNetwork {
			from = "127.0.0.4"
		}
		one := connect(t, address, from)
		fmt.Fprint(one, "GET /wait HTTP/1.1\r\nHost: x\r\n\r\n")
		many = append(many, one)
	}
	c.await(t, c.max)
	if other := connect(t, address, "127.0.0.5"); !other.get("/") {
		t.Error("a new client is not answered")
	}
	if !many[0].closed() {
		t.Error("the oldest connection of the address stays open")
	}
}

// An address with many connections, all in use, takes the place of no other's idle one.
func TestManyBusyConnectionsTakeNobodysPlace(t *testing.T) {
	t.Parallel()
	c := newConnections(80, func(netip.Addr) bool { return false }) // 40, and 16 of an address
	refused := make(chan string, 10)
	c.refused = func(address string) { refused <- address }
	address, release := serveLimited(t, c)
	defer close(release)
	var idle []*client
	for n := range 4 {
		one := connect(t, address, fmt.Sprint("127.0.0.", 10+n))
		if !one.get("/") {
			t.Fatal("no answer")
		}
		c.await(t, 0)
		idle = append(idle, one)
	}
	for n := range 36 {
		fmt.Fprint(connect(t, address, fmt.Sprint("127.0.0.", 2+n/16)), "GET /wait HTTP/1.1\r\nHost: x\r\n\r\n")
	}
	c.await(t, 36)
	for range 5 {
		if one := connect(t, address, "127.0.0.4"); !one.closed() {
			t.Error("a connection of an address with a part of all stays open")
		}
		<-refused
	}
	for n, one := range idle {
		if !one.get("/") {
			t.Errorf("connection %d was closed", n)
		}
	}
	if !connect(t, address, "127.0.0.20").get("/") {
		t.Error("a new client is not answered")
	}
}

// await waits until so many connections have a request under way: net/http reports the end of one after its answer.
func (c *connections) await(t *testing.T, busy int) {
	t.Helper()
	for begin := time.Now(); ; time.Sleep(time.Millisecond) {
		c.mu.Lock()
		now := len(c.open) - c.waiting.Len()
		c.mu.Unlock()
		if now == busy {
			return
		}
		if time.Since(begin) > time.Minute {
			t.Fatalf("%d connections have a request under way, want %d", now, busy)
		}
	}
}
