package e2e

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/privet/privet/routes/testkit"
)

// A second server on a data folder or an address in use exits with an error and doesn't disturb the first one.
func TestSecondServer(t *testing.T) {
	t.Parallel()
	p := testkit.Process(t)
	client, performer := p.Client(), p.Performer()
	id := p.Order(client, performer)
	upload := p.Post(fmt.Sprintf("order/update/%d", id)).As(performer.Token).SendHalf(8<<20, "status", "2")
	for _, address := range []string{"127.0.0.1:0", strings.TrimPrefix(p.URL, "http://")} {
		out, err := exec.Command(testkit.Binary(t), "serve", "--dir", p.Dir, "--http", address).CombinedOutput()
		if err == nil || !strings.Contains(string(out), "another privet serves the data folder "+p.Dir) {
			t.Errorf("%s: %v: %s", address, err, out)
		}
	}
	out, err := exec.Command(testkit.Binary(t), "serve", "--dir", t.TempDir(), "--http", strings.TrimPrefix(p.URL, "http://")).CombinedOutput()
	if err == nil || !strings.Contains(string(out), "choose another address by --http") {
		t.Errorf("another folder on the same address: %v: %s", err, out)
	}
	upload.Finish().Want(200)
	p.Stop(syscall.SIGKILL)
	p.Start()
}

// On SIGTERM the server lets a moderator's request in progress finish.
func TestStopDuringDeskRequest(t *testing.T) {
	t.Parallel()
	p := testkit.Process(t)
	dashboard := p.Dashboard()
	body, rest := io.Pipe()
	req, err := http.NewRequest(http.MethodPatch, p.URL+"/api/"+dashboard.Path("_superusers", dashboard.List("_superusers")[0]["id"]), body)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", dashboard.Token())
	req.Header.Set("Expect", "100-continue") // the body is sent once the server reads it
	answered := make(chan error)
	go func() {
		transport := &http.Transport{ExpectContinueTimeout: time.Minute}
		answer, err := transport.RoundTrip(req)
		if err == nil {
			answer.Body.Close()
			if answer.StatusCode != http.StatusOK {
				err = fmt.Errorf("status %d", answer.StatusCode)
			}
		}
		answered <- err
	}()
	if _, err := io.WriteString(rest, `{"emailVisibility":`); err != nil {
		t.Fatal(err)
	}
	p.Signal(syscall.SIGTERM)
	time.Sleep(2 * time.Second) // longer than the second that PocketBase allows
	if _, err := io.WriteString(rest, `true}`); err != nil {
		t.Fatal(err)
	}
	rest.Close()
	if err := <-answered; err != nil {
		t.Error(err)
	}
	if code := p.Wait(10 * time.Second); code != 0 {
		t.Errorf("it ended with %d: %s", code, p.Log)
	}
}

// On SIGHUP, as the end of a terminal sends it, the server lets a request in progress finish; started by nohup it goes on.
func TestHangup(t *testing.T) {
	t.Parallel()
	signal.Notify(make(chan os.Signal, 1), syscall.SIGHUP) // a process that is started would inherit that the tests ignore it, as under nohup
	p := testkit.Process(t)
	client, performer := p.Client(), p.Performer()
	upload := p.Post(fmt.Sprintf("order/update/%d", p.Order(client, performer))).As(performer.Token).SendHalf(8<<20, "status", "2")
	p.Signal(syscall.SIGHUP)
	for range 1000 { // until nothing listens any more
		conn, err := net.Dial("tcp", strings.TrimPrefix(p.URL, "http://"))
		if err != nil {
			break
		}
		conn.Close()
		time.Sleep(10 * time.Millisecond)
	}
	upload.Finish().Want(200)
	if code := p.Wait(10 * time.Second); code != 0 {
		t.Errorf("it ended with %d: %s", code, p.Log)
	}
	p.Limits = "trap '' HUP"
	p.Start()
	p.Signal(syscall.SIGHUP)
	p.Get("user/view/1").As(client.Token).Do().Want(200)
	if code := p.Stop(syscall.SIGTERM); code != 0 {
		t.Errorf("it ended with %d: %s", code, p.Log)
	}
}
