package contract

import (
	"net/http"
	"testing"

	"github.com/privet/privet/routes/testkit"
)

// unclean is a server whose answers are not compared with the specification, which knows routes as they are listed.
func unclean(t *testing.T) *testkit.Server {
	s := testkit.Start(t)
	s.HTTPClient = &http.Client{}
	return s
}

// An error names the path as it was sent, still encoded, without the slashes around it.
func TestPathsInErrors(t *testing.T) {
	s := unclean(t)
	for _, c := range []struct{ method, path, named string }{
		{"GET", "/api/v1", "api/v1"},
		{"POST", "/api/v1", "api/v1"},
		{"GET", "/api/v1/", "api/v1"},
		{"GET", "/api/v1?page=2", "api/v1"},
		{"GET", "/api/v1/%D1%8F", "api/v1/%D1%8F"},
		{"GET", "/api/v1/%d1%8f/?x=1", "api/v1/%d1%8f"},
		{"GET", "/api/v1/nope//", "api/v1/nope"},
		{"POST", "/api/v1//auth/login", "api/v1//auth/login"},
		{"POST", "//api/v1/auth/login", "api/v1/auth/login"},
		{"GET", "/api/v1/x/../user/search", "api/v1/x/../user/search"},
		{"GET", "/api/v1/user/view/1%2F2", "api/v1/user/view/1%2F2"},
		{"OPTIONS", "/api/v1", "api/v1"},
		{"OPTIONS", "/api/v1/nope", "api/v1/nope"},
	} {
		answer := s.Request(c.method, c.path).Do().Want(404)
		answer.WantJSON(`{"message":"The route ` + c.named + ` could not be found."}`)
		for header, want := range map[string]string{"Content-Type": "application/json", "Cache-Control": "no-cache, private", "Access-Control-Allow-Origin": "*"} {
			if got := answer.Header.Get(header); got != want {
				t.Errorf("%s %s: %s is %q", c.method, c.path, header, got)
			}
		}
	}
	s.Get("/api/v1/auth/log%69n//").Do().Want(405).WantJSON(
		`{"message":"The GET method is not supported for route api/v1/auth/log%69n. Supported methods: POST."}`)
}

// Slashes at the end don't count, and an encoded character is the character.
func TestPathsOfRoutes(t *testing.T) {
	s := unclean(t)
	client := s.Client()
	for _, path := range []string{"user/search", "user/search/", "user/search//", "user/se%61rch/", "user%2Fsearch"} {
		s.Get(path).As(client.Token).Do().Want(200)
	}
	if answer := s.Request(http.MethodOptions, "user/search//").Do().Want(200); answer.Header.Get("Allow") != "GET,HEAD" {
		t.Errorf("Allow: %q", answer.Header.Get("Allow"))
	}
}

// A browser's preflight is answered before anybody looks at the route.
func TestPreflight(t *testing.T) {
	s := testkit.Start(t)
	for _, path := range []string{"user/search", "nope"} {
		answer := s.Request(http.MethodOptions, path).Header("Origin", "https://example.com").
			Header("Access-Control-Request-Method", "GET").Do().Want(204)
		if answer.Header.Get("Access-Control-Allow-Methods") == "" {
			t.Errorf("%s: %v", path, answer.Header)
		}
	}
}
