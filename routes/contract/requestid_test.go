package contract

import (
	"regexp"
	"strings"
	"testing"

	"github.com/privet/privet/routes/testkit"

	"github.com/pocketbase/pocketbase/core"
)

var requestID = regexp.MustCompile(`^[0-9a-f]{16}$`)

// Every answer with status 500 has a request id of its own, which its line in the log has as well.
func TestRequestID(t *testing.T) {
	s := testkit.Start(t)
	client := s.Client()
	s.App.OnRecordUpdate("users").BindFunc(func(*core.RecordEvent) error { panic("a hook of the test") })
	if _, err := s.App.DB().NewQuery("ALTER TABLE media RENAME TO lost").Execute(); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, c := range []struct {
		name, path string
		request    *testkit.Request
		line       string // a part of its line in the log; "" if it is not printed
	}{
		{"error", "user/view/1", s.Get("user/view/1"), "no such table"},
		{"the same again", "user/view/1", s.Get("user/view/1"), "no such table"},
		{"panic", "user/update", s.Post("user/update").JSON(`{"name":"Ivan"}`), "Something went wrong"},
		{"media file", "", s.Get("/storage/media/0123456789abcdef.png"), "no such table"},
		{"pushes are off", "push", s.Get("push"), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			answer := c.request.As(client.Token).Header("X-Request-Id", "0123456789abcdef").Do().Want(500)
			id := answer.Header.Get("X-Request-Id")
			if !requestID.MatchString(id) || id == "0123456789abcdef" || seen[id] {
				t.Fatalf("request id %q", id)
			}
			seen[id] = true
			if c.line == "" {
				return
			}
			s.FlushLog()
			s.WantLog("request_id=" + id)
			for line := range strings.Lines(s.Log.String()) {
				if strings.Contains(line, "request_id="+id) && !(strings.Contains(line, c.line) && strings.Contains(line, "level=ERROR") && strings.Contains(line, c.path)) {
					t.Error(line)
				}
			}
		})
	}
	if answer := s.Get("nope").Do().Want(404); answer.Header.Get("X-Request-Id") != "" {
		t.Error("an answer without a line in the log has a request id")
	}
}
