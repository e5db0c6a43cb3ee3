package bodydrain

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/privet/privet/routes/limits"
)

// testLimits are so short that tests don't wait long, and so long that a busy machine keeps them.
var testLimits = bounds{maxBody: 32 << 20, idle: 500 * time.Millisecond, grace: time.Minute, minRate: 1, total: time.Minute,
	stopTimeout: 500 * time.Millisecond, maxBodies: 8, maxBytes: 64 << 20}

// server is an HTTP server behind a Drainer.
type server struct {
	*Drainer
	t        *testing.T
	http     *httptest.Server
	underway atomic.Int64
}

func start(t *testing.T, l bounds, handler http.HandlerFunc, changes ...func(*http.Server)) *server {
	t.Helper()
	s := &server{t: t}
	s.Drainer = newWithLimits(Config{
		MaxBody:  l.maxBody,
		Networks: func(r *http.Request) []limits.Network { return limits.Networks(r.Header.Get("X-Network")) },
		Begin: func() func() {
			s.underway.Add(1)
			return func() { s.underway.Add(-1) }
		},
	}, l)
	s.http = httptest.NewUnstartedServer(s.Wrap(handler))
	for _, change := range changes {
		change(s.http.Config)
	}
	s.http.Start()
	t.Cleanup(func() {
		s.http.Close()
		s.awaitNothing()
	})
	return s
}

// awaitNothing waits until nothing is being discarded.
func (s *server) awaitNothing() {
	s.t.Helper()
	for range 500 {
		s.quota.mu.Lock()
		used := len(s.quota.used)
		s.quota.mu.Unlock()
		if used == 0 && s.underway.Load() == 0 {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	s.t.Errorf("still %d under way, quota %v", s.underway.Load(), s.quota.used)
}

// awaitDiscarding waits until so many bodies of all networks are being discarded.
func (s *server) awaitDiscarding(bodies int64) {
	s.t.Helper()
	for range 25_000 {
		if s.underway.Load() == bodies {
			return
		}
		time.Sleep(time.Millisecond)
	}
	s.t.Fatalf("%d bodies are being discarded, want %d", s.underway.Load(), bodies)
}

// client is a connection to a server.
type client struct {
	t *testing.T
	net.Conn
	*bufio.Reader
}

func (s *server) dial() *client {
	s.t.Helper()
	connection, err := net.Dial("tcp", s.http.Listener.Addr().String())
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { connection.Close() })
	_ = connection.SetDeadline(time.Now().Add(30 * time.Second))
	return &client{s.t, connection, bufio.NewReader(connection)}
}

// post sends the head of a POST, with the given header lines, and the body as far as it is given.
func (s *server) post(lines, body string) *client {
	s.t.Helper()
	c := s.dial()
	c.send("POST / HTTP/1.1\r\nHost: x\r\n" + lines + "\r\n" + body)
	return c
}

func (c *client) send(text string) {
	c.t.Helper()
	if _, err := io.WriteString(c.Conn, text); err != nil {
		c.t.Fatal(err)
	}
}

// trickle sends a byte each 10 ms, for three seconds.
func (c *client) trickle() {
	for range 300 {
		if _, err := io.WriteString(c.Conn, "x"); err != nil {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// answer reads the next answer. It fails the test unless it is a 401 that closes the connection, or doesn't.
func (c *client) answer(closes bool) {
	c.t.Helper()
	response, err := http.ReadResponse(c.Reader, nil)
	if err != nil {
		c.t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		c.t.Fatal(err)
	}
	if response.StatusCode != http.StatusUnauthorized || response.Close != closes {
		c.t.Fatalf("%s, closes: %v, want %v", response.Status, response.Close, closes)
	}
}

// took fails the test unless what began then has taken at least and at most so long.
func took(t *testing.T, began time.Time, least, most time.Duration) {
	t.Helper()
	if d := time.Since(began); d < least || d > most {
		t.Errorf("it took %s, want %s to %s", d, least, most)
	}
}

const atOnce = 400 * time.Millisecond

func refuse(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) }

// A client that falls silent gets its answer all the same.
func TestIdle(t *testing.T) {
	t.Parallel()
	s := start(t, testLimits, refuse)
	for _, lines := range []string{"Content-Length: 1000000\r\n", "Transfer-Encoding: chunked\r\n"} {
		began := time.Now()
		s.post(lines, "3\r\nabc\r\n").answer(true)
		took(t, began, testLimits.idle/2, 10*testLimits.idle)
	}
}

// A trickle is cut off by the floor on the speed, and anything by the limit on the time.
func TestSlow(t *testing.T) {
	t.Parallel()
	slow, long := testLimits, testLimits
	slow.grace, slow.minRate = 400*time.Millisecond, 1000
	long.total = 400 * time.Millisecond
	for _, l := range []bounds{slow, long} {
		c := start(t, l, refuse).post("Content-Length: 1000000\r\n", "")
		began := time.Now()
		go c.trickle()
		c.answer(true)
		took(t, began, 300*time.Millisecond, 2500*time.Millisecond)
	}
}

// What is larger than any route takes is not discarded.
func TestLargestBody(t *testing.T) {
	t.Parallel()
	l := testLimits
	l.maxBody = 1 << 20
	s := start(t, l, refuse)
	fits := strings.Repeat("x", 1<<20)
	began := time.Now()
	s.post("Content-Length: 1048577\r\n", "").answer(true)
	took(t, began, 0, atOnce)
	s.post("Content-Length: 1048576\r\n", fits).answer(false)
	s.post("Transfer-Encoding: chunked\r\n", "100000\r\n"+fits+"\r\n0\r\n\r\n").answer(false)
	began = time.Now()
	s.post("Transfer-Encoding: chunked\r\n", "100001\r\n"+fits+"x").answer(true)
	took(t, began, 0, atOnce)
	// Of the body it is what is left that counts.
	s = start(t, l, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.CopyN(io.Discard, r.Body, 1000)
		refuse(w, r)
	})
	s.post("Content-Length: 1049576\r\n", fits+fits[:1000]).answer(false)
	s.post("Content-Length: 1049577\r\n", fits+fits[:1000]).answer(true)
}

// One network may have so many bodies and so many bytes discarded at once; another one has a quota of its own.
func TestQuota(t *testing.T) {
	t.Parallel()
	l := testLimits
	l.idle, l.maxBodies, l.maxBytes = 10*time.Second, 3, 32<<20
	s := start(t, l, refuse)
	half := func(network string, size int) *client {
		return s.post(fmt.Sprintf("X-Network: %s\r\nContent-Length: %d\r\n", network, size), "")
	}
	large := half("192.0.2.1", 32<<20-100)
	s.awaitDiscarding(1)
	began := time.Now()
	half("192.0.2.1", 101).answer(true)
	s.post("X-Network: 192.0.2.1\r\nTransfer-Encoding: chunked\r\n", "1\r\nx\r\n").answer(true) // for want of quotaStep
	second, third := half("192.0.2.1", 5), half("192.0.2.1", 5)
	s.awaitDiscarding(3)
	half("192.0.2.1", 1).answer(true)
	took(t, began, 0, 5*time.Second)

	other := half("192.0.2.2", 32<<20)
	s.awaitDiscarding(4)
	large.Close()
	s.awaitDiscarding(3)
	for _, c := range []*client{second, third} {
		c.send("12345")
		c.answer(false)
	}
	other.Close()
	s.awaitNothing()
	c := half("192.0.2.1", 32<<20)
	c.send(strings.Repeat("x", 32<<20))
	c.answer(false)
}

// The networks around an IPv6 address have quotas, too, which its neighbours share.
func TestQuotaOfNetworks(t *testing.T) {
	t.Parallel()
	l := testLimits
	l.idle, l.maxBodies = 10*time.Second, 1
	s := start(t, l, refuse)
	discard := func(network string) *client {
		return s.post("X-Network: "+network+"\r\nContent-Length: 5\r\n", "")
	}
	for i := range 4 {
		discard(fmt.Sprintf("2001:db8:0:%d::1", i))
		s.awaitDiscarding(int64(i + 1))
	}
	discard("2001:db8:0:3::2").answer(true)
	discard("2001:db8:0:4::1").answer(true)
	discard("2001:db8:0:100::1")
	discard("2001:db8:1::1")
	s.awaitDiscarding(6)
}

// A body under way is waited for, for a moment, when the server stops; later ones are, too.
func TestStop(t *testing.T) {
	t.Parallel()
	l := testLimits
	l.idle = 4 * time.Second // renewed four times a second
	s := start(t, l, refuse)
	silent, quick := s.post("Content-Length: 10\r\n", "12345"), s.post("Content-Length: 10\r\n", "12345")
	trickling := s.post("Content-Length: 1000000\r\n", "12345")
	s.awaitDiscarding(3)
	go trickling.trickle()
	began := time.Now()
	s.Stop()
	quick.send("67890")
	quick.answer(false)
	took(t, began, 0, l.stopTimeout)
	silent.answer(true)
	trickling.answer(true)
	took(t, began, l.stopTimeout/2, 3*l.stopTimeout)
	s.post("Content-Length: 10\r\n", "12345").answer(true)
	took(t, began, l.stopTimeout/2, 10*l.stopTimeout)
}
