package observe_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/privet/privet/hooks/settings"
	"github.com/privet/privet/routes/testkit"
)

// line is one of the access log.
type line struct {
	Msg       string  `json:"msg"`
	RequestID string  `json:"request_id"`
	Method    string  `json:"method"`
	Route     string  `json:"route"`
	Path      string  `json:"path"`
	Status    int     `json:"status"`
	Bytes     int     `json:"bytes"`
	Duration  float64 `json:"duration"`
	Client    string  `json:"client"`
	User      string  `json:"user"`
}

func linesOf(log *testkit.Log) (lines []line) {
	for text := range strings.Lines(log.String()) {
		var one line
		if json.Unmarshal([]byte(text), &one) == nil && one.Msg == "request" {
			lines = append(lines, one)
		}
	}
	return lines
}

// find waits for the line of an answer: it is written after the answer.
func find(t *testing.T, s *testkit.Server, answer *testkit.Answer) line {
	t.Helper()
	id := answer.Header.Get("X-Request-Id")
	for range 1000 {
		for _, one := range linesOf(s.Log) {
			if one.RequestID == id {
				return one
			}
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatalf("no line of request %q: %s", id, s.Log)
	return line{}
}

// Each request is a line: of a refused one, a missing one and a superuser's too. No line has a query, a token or the
// whole name of a media file.
func TestAccessLog(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t, func(s *settings.Settings) { s.LogJSON, s.AccessLog = true, true })
	s.App.Settings().TrustedProxy.Headers = []string{"X-Forwarded-For"}
	client := s.Client()
	view := fmt.Sprintf("user/view/%d", client.ID)
	answer := s.Get(view+"?token=verysecret").As(client.Token).Header("X-Forwarded-For", "203.0.113.7").Do().Want(200)
	got := find(t, s, answer)
	if got.Duration <= 0 || got.Duration > 60 || got.Bytes < 100 {
		t.Errorf("%+v", got)
	}
	got.Duration, got.Bytes = 0, 0
	want := line{Msg: "request", RequestID: answer.Header.Get("X-Request-Id"), Method: "GET", Route: "/api/v1/user/view/{user_id}", Path: "/api/v1/" + view,
		Status: 200, Client: "203.0.113.7", User: fmt.Sprint(client.ID)}
	if got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	media := testkit.PathOf(answer.Map().String("data", "media", 0, "path_url"))
	name := filepath.Base(media)
	got = find(t, s, s.Get(media).Do().Want(200))
	if got.Route != "/storage/media/{name}" || !strings.HasPrefix(got.Path, "/storage/media/"+name[:6]) || got.Bytes < 60 {
		t.Errorf("%+v", got)
	}
	if got = find(t, s, s.Get("nope?token=verysecret").Do().Want(404)); got.Status != 404 || got.Route != "/api/v1/{path...}" || got.User != "" || got.Client != "127.0.0.1" {
		t.Errorf("%+v", got)
	}
	refused := s.Post("order/update/1").As(client.Token).Multipart([]testkit.File{testkit.Clip(0)}).Do()
	if got = find(t, s, refused); got.Status != refused.Status || got.User != fmt.Sprint(client.ID) {
		t.Errorf("%+v", got)
	}
	desk := s.Request(http.MethodGet, "/api/collections/users/records?filter=verysecret").As(s.Owner()).Do()
	if got = find(t, s, desk); got.Route != "/api/collections/{collection}/records" || !strings.HasPrefix(got.User, "_superusers:") {
		t.Errorf("%+v", got)
	}
	for _, hidden := range []string{"verysecret", client.Token, name} {
		if strings.Contains(s.Log.String(), hidden) {
			t.Errorf("%q is in the log", hidden)
		}
	}
}

// Without the setting there is no access log.
func TestNoAccessLog(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t)
	s.Client()
	if strings.Contains(s.Log.String(), "level=INFO") {
		t.Error(s.Log)
	}
}
