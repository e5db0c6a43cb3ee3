package contract

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/privet/privet/hooks/settings"
	"github.com/privet/privet/routes/testkit"
)

// exception is a golden for which the contract requires a different answer (section 1).
type exception struct {
	reason string
	status int
	body   string // "" where the contract leaves the message open
}

// validationExceptions are the only goldens with a different answer. Besides, the content of media is replaced,
// because the recorded one is neither a picture nor a video (formFile.content); TestGoldenMedia sends it verbatim.
var validationExceptions = map[string]exception{
	"auth/login#008":  {"malformed JSON: trailing comma", 400, ""},
	"auth/login#011":  {"malformed JSON: byte order mark", 400, ""},
	"auth/signup#061": {"Taken@Example.com: e-mails are unique without regard to case", 429, invalidBody("email", "The email has already been taken.")},
}

// TestGoldenValidation sends the recorded requests to the endpoints. Each ruleset has its own server with the
// recording's users.
func TestGoldenValidation(t *testing.T) {
	cases := map[string][]*validationGolden{}
	ids, passing := map[string]bool{}, map[string]bool{}
	golden := loadGoldens(t)
	for i := range golden.Validation {
		c := &golden.Validation[i]
		cases[c.Ruleset] = append(cases[c.Ruleset], c)
		ids[c.ID] = true
		passing[c.Ruleset] = passing[c.Ruleset] || c.Expected.Status == 200
	}
	unused(t, validationExceptions, ids)
	for ruleset, some := range passing {
		if _, known := outcomes[ruleset]; known != some {
			t.Fatalf("%s: goldens pass: %t; the test has an outcome: %t", ruleset, some, known)
		}
	}
	for ruleset, list := range cases {
		t.Run(ruleset, func(t *testing.T) {
			t.Parallel()
			w := newFixture(t)
			for _, c := range list {
				t.Run(c.ID, func(t *testing.T) {
					if testing.Short() && strings.Contains(fmt.Sprintf("%s", c.Form), `"max`) {
						t.Skip("600 MB")
					}
					w.replay(t, c)
				})
			}
			if log := w.s.Log.String(); strings.Contains(log, "a request failed") {
				t.Errorf("server errors:\n%s", log)
			}
		})
	}
}

// Where Apple is a third social type, all recorded requests but those of that type are answered as ever.
func TestGoldenValidationBesideApple(t *testing.T) {
	w := newFixture(t, func(s *settings.Settings) { s.Apple.ClientIDs = []string{"com.example.privet"} })
	replayed, third := 0, 0
	golden := loadGoldens(t)
	for i := range golden.Validation {
		c := &golden.Validation[i]
		if !strings.HasPrefix(c.Ruleset, "auth/social/") || c.Expected.Status == 200 {
			continue
		}
		if c.ID == "auth/social/signup#028" || c.ID == "auth/social/sign-in#008" || c.ID == "auth/social/connect#008" {
			third++
			w.send(c, false).Want(400).WantJSON(`{"status":"error","message":"Invalid token"}`)
			continue
		}
		replayed++
		w.replay(t, c)
	}
	if replayed < 40 || third != 3 {
		t.Errorf("%d replayed, %d of the third type", replayed, third)
	}
}

// fixture is a server with the users of the recording's database.
type fixture struct {
	s                 *testkit.Server
	performer, client testkit.Person // users 1 and 2
}

// newFixture starts a server with the recording's users.
func newFixture(t *testing.T, changes ...func(*settings.Settings)) *fixture {
	w := &fixture{s: testkit.Start(t, changes...)}
	w.performer = w.s.Signup("role", "2", "email", "u1@example.com", "nickname", "Nick1", "price", "2.99", "category_ids[]", "2")
	w.client = w.s.Signup("role", "1", "email", "u2@example.com")
	w.s.Signup("role", "1", "email", "taken@example.com")
	w.exec(t, `UPDATE users SET invite = 'daSdiOdU' WHERE id = '1'`)
	return w
}

// exec runs a statement on the database, bypassing the hooks.
func (w *fixture) exec(t *testing.T, sql string) {
	t.Helper()
	if _, err := w.s.App.NonconcurrentDB().NewQuery(sql).Execute(); err != nil {
		t.Fatal(err)
	}
}

// send sends a golden to its endpoint, as the user who sent it in the recording.
func (w *fixture) send(c *validationGolden, verbatim bool) *testkit.Answer {
	path, as := c.Ruleset, ""
	switch path {
	case "user/update", "user/add-firebase-token", "user/search", "order/search":
		as = w.performer.Token
	case "auth/social/connect", "auth/social/disconnect", "order/create":
		as = w.client.Token
	case "order/update":
		path, as = fmt.Sprintf("order/update/%d", w.s.Order(w.client, w.performer)), w.performer.Token
	}
	r := c.put(w.s, path, verbatim)
	if as != "" {
		r.As(as)
	}
	return r.Do()
}

// replay sends a golden and compares the answer.
func (w *fixture) replay(t *testing.T, c *validationGolden) {
	if x, ok := validationExceptions[c.ID]; ok {
		answer := w.send(c, false)
		if x.body == "" {
			wantFailure(t, answer, x.status)
		} else {
			wantBody(t, answer, x.status, x.body)
		}
		return
	}
	if c.Expected.Status == 200 {
		outcomes[c.Ruleset](t, w, c)
		return
	}
	answers := []*testkit.Answer{w.send(c, false)}
	if c.Ruleset == "order/update" { // the rules come before the order's state, for both participants
		answers = append(answers, w.review(c))
	}
	for _, answer := range answers {
		wantBody(t, answer, c.Expected.Status, c.errorBody(t))
	}
}

// review sends a golden of order/update as the client of an order that is done.
func (w *fixture) review(c *validationGolden) *testkit.Answer {
	id := w.s.Order(w.client, w.performer)
	w.s.Finish(w.performer, id)
	return c.put(w.s, fmt.Sprintf("order/update/%d", id), false).As(w.client.Token).Do()
}

// errorBody returns the body of the golden's validation error.
func (c *validationGolden) errorBody(t *testing.T) string {
	message, err := json.Marshal(c.Expected.Message)
	if err != nil {
		t.Fatal(err)
	}
	if c.Expected.Status == 422 {
		return fmt.Sprintf(`{"message":%s}`, message)
	}
	return fmt.Sprintf(`{"message":%s,"errors":%s}`, message, c.Expected.Errors)
}

// wantFailure fails the test unless the answer is {"status":"error","message":…} with some message.
func wantFailure(t *testing.T, answer *testkit.Answer, status int) {
	t.Helper()
	o, _ := ordered(t, answer.Body).(object)
	message, _ := o.get("message").(string)
	if answer.Status != status || len(o) != 2 || o[0].Key != "status" || o[0].Value != "error" || message == "" {
		t.Fatalf("got %d %s, want %d with a message", answer.Status, answer.Body, status)
	}
}

// TestGoldenMedia sends the recorded media, which are text: Laravel's rules accepted them, this server rejects them.
func TestGoldenMedia(t *testing.T) {
	w := newFixture(t)
	sent := 0
	for _, c := range loadGoldens(t).Validation {
		if c.Expected.Status != 200 || c.Expected.Validated["media"] == nil || validationExceptions[c.ID].status != 0 {
			continue
		}
		sent++
		wantBody(t, w.send(&c, true), 429, invalidBody("media", "The media field must be a file of type: image, video."))
	}
	if sent < 40 {
		t.Errorf("only %d goldens have media", sent)
	}
}
