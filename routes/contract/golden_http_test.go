package contract

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/privet/privet/hooks/settings"
	"github.com/privet/privet/routes/testkit"
)

// responseGolden is a recorded request to Laravel and its complete answer.
type responseGolden struct {
	Name    string `json:"name"`
	Request struct {
		Method  string            `json:"method"`
		Path    string            `json:"path"`
		Headers map[string]string `json:"headers"`
		Body    *string           `json:"body"`
	} `json:"request"`
	Response struct {
		Status  int         `json:"status"`
		Headers [][2]string `json:"headers"`
		Body    string      `json:"body"`
	} `json:"response"`
}

// nearest replaces the test routes of the recording by the most similar endpoints.
var nearest = strings.NewReplacer(
	"_v/order/update", "order/update/1",
	"_v/", "",
	"user/free", "user/search",
	"_find/", "user/view/",
	"_view/", "user/view/",
	"_paramtype/012", "order/view/01",
	"_paramtype/", "order/view/",
	"_empty", "auth/social/disconnect?_method=POST&social_type=1",
	"_jsonnull", "auth/social/disconnect?_method=POST&social_type=2",
)

// storedVideo matches the name that the server gives to a video, which is image.png in the goldens.
var storedVideo = regexp.MustCompile(`[0-9a-f]{32}\.mp4`)

const (
	anyBody  = "*"
	noBody   = "-"
	notFound = `{"status":"error","message":"Not found"}`
)

// responseExceptions are the goldens with a different answer, because the contract requires it or because the replacing
// endpoint does something else than the recorded test route.
var responseExceptions = map[string]exception{
	"root":                                            {"the API reference", 200, anyBody},
	"405 Accept */*":                                  {"JSON whatever Accept says", 405, `{"message":"The GET method is not supported for route api/v1/auth/login. Supported methods: POST."}`},
	"_method override":                                {"the replacing endpoint: a page of users", 200, anyBody},
	"X-HTTP-Method-Override":                          {"the replacing endpoint: a page of users", 200, anyBody},
	"unknown model id via findOrFail":                 {"the contract's 404", 404, notFound},
	"unknown model id via route binding":              {"the contract's 404", 404, notFound},
	"findOrFail abc":                                  {"the contract's 404", 404, notFound},
	"findOrFail 1abc":                                 {"the contract's 404", 404, notFound},
	"int-typed route param with abc":                  {"not a server error: there is no such order", 404, notFound},
	"int-typed route param 012":                       {"the replacing endpoint: order 1", 200, anyBody},
	"int-typed 1.5":                                   {"there is no such order", 404, notFound},
	"form body with JSON content type":                {"malformed JSON", 400, ""},
	"deeply nested JSON 600":                          {"malformed JSON", 400, ""},
	"multipart truncated (no closing boundary)":       {"broken multipart", 400, ""},
	"multipart wrong boundary":                        {"broken multipart", 400, ""},
	"JSON body with Content-Type multipart/form-data": {"broken multipart", 400, ""},
	"JSON body with Content-Type multipart/form-data; boundary=zzz": {"broken multipart", 400, ""},
	"big JSON 1 MiB+":                       {"with a message", 413, `{"message":"The request is too large."}`},
	"413 body > post_max_size, Accept json": {"with a message", 413, `{"message":"The request is too large."}`},
	"413 Accept */*":                        {"JSON whatever Accept says", 413, `{"message":"The request is too large."}`},
}

// withoutCounterpart are the goldens whose test routes have no similar endpoint.
var withoutCounterpart = map[string]string{
	"abort(401) without message":                               "Laravel's message for an error that the contract words differently",
	"abort(403) without message":                               "no endpoint answers 403",
	"abort(404) without message":                               "Laravel's message for an error that the contract words differently",
	"abort(409) without message":                               "no endpoint answers 409",
	"abort(419) without message":                               "no endpoint answers 419",
	"abort(429) without message":                               "the rate limit's and the validation's have their own goldens",
	"abort(500) without message":                               "the only endpoint with a documented 500 is push",
	"file > upload_max_filesize (PHP error 1), media required": "PHP's limit on files; the server has the rule's, compared as auth/signup#233",
	"file > upload_max_filesize, media nullable":               "the same",
	"_emptyarr":   "no endpoint answers a bare list",
	"_nocontent":  "no endpoint answers 204",
	"_plainarray": "the contract omits user/update's 201",
	"_null":       "every endpoint answers JSON",
	"_str":        "every endpoint answers JSON",
	"_dates":      "the format of timestamps is compared with the profile of \"route binding ok\"",
	"JsonResource of a freshly created model":         "documented as 200, compared with the reference",
	"freshly created + relations + additional(token)": "documented as 200, compared with the reference",
	"trim + empty-to-null, JSON":                      "no endpoint echoes its input; package laravel replays it",
	"trim, urlencoded":                                "no endpoint echoes its input; package laravel replays it",
	"trim, query on GET":                              "no endpoint echoes its input; package laravel replays it",
}

// describedBodies are the request bodies that the goldens only describe.
var describedBodies = map[string]string{
	"deeply nested JSON 600":                strings.Repeat("[", 600) + strings.Repeat("]", 600),
	"big JSON 1 MiB+":                       `{"email":"u1@example.com","password":"` + strings.Repeat("x", 1200043-40) + `"}`,
	"413 body > post_max_size, Accept json": "a=" + strings.Repeat("x", 1200000),
	"413 Accept */*":                        "a=" + strings.Repeat("x", 1200000),
}

// TestGoldenResponses sends the recorded requests to the most similar endpoints and compares the answers.
func TestGoldenResponses(t *testing.T) {
	w := newGoldenProfile(t)
	names := map[string]bool{}
	for _, c := range loadGoldens(t).Responses {
		names[c.Name] = true
		if _, none := withoutCounterpart[c.Name]; none {
			continue
		}
		t.Run(c.Name, func(t *testing.T) { w.respond(t, &c) })
	}
	unused(t, responseExceptions, names)
	unused(t, withoutCounterpart, names)
	unused(t, describedBodies, names)
}

// newGoldenProfile starts a server with user 1 exactly as in the recording, and an order for them.
func newGoldenProfile(t *testing.T) *fixture {
	w := &fixture{s: testkit.Start(t, func(c *settings.Settings) {
		c.RateLimit = 1000000 // as in the recording
		c.PublicURL = "http://api.privet.gg"
	})}
	m := w.s.Post("auth/signup").Multipart([]testkit.File{testkit.Clip(100)}, "email", "u1@example.com", "nickname", "Nick1",
		"password", testkit.Password, "role", "2", "price", "2.99", "category_ids[]", "2").Do().Want(200).Map()
	w.performer = testkit.Person{ID: m.Int("data", "id"), Email: "u1@example.com", Token: m.String("token")}
	w.client = w.s.Client()
	w.s.Order(w.client, w.performer)
	w.exec(t, `UPDATE users SET invite = 'daSdiOdU', created = '2024-04-30 10:28:25.000Z', updated = '2024-04-30 10:28:25.000Z' WHERE id = '1'`)
	return w
}

// respond sends a golden's request to the most similar endpoint and compares the answer.
func (w *fixture) respond(t *testing.T, c *responseGolden) {
	path := nearest.Replace(c.Request.Path)
	r := w.s.Request(c.Request.Method, path)
	if strings.Contains(path, "_method=POST") { // a recorded GET that a POST replaces
		r = w.s.Post(path)
	}
	if body, described := describedBodies[c.Name]; described || c.Request.Body != nil {
		if !described {
			body = *c.Request.Body
		}
		// A golden without headers was recorded as a form.
		r.Raw("application/x-www-form-urlencoded", strings.NewReader(body))
	}
	if c.Name == "JSON body with Content-Type None" {
		r.Header("Content-Type", "")
	}
	for name, value := range c.Request.Headers {
		r.Header(name, value)
	}
	if !strings.Contains(path, "auth/") || strings.Contains(path, "social/") {
		r.As(w.performer.Token)
	}
	answer := r.Do()
	answer.Body = storedVideo.ReplaceAll(answer.Body, []byte("image.png"))
	want := c.expected()
	switch want.body {
	case "":
		wantFailure(t, answer, want.status)
	case anyBody, noBody:
		if answer.Status != want.status || (len(answer.Body) == 0) != (want.body == noBody) {
			t.Fatalf("got %d %.300q, want %d", answer.Status, answer.Body, want.status)
		}
	default:
		wantBody(t, answer, want.status, want.body)
	}
	c.wantHeaders(t, answer)
}

// expected returns the answer that the replacing endpoint must give.
func (c *responseGolden) expected() exception {
	if x, ok := responseExceptions[c.Name]; ok {
		return x
	}
	body := nearest.Replace(c.Response.Body)
	switch {
	case strings.HasPrefix(body, `{"validated":`): // the password is not the account's
		return exception{"", 401, unauthorized}
	case body == "":
		return exception{"", c.Response.Status, noBody}
	}
	return exception{"", c.Response.Status, body}
}

// ownLimit matches the paths of the endpoints that have a limit of their own, which ends before that of the address.
var ownLimit = regexp.MustCompile(`^/api/v1/(auth/signup|auth/login|user/get-by-invite|user/check-free)(\?|$)`)

// wantHeaders compares the headers that the contract promises with those of the golden.
func (c *responseGolden) wantHeaders(t *testing.T, answer *testkit.Answer) {
	t.Helper()
	if !strings.HasPrefix(c.Request.Path, "/api/v1/") {
		return
	}
	golden := map[string]string{}
	for _, header := range c.Response.Headers {
		golden[strings.ToLower(header[0])] = header[1]
	}
	for _, name := range []string{"cache-control", "access-control-allow-origin", "allow", "x-ratelimit-limit"} {
		want := golden[name]
		if name == "x-ratelimit-limit" && c.Response.Status == 413 {
			want = "1000000" // this server counts such a request, too
		}
		if name == "x-ratelimit-limit" && want != "" && ownLimit.MatchString(nearest.Replace(c.Request.Path)) {
			want = "333333"
			if answer.Status == 401 {
				want = "166666" // that of wrong passwords
			}
		}
		if got := answer.Header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if got := answer.Header.Get("Content-Type"); got != "application/json" && c.Request.Method != "OPTIONS" {
		t.Errorf("Content-Type is %q", got)
	}
	var limit, left int
	_, err := fmt.Sscan(answer.Header.Get("X-RateLimit-Limit"), &limit)
	limited := err == nil
	if _, err := fmt.Sscan(answer.Header.Get("X-RateLimit-Remaining"), &left); limited && (err != nil || left >= limit || left < limit-1000) || !limited && err == nil {
		t.Errorf("X-RateLimit-Remaining is %q", answer.Header.Get("X-RateLimit-Remaining"))
	}
}

// The page at / is HTML, as in the recording.
func TestRoot(t *testing.T) {
	answer := testkit.Start(t).Get("/").Do().Want(200)
	if !strings.HasPrefix(strings.ToLower(answer.Header.Get("Content-Type")), "text/html; charset=utf-8") || !bytes.Contains(answer.Body, []byte("<html")) {
		t.Fatalf("%v %.200s", answer.Header, answer.Body)
	}
}
