package routes_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/privet/privet/routes"
	"github.com/privet/privet/routes/resource"
	"github.com/privet/privet/routes/testkit"
)

// The specification lists exactly the server's routes.
func TestSpecificationListsTheRoutes(t *testing.T) {
	s := testkit.Start(t)
	var specification struct {
		Paths map[string]map[string]any `json:"paths"`
	}
	s.Get("/openapi.json").Do().Want(200).Into(&specification)
	var listed []string
	for path, methods := range specification.Paths {
		for method := range methods {
			listed = append(listed, strings.ToUpper(method)+" "+path)
		}
	}
	served := append(routes.Endpoints(), "GET "+resource.MediaPath+"{name}", "GET "+resource.PreviewPath+"{name}")
	slices.Sort(listed)
	slices.Sort(served)
	if !slices.Equal(listed, served) {
		t.Errorf("the specification lists\n%q\nserved are\n%q", listed, served)
	}
}

// witness is a test that records its failures instead of failing.
type witness struct {
	testing.TB
	faults []string
}

func (w *witness) Helper() {}
func (w *witness) Errorf(format string, args ...any) {
	w.faults = append(w.faults, fmt.Sprintf(format, args...))
}

// broken changes the server's answers.
type broken struct {
	next     http.RoundTripper
	old, new string
	status   int
}

func (b broken) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := b.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(response.Body)
	changed := strings.Replace(string(body), b.old, b.new, 1)
	response.Body = io.NopCloser(strings.NewReader(changed))
	response.ContentLength = int64(len(changed))
	if b.status != 0 {
		response.StatusCode = b.status
	}
	return response, err
}

// An answer that differs from the specification fails the test whose request it answers.
func TestBrokenAnswersAreSeen(t *testing.T) {
	s := testkit.Start(t)
	client, performer := s.Client(), s.Performer()
	order := s.Order(client, performer)
	s.Finish(performer, order).Want(200)
	view := fmt.Sprintf("order/view/%d", order)
	moderator := s.Moderator()
	for _, c := range []struct {
		name, path, token string
		broken
	}{
		{"as it is", view, client.Token, broken{}},
		{"a missing field", view, client.Token, broken{old: `"cancel_date":null,`}},
		{"an additional field", view, client.Token, broken{old: `"cancel_date":null,`, new: `"cancel_date":null,"secret":1,`}},
		{"an additional field, nested", view, client.Token, broken{old: `"preview_url":`, new: `"size":1,"preview_url":`}},
		{"a number as a string", view, client.Token, broken{old: `"status":2`, new: `"status":"2"`}},
		{"an unknown status of the order", view, client.Token, broken{old: `"status":2`, new: `"status":5`}},
		{"a timestamp without a zone", view, client.Token, broken{old: `.000000Z"`, new: `.000000"`}},
		{"null for a list", "order/search", client.Token, broken{old: `"data":[`, new: `"data":null,"rest":[`}},
		{"pages of another size", "user/search", client.Token, broken{old: `"per_page":15`, new: `"per_page":20`}},
		{"an unlisted status", view, client.Token, broken{status: 202}},
		{"a letter that is not escaped", view, client.Token, broken{old: `"description":"P`, new: `"description":"П`}},
		{"an error in another shape", view, "nobody", broken{old: `"status":"error"`, new: `"status":"bad"`}},
		{"a validation error without its fields", "user/search?role=9", client.Token, broken{old: `"errors"`, new: `"details"`}},
		{"no endpoint, in another shape", "nope", "", broken{old: `"message"`, new: `"error"`}},
		{"the desk as it is", "/api/desk/users/1", moderator, broken{}},
		{"a missing field of the desk", "/api/desk/users/1", moderator, broken{old: `"warnings":0,`}},
		{"an additional field of the desk, nested", "/api/desk/users/1", moderator, broken{old: `"as_client":{`, new: `"as_client":{"secret":1,`}},
		{"an unlisted status of the desk", "/api/desk/users/1", moderator, broken{status: 202}},
		{"an error of the desk in another shape", "/api/desk/users/99", moderator, broken{old: `"message"`, new: `"error"`}},
		{"no route of the desk, in another shape", "/api/desk/nope", moderator, broken{old: `"message"`, new: `"error"`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			seen := &witness{TB: t}
			c.broken.next = http.DefaultTransport
			kit := *s
			kit.HTTPClient = &http.Client{Transport: testkit.CheckedTransport(seen, c.broken)}
			kit.Get(c.path).As(c.token).Do()
			if (len(seen.faults) > 0) != (c.broken != broken{next: c.broken.next}) {
				t.Errorf("%d faults are seen: %q", len(seen.faults), seen.faults)
			}
		})
	}
}

// A request that succeeds although it differs from the specification fails the test, too.
func TestUnlistedRequestsAreSeen(t *testing.T) {
	s := testkit.Start(t)
	seen := &witness{TB: t}
	kit := *s
	kit.HTTPClient = &http.Client{Transport: testkit.CheckedTransport(seen, broken{next: http.DefaultTransport, old: "\x00", status: 200})}
	kit.Post("user/check-free").JSON(`{"email":"a@example.com"}`).Do()
	if len(seen.faults) > 0 {
		t.Errorf("a valid request fails: %q", seen.faults)
	}
	kit.HTTPClient.Transport = testkit.CheckedTransport(seen, answering(`{"free":true}`))
	kit.Post("user/check-free").JSON(`{"mail":"a@example.com"}`).Do()
	if len(seen.faults) != 1 || !strings.Contains(seen.faults[0], "email") {
		t.Errorf("a request without its field: %q", seen.faults)
	}
	kit.HTTPClient.Transport = testkit.CheckedTransport(seen, answering(`{}`))
	kit.Post("/api/desk/users/1/warn").As("token").JSON(`{"texts":"Be polite"}`).Do()
	if faults := seen.faults[1:]; len(faults) != 1 || !strings.Contains(faults[0], "text") {
		t.Errorf("a request to the desk without its field: %q", faults)
	}
}

// answering is a transport that gives every request the same answer.
type answering string

func (a answering) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		_, _ = io.Copy(io.Discard, r.Body)
	}
	return &http.Response{StatusCode: 200, Request: r, ContentLength: int64(len(a)), Header: http.Header{"Content-Type": {"application/json"}},
		Body: io.NopCloser(strings.NewReader(string(a)))}, nil
}

// fence returns the content of the Markdown code block with the given info string.
func fence(t *testing.T, text, name string) string {
	t.Helper()
	found := regexp.MustCompile("(?s)```" + name + "\n(.*?)```").FindStringSubmatch(text)
	if found == nil {
		t.Fatalf("there is no block %q", name)
	}
	return found[1]
}

// The README and the page show the same first order, which package e2e runs.
func TestFirstOrderOnThePage(t *testing.T) {
	s := testkit.Start(t)
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	var specification struct {
		Info struct{ Description string } `json:"info"`
	}
	s.Get("/openapi.json").Do().Want(200).Into(&specification)
	if page, lines := fence(t, specification.Info.Description, "sh"), fence(t, string(readme), "sh first order"); page != lines {
		t.Errorf("the page has\n%s\nthe README\n%s", page, lines)
	}
}

// The Postman collection has a request for each route, and the variables host and token.
func TestPostman(t *testing.T) {
	s := testkit.Start(t)
	var collection struct {
		Info     struct{ Schema string }
		Variable []struct{ Key string }
		Item     []struct {
			Name string
			Item []struct {
				Request struct {
					Method string
					URL    struct{ Raw string }
					Body   struct{ Mode string }
				}
				Event []struct{ Script struct{ Exec []string } }
			}
		}
	}
	s.Get("/postman.json").Do().Want(200).Into(&collection)
	if !strings.Contains(collection.Info.Schema, "v2.1.0") || len(collection.Variable) != 2 || collection.Variable[0].Key != "host" || collection.Variable[1].Key != "token" {
		t.Errorf("%+v", collection)
	}
	var walk []string
	for _, item := range collection.Item[0].Item {
		walk = append(walk, item.Request.Body.Mode)
	}
	if want := []string{"formdata", "formdata", "raw", "formdata", "raw", ""}; !slices.Equal(walk, want) { // a file makes a form
		t.Errorf("the first order's bodies are %q", walk)
	}
	requests := map[string]int{}
	var storing []string
	for _, folder := range collection.Item[1:] {
		for _, item := range folder.Item {
			name := item.Request.Method + " " + strings.TrimPrefix(item.Request.URL.Raw, "{{host}}")
			requests[name]++
			if strings.Contains(strings.Join(item.Event[0].Script.Exec, "\n"), `set("token"`) {
				storing = append(storing, name)
			}
		}
	}
	for _, endpoint := range routes.Endpoints() {
		name := regexp.MustCompile(`\{(\w+)\}`).ReplaceAllString(endpoint, ":$1")
		if requests[name] != 1 {
			t.Errorf("%d requests for %s", requests[name], name)
		}
	}
	want := []string{"POST /api/v1/auth/signup", "POST /api/v1/auth/login", "POST /api/v1/auth/social/signup", "POST /api/v1/auth/social/sign-in"}
	if len(requests) != len(routes.Endpoints())+2 || !slices.Equal(storing, want) {
		t.Errorf("%d requests, storing the token: %q", len(requests), storing)
	}
}

// The specification is served as JSON and as YAML.
func TestSpecificationAsJSON(t *testing.T) {
	s := testkit.Start(t)
	body := s.Get("/openapi.json").Do().Want(200).Body
	if !json.Valid(body) || !strings.HasPrefix(string(body), `{"openapi":"3.1.0","info":{"title":`) {
		t.Errorf("%.200s", body)
	}
	if text := s.Get("/openapi.yaml").Do().Want(200); !strings.HasPrefix(string(text.Body), "openapi: 3.1.0\n") || text.Header.Get("Content-Type") != "application/yaml" {
		t.Errorf("%v %.200s", text.Header, text.Body)
	}
}
