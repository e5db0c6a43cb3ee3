package e2e

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/privet/privet/routes/testkit"
)

// TestIdleConnectionsLeaveFiles holds more connections open than the server may open files. A new client is answered
// nevertheless, and so is a sign-up, which writes to the database and a file.
func TestIdleConnectionsLeaveFiles(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("builds and starts a server")
	}
	p := testkit.Process(t)
	p.Stop(syscall.SIGTERM)
	p.Limits = "ulimit -n 128"
	p.Start()
	for n := range 200 {
		conn, err := net.DialTimeout("tcp", strings.TrimPrefix(p.URL, "http://"), time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		_ = conn.SetDeadline(time.Now().Add(time.Minute))
		if _, err := io.WriteString(conn, "GET /api/health HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil || answer.StatusCode != http.StatusOK {
			t.Fatalf("connection %d: %v, %v", n, answer, err)
		}
	}
	p.Client()
}
