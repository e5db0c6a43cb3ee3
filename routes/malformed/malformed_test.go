package malformed

import (
	"bufio"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"
)

// serve starts a server behind a Listener, whose handler answers with the text that the path names.
func serve(t *testing.T) string {
	t.Helper()
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Header().Set("Connection", "close")
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, "400 Bad Request")
	}))
	server.Config.MaxHeaderBytes = 8 << 10
	server.Listener = &Listener{Listener: server.Listener, Header: func() http.Header { return http.Header{"Cache-Control": {"no-cache, private"}} }}
	server.Start()
	t.Cleanup(server.Close)
	return server.Listener.Addr().String()
}

// send writes a whole request before it reads the answer, as many clients do.
func send(t *testing.T, address, request string) *http.Response {
	t.Helper()
	connection, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = connection.Close() })
	_ = connection.SetDeadline(time.Now().Add(20 * time.Second))
	if _, err := io.WriteString(connection, request); err != nil {
		t.Fatalf("write the request: %v", err)
	}
	response, err := http.ReadResponse(bufio.NewReader(connection), nil)
	if err != nil {
		t.Fatalf("read the answer: %v", err)
	}
	return response
}

func TestRefusals(t *testing.T) {
	address := serve(t)
	body := strings.Repeat("x", 5<<20)
	withBody := "Content-Length: 5242880\r\n\r\n" + body
	for name, c := range map[string]struct {
		request string
		status  int
		message string
	}{
		"no request line":     {"nonsense\r\n\r\n", 400, "malformed request line or headers"},
		"a TLS greeting":      {"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400, "malformed request line or headers"},
		"no host":             {"POST / HTTP/1.1\r\n" + withBody, 400, "missing required Host header"},
		"a bad host":          {"POST / HTTP/1.1\r\nHost: a/b\r\n" + withBody, 400, "malformed Host header"},
		"a header's name":     {"POST / HTTP/1.1\r\nHost: a\r\nna/me: 1\r\n" + withBody, 400, "malformed request line or headers"},
		"a header's value":    {"POST / HTTP/1.1\r\nHost: a\r\nName: \x01\r\n" + withBody, 400, "malformed request line or headers"},
		"a length":            {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n" + body, 400, "malformed request line or headers"},
		"HTTP/3.0":            {"GET / HTTP/3.0\r\nHost: a\r\n\r\n", 505, "unsupported protocol version"},
		"large headers":       {"POST / HTTP/1.1\r\nHost: a\r\nName: " + strings.Repeat("y", 64<<10) + "\r\n" + withBody, 431, "headers too large"},
		"a transfer encoding": {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: rot13\r\n\r\n" + body, 501, "unsupported transfer encoding"},
		"an expectation":      {"POST / HTTP/1.1\r\nHost: a\r\nExpect: a-miracle\r\n" + withBody, 417, "unknown expectation in the header Expect"},
	} {
		t.Run(name, func(t *testing.T) {
			response := send(t, address, c.request)
			text, err := io.ReadAll(response.Body)
			if err != nil {
				t.Fatal(err)
			}
			var got struct{ Status, Message string }
			if err := json.Unmarshal(text, &got); err != nil {
				t.Fatalf("%v in %s", err, text)
			}
			if response.StatusCode != c.status || got.Status != "error" || got.Message != "The request is not valid HTTP: "+c.message+"." {
				t.Errorf("%d %s", response.StatusCode, text)
			}
			kept := []string{response.Header.Get("Content-Type"), response.Header.Get("Cache-Control")}
			if !slices.Equal(kept, []string{"application/json", "no-cache, private"}) || !response.Close {
				t.Errorf("headers %v", response.Header)
			}
		})
	}
}

// A handler's answer that looks like net/http's own stays as it is.
func TestHandlersAnswer(t *testing.T) {
	response := send(t, serve(t), "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx")
	text, err := io.ReadAll(response.Body)
	if err != nil || string(text) != "400 Bad Request" || response.Header.Get("Content-Type") != "text/plain; charset=utf-8" {
		t.Errorf("%v: %s %v", err, text, response.Header)
	}
}

// A client that goes on sending for ever is cut off.
func TestDrainIsBounded(t *testing.T) {
	server, client := pipe(t)
	server.refused.Store(true)
	server.limits = limits{bytes: 1 << 20, idle: time.Minute, total: time.Minute}
	closed := make(chan error, 1)
	go func() { closed <- server.Close() }()
	sent := 0
	for chunk := make([]byte, 64<<10); ; sent += len(chunk) {
		if _, err := client.Write(chunk); err != nil {
			break
		}
		if sent > 64<<20 {
			t.Fatal("64 MB were taken")
		}
	}
	if err := <-closed; err != nil {
		t.Error(err)
	}

	server, _ = pipe(t)
	server.refused.Store(true)
	server.limits = limits{bytes: 1 << 20, idle: time.Millisecond, total: time.Minute}
	if err := server.Close(); err != nil { // which returns, as the client is silent
		t.Error(err)
	}
}

// pipe returns the two ends of a connection through a Listener.
func pipe(t *testing.T) (server *conn, client net.Conn) {
	t.Helper()
	tcp, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	listener := &Listener{Listener: tcp}
	defer listener.Close()
	client, err = net.Dial("tcp", tcp.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	accepted, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	return accepted.(*conn), client
}
