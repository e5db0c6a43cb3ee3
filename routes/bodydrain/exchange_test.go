package bodydrain

import (
	"bytes"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/privet/privet/routes/limits"
)

// A client that waits for a 100 (Continue) is not asked for the body only to discard it. Once a handler has asked for
// it, it is discarded as any other.
func TestExpectContinue(t *testing.T) {
	t.Parallel()
	s := start(t, testLimits, refuse)
	began := time.Now()
	s.post("Expect: 100-continue\r\nContent-Length: 1000000\r\n", "").answer(true)
	took(t, began, 0, atOnce)

	s = start(t, testLimits, func(w http.ResponseWriter, r *http.Request) {
		_, _ = r.Body.Read(make([]byte, 1))
		refuse(w, r)
	})
	c := s.post("Expect: 100-continue\r\nContent-Length: 1000000\r\n", "")
	line, err := c.ReadString('\n')
	if err != nil || !strings.HasPrefix(line, "HTTP/1.1 100") {
		t.Fatalf("%q %v", line, err)
	}
	_, _ = c.ReadString('\n')
	c.send(strings.Repeat("x", 1000000))
	c.answer(false)
	c.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	c.answer(false)
}

// A client that breaks off leaves nothing, and no line in the log.
func TestBrokenOff(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var logged bytes.Buffer
	s := start(t, testLimits, refuse, func(s *http.Server) { s.ErrorLog = log.New(locked{&mu, &logged}, "", 0) })
	for _, lines := range []string{"Content-Length: 1000000\r\n", "Transfer-Encoding: chunked\r\n"} {
		c := s.post(lines, "5\r\nabc")
		s.awaitDiscarding(1)
		c.Close()
		s.awaitNothing()
	}
	mu.Lock()
	defer mu.Unlock()
	if logged.Len() > 0 {
		t.Errorf("logged: %s", logged.String())
	}
}

type locked struct {
	mu *sync.Mutex
	w  io.Writer
}

func (l locked) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}

// The answer has as much time as if the body had taken none, and what a handler has set counts.
func TestWriteDeadline(t *testing.T) {
	t.Parallel()
	for name, handler := range map[string]http.HandlerFunc{
		"the server's": refuse,
		"a handler's": func(w http.ResponseWriter, r *http.Request) {
			_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(200 * time.Millisecond))
			refuse(w, r)
		},
		"none": func(w http.ResponseWriter, r *http.Request) {
			_ = http.NewResponseController(w).SetWriteDeadline(time.Time{})
			time.Sleep(300 * time.Millisecond)
			refuse(w, r)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := start(t, testLimits, handler, func(s *http.Server) { s.WriteTimeout = 200 * time.Millisecond })
			c := s.post("Content-Length: 5\r\n", "")
			for range 5 {
				time.Sleep(100 * time.Millisecond)
				c.send("x")
			}
			c.answer(false)
		})
	}
}

// Whatever a handler does first, the body is read before the client sees an answer; not before an informational one.
func TestFirstByte(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, []byte("hello"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		handler http.HandlerFunc
		want    string
	}{
		"nothing":     {func(http.ResponseWriter, *http.Request) {}, ""},
		"closes it":   {func(_ http.ResponseWriter, r *http.Request) { _ = r.Body.Close() }, ""},
		"WriteHeader": {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) }, ""},
		"Write":       {func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "hello") }, "hello"},
		"a file":      {func(w http.ResponseWriter, r *http.Request) { http.ServeFile(w, r, file) }, "hello"},
		"ReadFrom": {func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.(io.ReaderFrom).ReadFrom(strings.NewReader("hello"))
		}, "hello"},
		"Flush": {func(w http.ResponseWriter, _ *http.Request) {
			w.(http.Flusher).Flush()
			_, _ = io.WriteString(w, "hello")
		}, "hello"},
		"ResponseController": {func(w http.ResponseWriter, _ *http.Request) {
			if err := http.NewResponseController(w).Flush(); err != nil {
				t.Error(err)
			}
			_, _ = io.WriteString(w, "hello")
		}, "hello"},
		"informational": {func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusEarlyHints)
			_, _ = io.WriteString(w, "hello")
		}, "hello"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			patient := testLimits
			patient.idle = time.Minute // however long a busy machine takes to send the body
			s := start(t, patient, c.handler)
			client := s.post("Content-Length: 5000000\r\n", "")
			if name == "informational" {
				if hints, err := http.ReadResponse(client.Reader, nil); err != nil || hints.StatusCode != http.StatusEarlyHints {
					t.Fatal(hints, err)
				}
			}
			s.awaitDiscarding(1)
			client.send(strings.Repeat("x", 5000000))
			response, err := http.ReadResponse(client.Reader, nil)
			if err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(response.Body)
			if err != nil || string(got) != c.want || response.Close {
				t.Errorf("%q, closes: %v, %v", got, response.Close, err)
			}
		})
	}
}

// A handler that takes over the connection gets it as it is.
func TestHijack(t *testing.T) {
	t.Parallel()
	s := start(t, testLimits, func(w http.ResponseWriter, _ *http.Request) {
		connection, buffered, err := w.(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		go func() {
			defer connection.Close()
			_, _ = io.Copy(connection, io.LimitReader(buffered, 5))
		}()
	})
	c := s.post("Content-Length: 5\r\n", "")
	time.Sleep(2 * testLimits.idle)
	c.send("hello")
	if got, err := io.ReadAll(c.Reader); err != nil || string(got) != "hello" {
		t.Errorf("%q %v", got, err)
	}
}

// Over HTTP/2 the answer waits as well, and the connection goes on.
func TestHTTP2(t *testing.T) {
	t.Parallel()
	s := httptest.NewUnstartedServer(newWithLimits(Config{
		MaxBody:  32 << 20,
		Networks: func(*http.Request) []limits.Network { return limits.Networks("") },
		Begin:    func() func() { return func() {} },
	}, testLimits).Wrap(http.HandlerFunc(refuse)))
	s.EnableHTTP2 = true
	s.StartTLS()
	t.Cleanup(s.Close)
	reused := false
	trace := &httptrace.ClientTrace{GotConn: func(info httptrace.GotConnInfo) { reused = info.Reused }}
	for i := range 3 {
		sent := &counter{Reader: io.LimitReader(endless{}, 5<<20)}
		request, err := http.NewRequestWithContext(httptrace.WithClientTrace(t.Context(), trace), http.MethodPost, s.URL, sent)
		if err != nil {
			t.Fatal(err)
		}
		response, err := s.Client().Do(request)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.ProtoMajor != 2 || response.StatusCode != http.StatusUnauthorized || sent.n != 5<<20 || reused != (i > 0) {
			t.Errorf("%s %s after %d bytes, connection used again: %v", response.Proto, response.Status, sent.n, reused)
		}
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

type counter struct {
	io.Reader
	n int
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n += n
	return n, err
}

// After Close a body is no longer read, as a server's.
func TestReadAfterClose(t *testing.T) {
	t.Parallel()
	b := &body{source: io.NopCloser(strings.NewReader("x")), left: 1}
	_ = b.Close()
	if _, err := b.Read(make([]byte, 1)); !errors.Is(err, http.ErrBodyReadAfterClose) {
		t.Error(err)
	}
}
