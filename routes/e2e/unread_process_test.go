package e2e

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/privet/privet/routes/testkit"
)

// A refused upload whose client falls silent delays the end of the server by seconds, not by all the time that requests
// under way get; it is answered.
func TestStopDuringRefusedUpload(t *testing.T) {
	t.Parallel()
	p := testkit.Process(t)
	connection, err := net.Dial("tcp", strings.TrimPrefix(p.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	_ = connection.SetDeadline(time.Now().Add(30 * time.Second))
	const half = "POST /api/v1/order/update/1 HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\nhalf"
	if _, err := io.WriteString(connection, half); err != nil {
		t.Fatal(err)
	}
	time.Sleep(200 * time.Millisecond) // in which the server has begun to wait for the rest
	began := time.Now()
	p.Signal(syscall.SIGTERM)
	answer, err := http.ReadResponse(bufio.NewReader(connection), nil)
	if err != nil || answer.StatusCode != http.StatusUnauthorized {
		t.Errorf("%v %v", answer, err)
	}
	if code, took := p.Wait(30*time.Second), time.Since(began); code != 0 || took > 10*time.Second {
		t.Errorf("it ended with %d after %s: %s", code, took, p.Log)
	}
}

// Refused uploads cost neither memory nor disk, however many there are at once, and don't hold others up.
func TestRefusedUploadsTogether(t *testing.T) {
	if testing.Short() {
		t.Skip("sends 2 GB")
	}
	t.Parallel()
	p := testkit.Process(t)
	client := p.Client()
	before := p.Memory("VmHWM")
	const uploads, size = 32, 64 << 20
	done := make(chan struct{})
	go func() {
		defer close(done)
		testkit.Concurrently(uploads, func(i int) {
			request, err := http.NewRequest(http.MethodPost, p.URL+[]string{"/api/v1/order/update/1", "/api/nope"}[i%2], testkit.Movie(size))
			if err != nil {
				t.Error(err)
				return
			}
			request.ContentLength = size
			if response, _, err := testkit.WriteWhole(request); err != nil || response.StatusCode != []int{401, 404}[i%2] {
				t.Errorf("%v %v", response, err)
			}
		})
	}()
	slowest := time.Duration(0)
	for waiting := true; waiting; {
		select {
		case <-done:
			waiting = false
		case <-time.After(20 * time.Millisecond):
			began := time.Now()
			p.Get(client.Path()).As(client.Token).Do().Want(http.StatusOK)
			slowest = max(slowest, time.Since(began))
		}
	}
	grown := p.Memory("VmHWM") - before
	t.Logf("the process grew by %d MB, another request took %s at most", grown>>20, slowest)
	if grown > 40<<20 || slowest > 5*time.Second {
		t.Errorf("the process grew by %d MB, another request took %s", grown>>20, slowest)
	}
	if left, err := os.ReadDir(p.Temp); err != nil || len(left) > 0 {
		t.Errorf("left in the temporary folder: %v %v", left, err)
	}
}
