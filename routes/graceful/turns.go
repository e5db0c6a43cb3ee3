package graceful

import (
	"context"
	"net"
	"net/http"
	"runtime"
	"sync"
	"time"
)

// Limits of pipelined requests.
const (
	// turnLength is how long a request has its turn at most: what takes longer waits for something else than a processor,
	// such as its client.
	turnLength = 100 * time.Millisecond

	// turnWait is how long a request waits for its turn. With more than can be answered in that time each is late by so
	// much, but none is refused.
	turnWait = 2 * time.Second
)

// turns lets pipelined requests, which a client sends before it has the answers to the former ones, wait for each other:
// half of the processors are for them. Clients and proxies don't send such requests, but who wants to keep a server busy
// does, as they cost the sender nothing: on hundreds of connections, each with a goroutine that is always ready to run,
// every other request had to queue behind all of them each time that it needs a processor.
type turns struct {
	slots        chan struct{} // has an element for each request whose turn it is
	length, wait time.Duration
}

func newTurns() *turns {
	return &turns{make(chan struct{}, max(1, runtime.GOMAXPROCS(0)/2)), turnLength, turnWait}
}

// connKey is the key of a connection in the context of its requests.
type connKey struct{}

// connContext is the server's hook http.Server.ConnContext.
func connContext(ctx context.Context, conn net.Conn) context.Context {
	if tls, ok := conn.(interface{ NetConn() net.Conn }); ok {
		conn = tls.NetConn()
	}
	if own, ok := conn.(*yieldingConn); ok {
		return context.WithValue(ctx, connKey{}, own)
	}
	return ctx
}

// handler returns a handler that answers as next does, pipelined requests when it is their turn. HTTP/2 has a limit of
// its own for the requests of a connection.
func (t *turns) handler(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if conn, ok := r.Context().Value(connKey{}).(*yieldingConn); ok && r.ProtoMajor == 1 && conn.begin() {
			defer t.await(r.Context())()
		}
		next.ServeHTTP(w, r)
	})
}

// await waits for a turn, which ends with a call of end or after its length.
func (t *turns) await(ctx context.Context) (end func()) {
	timeout := time.NewTimer(t.wait)
	defer timeout.Stop()
	select {
	case t.slots <- struct{}{}:
	case <-timeout.C:
		return func() {}
	case <-ctx.Done():
		return func() {}
	}
	release := sync.OnceFunc(func() { <-t.slots })
	late := time.AfterFunc(t.length, release)
	return func() {
		late.Stop()
		release()
	}
}
