package pb_public_test

import (
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/privet/privet/routes/testkit"
)

// maxPageSize is the limit of what a browser downloads for the reference, in compressed bytes.
const maxPageSize = 1_500_000

// The reference and everything it loads is compressed, small, and cached until it changes.
func TestPages(t *testing.T) {
	s := testkit.Start(t)
	html := string(s.Get("/").Do().Want(200).Body)
	total := 0
	for _, name := range append(regexp.MustCompile(`(?:src|href)="(/[\w.-]+)"`).FindAllStringSubmatch(html, -1), []string{"", "/"}) {
		answer := s.Get(name[1]).Header("Accept-Encoding", "gzip, br").Do().Want(200)
		total += len(answer.Body)
		compressed := answer.Header.Get("Content-Encoding") == "gzip"
		if compressed == strings.HasSuffix(name[1], ".png") {
			t.Errorf("%s: compressed %t", name[1], compressed)
		}
		plain := s.Get(name[1]).Header("Accept-Encoding", "gzip;q=0").Do().Want(200)
		if plain.Header.Get("Content-Encoding") != "" || len(plain.Body) < len(answer.Body) {
			t.Errorf("%s: plain is %d bytes, %v", name[1], len(plain.Body), plain.Header)
		}
		again := s.Get(name[1]).Header("Accept-Encoding", "gzip").Header("If-None-Match", answer.Header.Get("ETag")).Do().Want(304)
		if len(again.Body) != 0 {
			t.Errorf("%s: a 304 with %d bytes", name[1], len(again.Body))
		}
		caching := "no-cache"
		if strings.HasPrefix(name[1], "/scalar-") {
			caching = "public, max-age=31536000, immutable"
		}
		if got := answer.Header.Get("Cache-Control"); got != caching {
			t.Errorf("%s: Cache-Control %q", name[1], got)
		}
	}
	for _, endpoint := range []string{"POST /api/v1/auth/signup</code> Signup", "GET /api/v1/order/search</code>", "GET /storage/media/{name}"} {
		if !strings.Contains(html, endpoint) {
			t.Errorf("without JavaScript it does not list %s", endpoint)
		}
	}
	if total > maxPageSize {
		t.Errorf("the page takes %d bytes", total)
	}
	policy := s.Get("/").Do().Header.Get("Content-Security-Policy")
	if !strings.Contains(policy, "connect-src 'self'") || strings.Contains(policy, "http") {
		t.Errorf("policy %q", policy)
	}
	head := s.Request(http.MethodHead, "/openapi.json").Do().Want(200)
	if len(head.Body) != 0 || head.Header.Get("Content-Type") != "application/json" {
		t.Errorf("HEAD: %v %q", head.Header, head.Body)
	}
	if clients := s.Get("/openapi.json?for=clients").Do().Want(200); clients.Header.Get("Content-Type") != "application/json" {
		t.Errorf("for clients: %v", clients.Header)
	}
	s.Get("/openapi.json%3Ffor=clients").Do().Want(404)
	if allow := s.Post("/openapi.json").Raw("text/plain", io.NopCloser(strings.NewReader("x"))).Do().Want(405).Header.Get("Allow"); allow != "GET, HEAD" {
		t.Errorf("POST: Allow %q", allow)
	}
	s.Get("/scalar-1.72.1.js.gz").Do().Want(404).WantJSON(`{"message":"The route scalar-1.72.1.js.gz could not be found."}`)
}
