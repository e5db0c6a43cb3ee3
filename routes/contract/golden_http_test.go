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

// responseGolden is a request to the goldens' Laravel and its whole answer.
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

// nearest are the endpoints that stand in for the goldens' test routes.
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

// storedVideo is the name that the server gives to a video, image.png in the goldens.
var storedVideo = regexp.MustCompile(`[0-9a-f]{32}\.mp4`)

const (
	anyBody  = "*"
	noBody   = "-"
	notFound = `{"status":"error","message":"Not found"}`
)

// responseExceptions are the goldens that come out otherwise, because the contract says so or because the endpoint
// that stands in does something else than the golden's test route.
var responseExceptions = map[string]exception{
	"root":                                            {"a page of ours", 200, anyBody},
	"405 Accept */*":                                  {"JSON whatever Accept says", 405, `{"message":"The GET method is not supported for route api/v1/auth/login. Supported methods: POST."}`},
	"_method override":                                {"stands in: a page of users", 200, anyBody},
	"X-HTTP-Method-Override":                          {"stands in: a page of users", 200, anyBody},
	"unknown model id via findOrFail":                 {"the contract's 404", 404, notFound},
	"unknown model id via route binding":              {"the contract's 404", 404, notFound},
	"findOrFail abc":                                  {"the contract's 404", 404, notFound},
	"findOrFail 1abc":                                 {"the contract's 404", 404, notFound},
	"int-typed route param with abc":                  {"no fault of ours: there is no such order", 404, notFound},
	"int-typed route param 012":                       {"stands in: order 1", 200, anyBody},
	"int-typed 1.5":                                   {"there is no such order", 404, notFound},
	"form body with JSON content type":                {"malformed JSON", 400, ""},
	"deeply nested JSON 600":                          {"malformed JSON", 400, ""},
	"multipart truncated (no closing boundary)":       {"broken multipart", 400, ""},
	"multipart wrong boundary":                        {"broken multipart", 400, ""},
	"JSON body with Content-Type multipart/form-data": {"broken multipart", 400, ""},
	"JSON body with Content-Type multipart/form-data; boundary=zzz": {"broken multipart", 400, ""},
	"big JSON 1 MiB+":                       {"says what is wrong", 413, `{"message":"The request is too large."}`},
	"413 body > post_max_size, Accept json": {"says what is wrong", 413, `{"message":"The request is too large."}`},
	"413 Accept */*":                        {"JSON whatever Accept says", 413, `{"message":"The request is too large."}`},
}

// withoutCounterpart are the goldens whose test routes no endpoint resembles.
var withoutCounterpart = map[string]string{
	"abort(401) without message":                               "Laravel's own words for an error that the contract words otherwise",
	"abort(403) without message":                               "no endpoint answers 403",
	"abort(404) without message":                               "Laravel's own words for an error that the contract words otherwise",
	"abort(409) without message":                               "no endpoint answers 409",
	"abort(419) without message":                               "no endpoint answers 419",
	"abort(429) without message":                               "the throttle's and the validation's are compared with goldens of their own",
	"abort(500) without message":                               "an endpoint's only 500 by design is push's",
	"file > upload_max_filesize (PHP error 1), media required": "PHP's limit on files; ours is the rule's, compared as auth/signup#233",
	"file > upload_max_filesize, media nullable":               "the same",
	"_emptyarr":   "no endpoint answers a bare list",
	"_nocontent":  "no endpoint answers 204",
	"_plainarray": "the contract does without user/update's 201",
	"_null":       "every endpoint answers JSON",
	"_str":        "every endpoint answers JSON",
	"_dates":      "the stamps' form is compared with the profile of \"route binding ok\"",
	"JsonResource of a freshly created model":         "documented as 200, compared with the reference",
	"freshly created + relations + additional(token)": "documented as 200, compared with the reference",
	"trim + empty-to-null, JSON":                      "no endpoint echoes; package input repeats it",
	"trim, urlencoded":                                "no endpoint echoes; package input repeats it",
	"trim, query on GET":                              "no endpoint echoes; package input repeats it",
}

// describedBodies are bodies that the goldens only describe.
var describedBodies = map[string]string{
	"deeply nested JSON 600":                strings.Repeat("[", 600) + strings.Repeat("]", 600),
	"big JSON 1 MiB+":                       `{"email":"u1@example.com","password":"` + strings.Repeat("x", 1200043-40) + `"}`,
	"413 body > post_max_size, Accept json": "a=" + strings.Repeat("x", 1200000),
	"413 Accept */*":                        "a=" + strings.Repeat("x", 1200000),
}

// TestGoldenResponses sends the goldens' requests to the endpoints that come nearest.
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

// newGoldenProfile is the goldens' world with user 1 to the letter, and an order for them.
func newGoldenProfile(t *testing.T) *world {
	w := &world{s: testkit.Start(t, func(c *settings.Settings) {
		c.RateLimit = 1000000 // as the goldens' Laravel had it
		c.PublicURL = "http://api.privet.gg"
	})}
	m := w.s.Post("auth/signup").Multipart([]testkit.File{testkit.Clip(100)}, "email", "u1@example.com", "nickname", "Nick1",
		"password", testkit.Password, "role", "2", "price", "2.99", "category_ids[]", "2").Do().Want(200).Map()
	w.performer = testkit.Person{ID: m.Int("data", "id"), Email: "u1@example.com", Token: m.String("token")}
	w.buyer = w.s.Client()
	w.s.Order(w.buyer, w.performer)
	w.exec(t, `UPDATE users SET invite = 'daSdiOdU', created = '2024-04-30 10:28:25.000Z', updated = '2024-04-30 10:28:25.000Z' WHERE id = '1'`)
	return w
}

func (w *world) respond(t *testing.T, c *responseGolden) {
	path := nearest.Replace(c.Request.Path)
	r := w.s.Request(c.Request.Method, path)
	if strings.Contains(path, "_method=POST") { // a golden's GET that a POST stands in for
		r = w.s.Post(path)
	}
	if body, described := describedBodies[c.Name]; described || c.Request.Body != nil {
		if !described {
			body = *c.Request.Body
		}
		// Without headers of its own the golden was a form.
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

// expected is what the endpoint that stands in must answer.
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

// wantHeaders compares the headers that the contract promises with the golden's.
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
			want = "1000000" // counted here: it stands on every routed answer
		}
		if got := answer.Header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if got := answer.Header.Get("Content-Type"); got != "application/json" && c.Request.Method != "OPTIONS" {
		t.Errorf("Content-Type is %q", got)
	}
	limited := answer.Header.Get("X-RateLimit-Limit") != ""
	var left int
	if _, err := fmt.Sscan(answer.Header.Get("X-RateLimit-Remaining"), &left); limited && (err != nil || left >= 1000000 || left < 999000) || !limited && err == nil {
		t.Errorf("X-RateLimit-Remaining is %q", answer.Header.Get("X-RateLimit-Remaining"))
	}
}

// The page at the root is HTML, as the golden's.
func TestRoot(t *testing.T) {
	answer := testkit.Start(t).Get("/").Do().Want(200)
	if !strings.HasPrefix(strings.ToLower(answer.Header.Get("Content-Type")), "text/html; charset=utf-8") || !bytes.Contains(answer.Body, []byte("<html")) {
		t.Fatalf("%v %.200s", answer.Header, answer.Body)
	}
}
