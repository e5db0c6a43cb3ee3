package observe

import (
	"log/slog"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"
)

const (
	loneInterval = time.Hour
	// loneRequests is how many requests of an interval say something of it.
	loneRequests = 20
)

// lone notices that all requests come from one private address. Where that is a proxy's whose header nobody reads, all
// clients share one rate limit, and one of them uses it up for all. It is safe for concurrent use.
type lone struct {
	now func() time.Time

	several atomic.Int64 // Unix time in nanoseconds until which nothing is to be noted, as there are several clients

	mu        sync.Mutex
	address   string // of all requests of the interval
	count     int
	forwarded bool // one of them named another address
	ends      time.Time
}

// note counts a request of a client that has been answered. forwarded is whether a proxy named the client's address in
// a header.
func (l *lone) note(client func() string, forwarded bool, logger func() *slog.Logger) {
	now := l.now()
	if now.UnixNano() < l.several.Load() {
		return
	}
	address := client()
	l.mu.Lock()
	defer l.mu.Unlock()
	if !now.Before(l.ends) {
		if l.count >= loneRequests && isPrivate(l.address) {
			logger().Warn("all requests of an hour came from one private address: if it is a proxy's, all clients share one rate limit",
				"client", l.address, "count", l.count, "reason", l.reason())
		}
		l.address, l.count, l.forwarded, l.ends = address, 0, false, now.Add(loneInterval)
	}
	if address != l.address {
		l.count = 0
		l.several.Store(l.ends.UnixNano())
		return
	}
	l.count++
	l.forwarded = l.forwarded || forwarded
}

// reason says what to look at.
func (l *lone) reason() string {
	if l.forwarded {
		return "X-Forwarded-For is sent and not read: name it in the dashboard's settings of the application, and the proxy in PRIVET_TRUSTED_PROXIES"
	}
	return "no request has X-Forwarded-For: a proxy has to send it"
}

// isPrivate reports whether an address is of a private network or of this machine, where proxies stand.
func isPrivate(text string) bool {
	address, err := netip.ParseAddr(text)
	if err != nil {
		return false
	}
	address = address.Unmap()
	return address.IsPrivate() || address.IsLoopback()
}
