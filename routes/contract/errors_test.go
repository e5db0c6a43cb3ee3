package contract

import (
	"strings"
	"testing"
	"time"

	"github.com/privet/privet/routes/testkit"
)

// A server error is a 500 without details. The cause is logged, without tokens, passwords and bodies.
func TestServerError(t *testing.T) {
	s := testkit.Start(t)
	p := s.Client()
	if _, err := s.App.DB().NewQuery("ALTER TABLE media RENAME TO lost").Execute(); err != nil {
		t.Fatal(err)
	}
	answer := s.Get("user/view/1?password=topsecret").As(p.Token).Do().Want(500)
	answer.WantJSON(`{"message":"Server Error"}`)
	if answer.Header.Get("X-RateLimit-Limit") != "" || answer.Header.Get("Cache-Control") != "no-cache, private" {
		t.Errorf("headers %v", answer.Header)
	}
	s.WantLog(`msg="a request failed" method=GET path=/api/v1/user/view/1`)
	s.WantLog("no such table")
	for _, secret := range []string{"topsecret", p.Token[3:]} {
		if strings.Contains(s.Log.String(), secret) {
			t.Errorf("the log holds %q", secret)
		}
	}
}

// Requests that PocketBase's own API rejects are not printed as errors.
func TestRefusalsAreNotPrinted(t *testing.T) {
	s := testkit.Start(t)
	s.Get("/api/collections/users/records?token=topsecret").Do().Want(401)
	s.Get("/api/v1/nope").Do().Want(404)
	time.Sleep(4 * time.Second)
	if s.Log.String() != "" {
		t.Errorf("printed: %s", s.Log)
	}
}
