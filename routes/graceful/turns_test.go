package graceful

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// serveTurns runs a server whose pipelined requests take turns.
func serveTurns(t *testing.T, turns *turns, handler http.HandlerFunc) (address string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{ConnContext: connContext, Handler: turns.handler(handler)}
	go func() { _ = server.Serve(&reportingListener{Listener: listener}) }()
	t.Cleanup(func() { server.Close() })
	return listener.Addr().String()
}

// holding returns a handler whose requests for /hold are answered when the test ends, and a channel that says when one of
// them is being handled.
func holding(t *testing.T) (handler http.HandlerFunc, held chan struct{}) {
	held, release := make(chan struct{}, 1), make(chan struct{})
	t.Cleanup(func() { close(release) })
	return func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		if r.URL.Path == "/hold" {
			held <- struct{}{}
			<-release
		}
	}, held
}

// pipeline sends requests at once.
func (c *client) pipeline(paths ...string) {
	var all strings.Builder
	for _, path := range paths {
		fmt.Fprintf(&all, "GET %s HTTP/1.1\r\nHost: x\r\n\r\n", path)
	}
	_, _ = io.WriteString(c, all.String())
}

// However many connections have requests that were sent before the answers to the former ones, so many are handled at
// once as there are turns. All are answered, in order.
func TestPipelinedRequestsTakeTurns(t *testing.T) {
	t.Parallel()
	var running, most atomic.Int64
	turns := &turns{make(chan struct{}, 2), time.Hour, time.Hour}
	address := serveTurns(t, turns, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/first" {
			now := running.Add(1)
			defer running.Add(-1)
			for old := most.Load(); now > old && !most.CompareAndSwap(old, now); old = most.Load() {
			}
			time.Sleep(time.Millisecond)
		}
		_, _ = io.WriteString(w, r.URL.Path)
	})
	var clients sync.WaitGroup
	for range 20 {
		c := connect(t, address, "127.0.0.1")
		clients.Go(func() {
			paths := []string{"/first"}
			for n := range 20 {
				paths = append(paths, fmt.Sprint("/", n))
			}
			c.pipeline(paths...)
			for _, path := range paths {
				response, err := http.ReadResponse(c.in, nil)
				if err != nil {
					t.Error(err)
					return
				}
				if body, err := io.ReadAll(response.Body); err != nil || string(body) != path {
					t.Errorf("%q %v, want %s", body, err, path)
				}
			}
		})
	}
	clients.Wait()
	if most.Load() > 2 || len(turns.slots) != 0 {
		t.Errorf("%d at once, %d turns are left over", most.Load(), len(turns.slots))
	}
}

// Who sends a request after the answer to the former one waits for no turn: with or without a body, and with one that is
// sent once the server asks for it.
func TestOthersWaitForNoTurn(t *testing.T) {
	t.Parallel()
	handler, held := holding(t)
	address := serveTurns(t, &turns{make(chan struct{}, 1), time.Hour, time.Hour}, handler)
	connect(t, address, "127.0.0.1").pipeline("/", "/hold")
	<-held
	c := connect(t, address, "127.0.0.1")
	for range 300 {
		if !c.get("/") {
			t.Fatal("no answer")
		}
		_, _ = io.WriteString(c, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 20000\r\n\r\n"+strings.Repeat("x", 20_000))
		if !c.answered() {
			t.Fatal("no answer to a POST")
		}
		_, _ = io.WriteString(c, "POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n")
		if asked, err := http.ReadResponse(c.in, nil); err != nil || asked.StatusCode != http.StatusContinue {
			t.Fatal(asked, err)
		}
		if _, _ = io.WriteString(c, "x"); !c.answered() {
			t.Fatal("no answer to a POST that asks before")
		}
	}
}

// A turn that takes long ends, and so does the wait for one.
func TestTurnsAreShort(t *testing.T) {
	t.Parallel()
	for name, turns := range map[string]*turns{
		"length": {make(chan struct{}, 1), time.Millisecond, time.Hour},
		"wait":   {make(chan struct{}, 1), time.Hour, time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			handler, held := holding(t)
			address := serveTurns(t, turns, handler)
			connect(t, address, "127.0.0.1").pipeline("/", "/hold")
			<-held
			c := connect(t, address, "127.0.0.1")
			c.pipeline("/", "/", "/")
			for range 3 {
				if !c.answered() {
					t.Fatal("no answer")
				}
			}
		})
	}
}

// Of an HTTP/2 connection so many requests are answered at once, and the others after them.
func TestStreams(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	running, most := map[string]int{}, 0 // by connection
	count := func(from string, by int) {
		mu.Lock()
		defer mu.Unlock()
		running[from] += by
		most = max(most, running[from])
	}
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.ProtoMajor != 2 {
			t.Error(r.Proto)
		}
		count(r.RemoteAddr, 1)
		defer count(r.RemoteAddr, -1)
		time.Sleep(time.Millisecond)
	}))
	newConnections(0, func(netip.Addr) bool { return true }).configure(server.Config)
	server.EnableHTTP2 = true
	server.StartTLS()
	t.Cleanup(server.Close)
	var requests sync.WaitGroup
	for range 300 {
		requests.Go(func() {
			response, err := server.Client().Get(server.URL)
			if err != nil {
				t.Error(err)
				return
			}
			response.Body.Close()
		})
	}
	requests.Wait()
	if most > maxStreams {
		t.Errorf("%d at once", most)
	}
}
