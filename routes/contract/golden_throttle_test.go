package contract

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/privet/privet/hooks/settings"
	"github.com/privet/privet/routes/testkit"
)

// throttleGolden is a step of one recorded run against Laravel with a limit of 60 requests a minute.
type throttleGolden struct {
	Name    string      `json:"name"`
	Request string      `json:"request"` // "" for the steps in the loop that uses up the limit
	Status  int         `json:"status"`
	Headers [][2]string `json:"headers"`
}

func (c *throttleGolden) header(name string) string {
	for _, header := range c.Headers {
		if strings.EqualFold(header[0], name) {
			return header[1]
		}
	}
	return ""
}

// throttleStep is the request that replaces a golden's, and its answer within the limit.
type throttleStep struct {
	request *testkit.Request
	status  int
	body    string
	own     string // the endpoint, if it has a limit of its own, a third, which is nearer to its end and so in the headers
}

const tooManyBody = `{"message":"Too Many Attempts."}`

// throttleStepOf returns the request that is most similar to a golden's. The only GET without a token is push, whose
// 500 the rate limit counts like any answer.
func throttleStepOf(s *testkit.Server, token string, c *throttleGolden) throttleStep {
	method, path, _ := strings.Cut(c.Request, " ")
	withToken := strings.Contains(c.Name, "token") || strings.Contains(c.Name, "user request")
	switch {
	case withToken && path == "/user/free":
		return throttleStep{s.Post("auth/social/sign-in").As(token).JSON(`{"token":"x","social_type":1}`), 400, `{"status":"error","message":"Invalid token"}`, ""}
	case withToken:
		return throttleStep{s.Get("user/view/1").As(token), 200, anyBody, ""}
	case path == "/_me":
		return throttleStep{s.Get("user/view/1"), 401, unauthorized, ""}
	case path == "/nope":
		return throttleStep{s.Get("nope"), 404, `{"message":"The route api/v1/nope could not be found."}`, ""}
	case c.Request == "POST /user/free":
		return throttleStep{s.Post("push").JSON(`{}`), 405, `{"message":"The POST method is not supported for route api/v1/push. Supported methods: GET, HEAD."}`, ""}
	case path == "/_v/auth/login":
		return throttleStep{s.Post("auth/login").JSON(`{}`), 429,
			`{"message":"The email field is required. (and 1 more error)","errors":{"email":["The email field is required."],"password":["The password field is required."]}}`, "auth/login"}
	case strings.HasSuffix(path, "/99999"):
		return throttleStep{s.Post("user/get-by-invite").JSON(`{"invite":"nobodys8"}`), 404, `{"status":"error","message":"User not found"}`,
			"user/get-by-invite"}
	case path == "/_echo":
		return throttleStep{s.Post("user/check-free").JSON(`{"email":"a@example.com"}`), 200, `{"free":true}`, "user/check-free"}
	}
	step := throttleStep{s.Request(method, "push"), 500, anyBody, ""}
	if c.Name == "429 Accept */*" {
		step.request.Header("Accept", "*/*")
	}
	if method == http.MethodHead {
		step.body = noBody
	}
	return step
}

// TestGoldenThrottle replays the recorded run step by step.
func TestGoldenThrottle(t *testing.T) {
	s := testkit.Start(t, func(c *settings.Settings) { c.RateLimit = 60 })
	token := s.Performer().Token
	const spent = 1 // the sign-up counts against the address; the recorded run had none
	began := time.Now()
	own := map[string]int{} // requests to the endpoints with a limit of their own
	for _, c := range loadGoldens(t).Throttle {
		if c.Request == "" {
			continue // useUp does these before "429 again"
		}
		if c.Name == "429 again" {
			useUp(t, func() *testkit.Answer { return s.Get("push").Do() })
		}
		step := throttleStepOf(s, token, &c)
		answer := step.request.Do()
		remaining := c.header("X-RateLimit-Remaining")
		rejected := c.header("Retry-After") != ""
		if remaining != "" && !rejected && !strings.Contains(c.Name, "auth route") {
			n, err := strconv.Atoi(remaining)
			if err != nil {
				t.Fatal(err)
			}
			remaining = strconv.Itoa(n - spent)
		}
		limit := c.header("X-RateLimit-Limit")
		if step.own != "" && !rejected {
			own[step.own]++
			limit, remaining = "20", strconv.Itoa(20-own[step.own])
		}
		if rejected {
			wantRejected(t, c.Name, answer, began)
		} else if got := answer.Header.Get("X-RateLimit-Remaining"); got != remaining || answer.Header.Get("X-RateLimit-Limit") != limit {
			t.Errorf("%s: limit %q, remaining %q, want %q, %q", c.Name, answer.Header.Get("X-RateLimit-Limit"), got, limit, remaining)
		}
		if rejected {
			step.status = 429
			if step.body != noBody {
				step.body = tooManyBody
			}
		}
		switch {
		case answer.Status != step.status:
			t.Errorf("%s: %d %s, want %d", c.Name, answer.Status, answer.Body, step.status)
		case step.body == noBody && len(answer.Body) > 0:
			t.Errorf("%s: %s to a HEAD", c.Name, answer.Body)
		case step.body != noBody && step.body != anyBody:
			wantBody(t, answer, step.status, step.body)
		}
	}
}

// useUp sends requests until the address's limit is used up, as the recorded loop did: the remaining requests count
// down to 0, and the next one is rejected.
func useUp(t *testing.T, send func() *testkit.Answer) {
	t.Helper()
	last := -1
	for range 61 {
		answer := send()
		left, err := strconv.Atoi(answer.Header.Get("X-RateLimit-Remaining"))
		if err != nil || last >= 0 && left != max(0, last-1) {
			t.Fatalf("%d left follows %d left (%v): %d %s", left, last, err, answer.Status, answer.Body)
		}
		if answer.Header.Get("Retry-After") != "" {
			if answer.Status != 429 || last != 0 {
				t.Fatalf("refused with %d left: %d", last, answer.Status)
			}
			return
		}
		if answer.Header.Get("X-RateLimit-Reset") != "" {
			t.Fatalf("X-RateLimit-Reset without need: %v", answer.Header)
		}
		last = left
	}
	t.Fatal("nothing is rejected")
}

// wantRejected checks the headers of a rejected request: the seconds until the minute is over, and the time when it is.
func wantRejected(t *testing.T, name string, answer *testkit.Answer, began time.Time) {
	t.Helper()
	limit, remaining := answer.Header.Get("X-RateLimit-Limit"), answer.Header.Get("X-RateLimit-Remaining")
	var wait, reset int64
	_, err := fmt.Sscan(answer.Header.Get("Retry-After")+" "+answer.Header.Get("X-RateLimit-Reset"), &wait, &reset)
	if err != nil || limit != "60" || remaining != "0" || wait < 1 || wait > 60 {
		t.Errorf("%s: %v", name, answer.Header)
	}
	// The minute began with the sign-up, shortly before began.
	if over := time.Unix(reset, 0).Sub(began); over < 50*time.Second || over > 61*time.Second {
		t.Errorf("%s: the minute is over %v after it began", name, over)
	}
	if off := time.Until(time.Unix(reset, 0)) - time.Duration(wait)*time.Second; off < -2*time.Second || off > 2*time.Second {
		t.Errorf("%s: Retry-After and X-RateLimit-Reset are %v apart", name, off)
	}
}
