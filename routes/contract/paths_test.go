package contract

import (
	"net/http"
	"testing"

	"github.com/privet/privet/routes/testkit"
)

// startUnchecked starts a server whose answers are not compared with the specification, which knows only the routes as
// listed.
func startUnchecked(t *testing.T) *testkit.Server {
	s := testkit.Start(t)
	s.HTTPClient = &http.Client{}
	return s
}

// A 404 or 405 names the path as it was sent, still encoded, without leading and trailing slashes.
func TestPathsInErrors(t *testing.T) {
	s := startUnchecked(t)
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
		t.Run(c.method+" "+c.path, func(t *testing.T) {
			answer := s.WithT(t).Request(c.method, c.path).Do().Want(404)
			answer.WantJSON(`{"message":"The route ` + c.named + ` could not be found."}`)
			for header, want := range map[string]string{"Content-Type": "application/json", "Cache-Control": "no-cache, private", "Access-Control-Allow-Origin": "*"} {
				if got := answer.Header.Get(header); got != want {
					t.Errorf("%s is %q", header, got)
				}
			}
		})
	}
	s.Get("/api/v1/auth/log%69n//").Do().Want(405).WantJSON(
		`{"message":"The GET method is not supported for route api/v1/auth/log%69n. Supported methods: POST."}`)
}

// Trailing slashes are ignored, and an encoded character is equal to the character.
func TestPathsOfRoutes(t *testing.T) {
	s := startUnchecked(t)
	client := s.Client()
	for _, path := range []string{"user/search", "user/search/", "user/search//", "user/se%61rch/", "user%2Fsearch"} {
		t.Run(path, func(t *testing.T) { s.WithT(t).Get(path).As(client.Token).Do().Want(200) })
	}
	if answer := s.Request(http.MethodOptions, "user/search//").Do().Want(200); answer.Header.Get("Allow") != "GET,HEAD" {
		t.Errorf("Allow: %q", answer.Header.Get("Allow"))
	}
}

// A browser's preflight is answered whether the route exists or not.
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
