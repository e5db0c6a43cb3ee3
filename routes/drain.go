package routes

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

// patience is how long a stop waits for requests under way, uploads among them.
const patience = 30 * time.Second

// inflight counts the requests under way.
type inflight struct {
	mu    sync.Mutex
	count int
	idle  chan struct{} // closed when count falls to 0, while somebody waits
}

// enter counts a request; what it returns counts it off.
func (f *inflight) enter() (leave func()) {
	f.mu.Lock()
	f.count++
	f.mu.Unlock()
	return func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		if f.count--; f.count == 0 && f.idle != nil {
			close(f.idle)
			f.idle = nil
		}
	}
}

// wait returns when no request is under way, or when ctx ends.
func (f *inflight) wait(ctx context.Context) {
	f.mu.Lock()
	if f.count == 0 {
		f.mu.Unlock()
		return
	}
	if f.idle == nil {
		f.idle = make(chan struct{})
	}
	idle := f.idle
	f.mu.Unlock()
	select {
	case <-idle:
	case <-ctx.Done():
	}
}

// drain lets requests under way end well when the process is told to stop: PocketBase by itself cancels them
// first and gives them a second. The requests' context is therefore one of our own, and the server goes on until
// PocketBase ends it, but with a listener that takes nothing new.
func (a *api) drain(app core.App) {
	var listener *lastCall
	var server *http.Server
	requests, cancel := context.WithCancel(context.Background())
	app.OnServe().Bind(&hook.Handler[*core.ServeEvent]{
		Id:       "privet_drain",
		Priority: 10000, // behind whoever brings a listener
		Func: func(e *core.ServeEvent) error {
			if e.Listener == nil {
				opened, err := new(net.ListenConfig).Listen(requests, "tcp", e.Server.Addr)
				if err != nil {
					return err
				}
				e.Listener = opened
			}
			listener, server = &lastCall{Listener: e.Listener, ended: make(chan struct{})}, e.Server
			e.Listener = listener
			e.Server.BaseContext = func(net.Listener) context.Context { return requests }
			return e.Next()
		},
	})
	app.OnTerminate().Bind(&hook.Handler[*core.TerminateEvent]{
		Id:       "privet_drain",
		Priority: -10000, // ahead of PocketBase's own stop
		Func: func(e *core.TerminateEvent) error {
			if listener != nil {
				limit, done := context.WithTimeout(context.Background(), patience)
				defer done()
				server.SetKeepAlivesEnabled(false)
				_ = listener.Listener.Close()
				a.requests.wait(limit)
			}
			cancel() // what is left, as the dashboard's open streams
			a.lastUsed.Flush()
			return e.Next()
		},
	})
}

// lastCall is a listener that can stop taking connections without ending the server's loop: that would cancel the
// requests under way.
type lastCall struct {
	net.Listener
	once  sync.Once
	ended chan struct{}
}

// Accept implements net.Listener.
func (l *lastCall) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil && errors.Is(err, net.ErrClosed) {
		<-l.ended
	}
	return conn, err
}

// Close implements net.Listener.
func (l *lastCall) Close() error {
	l.once.Do(func() { close(l.ended) })
	if err := l.Listener.Close(); !errors.Is(err, net.ErrClosed) {
		return err
	}
	return nil
}
