// Package bodydrain reads and discards what is left of a request's body before the first byte of the answer is written.
//
// Many HTTP clients, and reverse proxies, write a whole request before they read. A server that answers in the middle of
// the body and closes the connection, as net/http does when more than 256 KB are left, resets such a client's connection
// (RFC 9112, section 9.6): it reports a broken pipe, or a proxy its own 502, and the answer is lost. So every answer
// waits here until the body has arrived (contract, section 1), whoever writes it: a route, PocketBase, the router itself.
//
//	bodydrain.go  Drainer: the handler around all others, and its limits
//	exchange.go   one request with a body: its ResponseWriter, and the reading
//	body.go       the request's body as the handlers see it
//	pace.go       how slowly it may come
//	quota.go      how much one address may have discarded at once
package bodydrain

import (
	"context"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/privet/privet/routes/limits"
)

// bounds limit what is read of a body for no more than the answer's sake. What exceeds one is answered at once, with
// "Connection: close".
type bounds struct {
	// maxBody is the most bytes that are read of one body: the largest body of a route.
	maxBody int64
	// idle ends the wait for a client that sends nothing. Phones that change cells or pass a tunnel are silent for
	// some seconds, and TCP's retransmissions for twice as long as the gap was.
	idle time.Duration
	// A body may take grace, and a second more for each minRate bytes: 5 MB at the 20 KB/s of an old phone network pass
	// (250 s), a byte a second doesn't.
	grace   time.Duration
	minRate int64 // bytes a second
	// total is the most time that a body may take: the largest one passes at 6 Mbit/s.
	total time.Duration
	// A handler's reading of a body ends with ErrTooSlow when the client has used up its time: for a body of up to
	// smallBody bytes smallCredit, for others, as a phone may be in a tunnel, credit; and a second more for each rate bytes.
	credit, smallCredit time.Duration
	smallBody           int64
	rate                int64 // bytes a second
	// stopTimeout is the time that a body still has when the server is told to stop.
	stopTimeout time.Duration
	// maxBodies and maxBytes are what one address may have discarded at once. A household, an office, a proxy whose forwarded
	// headers are not trusted, or a phone carrier's address translation is one address, and its apps may all try again
	// at the same moment; a body costs a goroutine, a connection and a buffer.
	maxBodies int
	maxBytes  int64
}

// Config describes the server around a Drainer.
type Config struct {
	// MaxBody is the largest body of a route, in bytes.
	MaxBody int64
	// Networks returns what a request is counted for: the networks that the client's address is in.
	Networks func(*http.Request) []limits.Network
	// Begin counts a request as under way until the function that it returns is called.
	Begin func() (end func())
}

// Drainer discards what handlers leave of request bodies.
type Drainer struct {
	config Config
	limits bounds
	quota  quota

	// stopping ends when the server is told to stop; stopAt (Unix nanoseconds) is set before.
	stopping context.Context
	stop     context.CancelFunc
	stopAt   atomic.Int64
}

// New returns a Drainer for the server that config describes.
func New(config Config) *Drainer {
	return newWithLimits(config, bounds{
		maxBody:     config.MaxBody,
		idle:        15 * time.Second,
		grace:       time.Minute,
		minRate:     16 << 10,
		total:       15 * time.Minute,
		credit:      3 * time.Minute,
		smallCredit: time.Minute,
		smallBody:   1 << 20,
		rate:        10 << 10,
		stopTimeout: 3 * time.Second,
		maxBodies:   64,
		maxBytes:    4 * config.MaxBody,
	})
}

func newWithLimits(config Config, l bounds) *Drainer {
	d := &Drainer{config: config, limits: l, quota: quota{maxBodies: l.maxBodies, maxBytes: l.maxBytes}}
	d.stopping, d.stop = context.WithCancel(context.Background())
	return d
}

// Stop gives bodies that are being discarded, or will be, a few seconds from now: a graceful shutdown waits for them. It
// is called when the server is told to stop.
func (d *Drainer) Stop() {
	d.stopAt.CompareAndSwap(0, time.Now().Add(d.limits.stopTimeout).UnixNano())
	d.stop()
}

func (d *Drainer) stopTime() time.Time { return time.Unix(0, d.stopAt.Load()) }

// Wrap returns a handler that answers as next does, once the request's body has arrived. It has to be the outermost
// handler, so that it covers every answer and holds the body before anybody wraps it. Requests without a body pass
// through as they are.
func (d *Drainer) Wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Body == nil || r.Body == http.NoBody {
			next.ServeHTTP(w, r)
			return
		}
		x := newExchange(d, w, r)
		r.Body = &x.body
		next.ServeHTTP(x, r)
		x.beforeAnswer() // net/http's, of a handler that wrote nothing
	})
}
