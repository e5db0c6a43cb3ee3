// Package graceful shuts the server down without cutting off requests: no new connections are accepted, and requests
// under way, uploads among them, get time to end.
package graceful

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
)

// shutdownTimeout is how long a shutdown waits for requests under way.
const shutdownTimeout = 30 * time.Second

// Priority is that of the shutdown's OnTerminate hook, which runs before PocketBase's own.
const Priority = -10000

// ListenPriority is that of the OnServe hook that opens the listener: after every hook that may bring one.
const ListenPriority = 10000

// Requests counts the requests, and other work, that a shutdown waits for. It is safe for concurrent use.
type Requests struct {
	mu    sync.Mutex
	count int
	idle  chan struct{} // closed when count falls to 0; nil unless wait is waiting
}

// Begin counts a request. The caller calls end once, when the request is over.
func (r *Requests) Begin() (end func()) {
	r.mu.Lock()
	r.count++
	r.mu.Unlock()
	return func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		if r.count--; r.count == 0 && r.idle != nil {
			close(r.idle)
			r.idle = nil
		}
	}
}

// wait returns when no request is under way, or when ctx ends.
func (r *Requests) wait(ctx context.Context) {
	r.mu.Lock()
	if r.count == 0 {
		r.mu.Unlock()
		return
	}
	if r.idle == nil {
		r.idle = make(chan struct{})
	}
	idle := r.idle
	r.mu.Unlock()
	select {
	case <-idle:
	case <-ctx.Done():
	}
}

// Register makes the app's shutdown graceful and returns the counter of the requests to wait for. It calls onIdle
// when they have ended, while the database is still open.
//
// PocketBase cancels the context of all requests at once and gives them a second (apis.Serve). The requests therefore
// get a context of our own, and the server keeps running until PocketBase shuts it down, with a listener that
// accepts nothing any more.
func Register(app core.App, onIdle func()) *Requests {
	requests := &Requests{}
	var listener *gracefulListener
	var server *http.Server
	ctx, cancel := context.WithCancel(context.Background())
	app.OnServe().Bind(&hook.Handler[*core.ServeEvent]{
		Id:       "privet_graceful",
		Priority: ListenPriority,
		Func: func(e *core.ServeEvent) error {
			if e.Listener == nil {
				opened, err := new(net.ListenConfig).Listen(ctx, "tcp", e.Server.Addr)
				if err != nil {
					return err // which names the address
				}
				e.Listener = opened
			}
			listener, server = &gracefulListener{Listener: e.Listener, closed: make(chan struct{})}, e.Server
			e.Listener = listener
			e.Server.BaseContext = func(net.Listener) context.Context { return ctx }
			return e.Next()
		},
	})
	app.OnTerminate().Bind(&hook.Handler[*core.TerminateEvent]{
		Id:       "privet_graceful",
		Priority: Priority,
		Func: func(e *core.TerminateEvent) error {
			if listener != nil {
				timeout, done := context.WithTimeout(context.Background(), shutdownTimeout)
				defer done()
				server.SetKeepAlivesEnabled(false)
				_ = listener.Listener.Close()
				requests.wait(timeout)
			}
			cancel() // what is left, such as the dashboard's open streams
			onIdle()
			return e.Next()
		},
	})
	return requests
}

// gracefulListener is a listener whose underlying listener can be closed without an end of http.Server.Serve, which
// would cancel the requests under way: Accept blocks from then on until the gracefulListener itself is closed.
type gracefulListener struct {
	net.Listener
	once   sync.Once
	closed chan struct{}
}

// Accept implements net.Listener.
func (l *gracefulListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil && errors.Is(err, net.ErrClosed) {
		<-l.closed
	}
	return conn, err
}

// Close implements net.Listener.
func (l *gracefulListener) Close() error {
	l.once.Do(func() { close(l.closed) })
	if err := l.Listener.Close(); !errors.Is(err, net.ErrClosed) {
		return err
	}
	return nil
}
