package contract

import (
	"bufio"
	"net"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/privet/privet/hooks/settings"
	"github.com/privet/privet/routes/testkit"

	"github.com/pocketbase/pocketbase/core"
)

var requestID = regexp.MustCompile(`^[0-9a-f]{16}$`)

// Every answer has a request id of its own, which the one line in the log about a failure has as well.
func TestRequestID(t *testing.T) {
	s := testkit.Start(t, func(s *settings.Settings) { s.TrustedProxies = nil })
	client := s.Client()
	moderator := s.Owner()
	s.App.OnRecordUpdate("users").BindFunc(func(*core.RecordEvent) error { panic("a hook of the test") })
	if _, err := s.App.DB().NewQuery("ALTER TABLE media RENAME TO lost").Execute(); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, c := range []struct {
		name, path string
		status     int
		request    *testkit.Request
		line       string // a part of its line in the log; "" if none is printed
	}{
		{"error", "user/view/1", 500, s.Get("user/view/1"), "no such table"},
		{"the same again", "user/view/1", 500, s.Get("user/view/1"), "no such table"},
		{"panic", "user/update", 500, s.Post("user/update").JSON(`{"name":"Ivan"}`), "a hook of the test"},
		{"a moderator's panic", "", 500, s.Request("PATCH", "/api/collections/users/records/1").As(moderator).JSON(map[string]any{"name": "Ivan"}), "a hook of the test"},
		{"media file", "", 500, s.Get("/storage/media/0123456789abcdef.png"), "no such table"},
		{"pushes are off", "push", 500, s.Get("push"), ""},
		{"no route", "", 404, s.Get("nope"), ""},
		{"the specification", "", 200, s.Get("/openapi.json"), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			request := c.request
			if c.name != "a moderator's panic" {
				request = request.As(client.Token)
			}
			answer := request.Header("X-Request-Id", "0123456789abcdef").Do().Want(c.status)
			id := answer.Header.Get("X-Request-Id")
			if !requestID.MatchString(id) || id == "0123456789abcdef" || seen[id] {
				t.Fatalf("request id %q", id)
			}
			seen[id] = true
			lines := 0
			for line := range strings.Lines(s.Log.String()) {
				if !strings.Contains(line, "request_id="+id) {
					continue
				}
				lines++
				if !strings.Contains(line, c.line) || !strings.Contains(line, "level=ERROR") || !strings.Contains(line, c.path) {
					t.Error(line)
				}
			}
			if want := min(1, len(c.line)); lines != want {
				t.Errorf("%d lines instead of %d: %s", lines, want, s.Log)
			}
		})
	}
}

// A trusted proxy's id is kept, if it is one.
func TestRequestIDOfAProxy(t *testing.T) {
	s := testkit.Start(t)
	for sent, kept := range map[string]bool{
		"a": true, "7f3c-12_A.b:/+=@~": true, strings.Repeat("x", 128): true,
		strings.Repeat("x", 129): false, "a b": false, `a"b`: false, "é": false, "": false,
	} {
		got := s.Get("nope").Header("X-Request-Id", sent).Do().Want(404).Header.Values("X-Request-Id")
		if len(got) != 1 || kept && got[0] != sent || !kept && !requestID.MatchString(got[0]) {
			t.Errorf("%.20q becomes %q", sent, got)
		}
	}
}

// What is no HTTP request is answered with an id as well.
func TestRequestIDOfWhatIsNoRequest(t *testing.T) {
	s := testkit.Start(t)
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.Write([]byte("GET / HTTP/1.1\r\nbroken\r\n\r\n")); err != nil {
		t.Fatal(err)
	}
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if id := answer.Header.Get("X-Request-Id"); answer.StatusCode != 400 || !requestID.MatchString(id) {
		t.Errorf("%d, request id %q", answer.StatusCode, id)
	}
}
