package graceful

import (
	"container/list"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"github.com/privet/privet/hooks/telemetry"
	"github.com/privet/privet/routes/limits"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
)

// Limits of connections.
const (
	// idleTimeout is how long a connection may wait for its next request. It is longer than that of the usual proxies
	// (Caddy's is two minutes, nginx's and the load balancers' of clouds one), so that they close theirs first and never
	// send a request into a closed one.
	idleTimeout = 150 * time.Second

	// headerTimeout is how long the headers of a request may take, and the first request of a connection.
	headerTimeout = 20 * time.Second

	// maxHeaders is how many bytes the headers of a request may have, its query among them; nginx takes 32 KB. Connections
	// that send most of it and wait may take so much memory each.
	maxHeaders = 32 << 10

	// maxConnections bounds the memory of connections: 15 KB each, and up to 70 KB where the other side is hostile.
	maxConnections = 2048

	// displaceShare is the part of an address's limit, a quarter, up to which its new connections may close those of other
	// addresses. With more, they close its own alone.
	displaceShare = 4

	// maxStreams is how many requests of an HTTP/2 connection are answered at once; of HTTP/1 it is one.
	maxStreams = 32
)

// LimitConnections closes idle connections after a while, bounds how many there are, all in all and of one address, and
// logs when connections can't be accepted. Behind a trusted proxy the address is the proxy's: exempt reports whether an
// address is one, which may have as many as there are.
//
// A connection over a limit takes the place of one that waits for a request: of the address that has most connections,
// else of any, and there the one that has been waiting longest, so that who holds many loses their own; an address that
// has more than a quarter of what it may have takes no other's place. Where all are in use, the oldest one of the
// address that has most of them ends, or the new one if its address has no fewer.
func LimitConnections(app core.App, exempt func(netip.Addr) bool) {
	app.OnServe().Bind(&hook.Handler[*core.ServeEvent]{
		Id:       "privet_connections",
		Priority: ListenPriority + 2, // when there is a listener
		Func: func(e *core.ServeEvent) error {
			c := newConnections(openFiles(), exempt)
			warn := &sometimes{every: time.Minute}
			telemetry.ConnectionsLimit.Set(float64(c.max))
			c.refused = func(address string) {
				telemetry.ConnectionsRefused.Inc()
				warn.do(func(missed int) {
					app.Logger().Warn("a connection was refused: too many are in use", "client", address, "others", missed, "limit", c.max)
				})
			}
			c.configure(e.Server)
			e.Listener = &reportingListener{Listener: e.Listener, report: func(err error) {
				telemetry.AcceptFailures.Inc()
				c.makeRoom()
				warn.do(func(missed int) {
					app.Logger().Error("a connection could not be accepted", "error", err, "others", missed)
				})
			}}
			if err := e.Next(); err != nil {
				return err
			}
			e.Server.Handler = newTurns().handler(e.Server.Handler)
			return nil
		},
	})
}

// connections are the open connections of a server. It is safe for concurrent use.
type connections struct {
	max, maxNetwork int // how many there may be, and of one address
	exempt          func(netip.Addr) bool
	refused         func(address string) // called when a connection is closed at once

	mu       sync.Mutex
	open     map[net.Conn]*connection
	networks map[limits.Network]*network
	waiting  list.List // of *connection without a request under way, the longest waiting first
}

// network is an address that connections come from, or with IPv6 one of the networks that a subscriber may hold.
type network struct {
	limits.Network
	open    list.List // of *connection, the oldest first
	waiting list.List // as connections.waiting
}

// load returns how many connections a network has for each address that it counts as, as a fraction that can be compared
// with that of another network.
func (n *network) load() float64 { return float64(n.open.Len()) / float64(n.Factor) }

type connection struct {
	conn    net.Conn
	homes   []home        // its networks, the narrowest first; none of an exempt address
	waiting *list.Element // in connections.waiting; nil while a request is under way
}

// home is a connection's place in one of its networks.
type home struct {
	*network
	member  *list.Element // in network.open
	waiting *list.Element // in network.waiting; nil while a request is under way
}

// newConnections returns limits for a process that may have a number of files open, 0 if it is unknown: half of them
// may be connections, the database and uploads need the others.
func newConnections(files int, exempt func(netip.Addr) bool) *connections {
	c := &connections{max: maxConnections, exempt: exempt, open: map[net.Conn]*connection{}, networks: map[limits.Network]*network{}}
	if files > 0 {
		c.max = max(16, min(c.max, files/2))
	}
	c.maxNetwork = max(16, c.max/16) // a browser opens 6, and many phones share an address of their carrier's
	return c
}

// configure sets the limits of a server's connections.
func (c *connections) configure(server *http.Server) {
	server.ConnState, server.ConnContext = c.changed, connContext
	server.IdleTimeout, server.ReadHeaderTimeout, server.MaxHeaderBytes = idleTimeout, headerTimeout, maxHeaders
	server.HTTP2 = &http.HTTP2Config{MaxConcurrentStreams: maxStreams}
}

// changed is the server's hook http.Server.ConnState.
func (c *connections) changed(conn net.Conn, state http.ConnState) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch state {
	case http.StateNew:
		telemetry.ConnectionsAccepted.Inc()
		c.add(conn)
	case http.StateActive:
		if known := c.open[conn]; known != nil {
			c.leave(known)
		}
	case http.StateIdle:
		if known := c.open[conn]; known != nil {
			c.wait(known)
		}
	case http.StateHijacked, http.StateClosed:
		c.remove(conn)
	}
}

func (c *connections) add(conn net.Conn) {
	added := &connection{conn: conn}
	if address, err := netip.ParseAddrPort(conn.RemoteAddr().String()); err == nil && !c.exempt(address.Addr().Unmap()) {
		for _, one := range limits.Networks(address.Addr().String()) {
			n := c.networks[one]
			if n == nil {
				n = &network{Network: one}
				c.networks[one] = n
			}
			added.homes = append(added.homes, home{network: n, member: n.open.PushBack(added)})
		}
	}
	c.open[conn] = added
	telemetry.ConnectionsOpen.Inc()
	room := true
	for _, n := range added.homes {
		room = room && (n.open.Len() <= c.maxNetwork*n.Factor || c.closeFirst(&n.network.waiting))
	}
	if room && len(c.open) > c.max {
		room = c.makeRoomFor(added)
	}
	if !room {
		c.close(added)
		c.refused(conn.RemoteAddr().String())
		return
	}
	c.wait(added)
}

// makeRoomFor closes another connection in favour of a new one, and reports whether there was one that may be closed.
func (c *connections) makeRoomFor(added *connection) bool {
	largest := c.largest()
	if largest != nil && largest.open.Len() > 1 && c.closeFirst(&largest.waiting) {
		return true
	}
	if added.load() <= float64(c.maxNetwork)/displaceShare {
		return c.closeFirst(&c.waiting) || largest != nil && added.load() < largest.load() && c.closeFirst(&largest.open)
	}
	for _, own := range added.homes {
		if c.closeFirst(&own.network.waiting) {
			return true
		}
	}
	return false
}

// load returns that of the network of a connection that has the largest one, 0 for an exempt address.
func (c *connection) load() (load float64) {
	for _, n := range c.homes {
		load = max(load, n.network.load())
	}
	return load
}

// largest returns the network with most connections for each address, nil if all are exempt.
func (c *connections) largest() (largest *network) {
	for _, n := range c.networks {
		if largest == nil || n.load() > largest.load() {
			largest = n
		}
	}
	return largest
}

// makeRoom closes the connection that has been waiting longest.
func (c *connections) makeRoom() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closeFirst(&c.waiting)
}

// closeFirst closes the first connection of a list and reports whether there was one.
func (c *connections) closeFirst(waiting *list.List) bool {
	first := waiting.Front()
	if first == nil {
		return false
	}
	c.close(first.Value.(*connection))
	telemetry.ConnectionsClosed.Inc()
	return true
}

// close closes a connection and removes it at once; its goroutine ends when it notices.
func (c *connections) close(closed *connection) {
	c.remove(closed.conn)
	raw := closed.conn
	if tls, ok := raw.(interface{ NetConn() net.Conn }); ok {
		raw = tls.NetConn() // without a farewell, for which the client might make us wait
	}
	go raw.Close() // which, after a refusal of package malformed, waits
}

func (c *connections) remove(conn net.Conn) {
	removed := c.open[conn]
	if removed == nil {
		return
	}
	delete(c.open, conn)
	telemetry.ConnectionsOpen.Dec()
	c.leave(removed)
	for _, n := range removed.homes {
		n.open.Remove(n.member)
		if n.open.Len() == 0 {
			delete(c.networks, n.Network)
		}
	}
}

// wait adds a connection to those that wait for a request.
func (c *connections) wait(waiting *connection) {
	c.leave(waiting)
	waiting.waiting = c.waiting.PushBack(waiting)
	for i := range waiting.homes {
		n := &waiting.homes[i]
		n.waiting = n.network.waiting.PushBack(waiting)
	}
}

// leave removes a connection from those that wait.
func (c *connections) leave(busy *connection) {
	if busy.waiting == nil {
		return
	}
	c.waiting.Remove(busy.waiting)
	busy.waiting = nil
	for i := range busy.homes {
		n := &busy.homes[i]
		n.network.waiting.Remove(n.waiting)
		n.waiting = nil
	}
}
