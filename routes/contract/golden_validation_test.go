package contract

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/privet/privet/routes/testkit"
)

// exception is a golden on which the contract decides otherwise (section 1), with the answer it asks for.
type exception struct {
	reason string
	status int
	body   string // "" where the contract leaves the words open
}

// validationExceptions are all the goldens that may come out otherwise. Besides them only the content of media is
// exchanged, as the goldens' is neither picture nor video (formFile.content; TestGoldenMedia sends it as it stands).
var validationExceptions = map[string]exception{
	"auth/login#008":  {"malformed JSON: trailing comma", 400, ""},
	"auth/login#011":  {"malformed JSON: byte order mark", 400, ""},
	"auth/signup#061": {"Taken@Example.com: e-mails are unique without regard to case", 429, invalidBody("email", "The email has already been taken.")},
}

// TestGoldenValidation sends the goldens' requests to the real endpoints. Each ruleset has a server of its own, with
// the goldens' people.
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
		if _, known := passed[ruleset]; known != some {
			t.Fatalf("%s: goldens pass: %t; the test knows what comes then: %t", ruleset, some, known)
		}
	}
	for ruleset, list := range cases {
		t.Run(ruleset, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			for _, c := range list {
				t.Run(c.ID, func(t *testing.T) {
					if testing.Short() && strings.Contains(fmt.Sprintf("%s", c.Form), `"max`) {
						t.Skip("600 MB")
					}
					w.replay(t, c)
				})
			}
			if log := w.s.Log.String(); strings.Contains(log, "a request failed") {
				t.Errorf("faults of ours:\n%s", log)
			}
		})
	}
}

// world is a server with the people of the goldens' database.
type world struct {
	s                *testkit.Server
	performer, buyer testkit.Person // users 1 and 2
}

func newWorld(t *testing.T) *world {
	w := &world{s: testkit.Start(t)}
	w.performer = w.s.Signup("role", "2", "email", "u1@example.com", "nickname", "Nick1", "price", "2.99", "category_ids[]", "2")
	w.buyer = w.s.Signup("role", "1", "email", "u2@example.com")
	w.s.Signup("role", "1", "email", "taken@example.com")
	w.exec(t, `UPDATE users SET invite = 'daSdiOdU' WHERE id = '1'`)
	return w
}

// exec changes the database behind the server's back.
func (w *world) exec(t *testing.T, sql string) {
	t.Helper()
	if _, err := w.s.App.NonconcurrentDB().NewQuery(sql).Execute(); err != nil {
		t.Fatal(err)
	}
}

// send sends a golden to its endpoint as who the goldens' legend says.
func (w *world) send(c *validationGolden, asItStands bool) *testkit.Answer {
	path, as := c.Ruleset, ""
	switch path {
	case "user/update", "user/add-firebase-token", "user/search", "order/search":
		as = w.performer.Token
	case "auth/social/connect", "auth/social/disconnect", "order/create":
		as = w.buyer.Token
	case "order/update":
		path, as = fmt.Sprintf("order/update/%d", w.s.Order(w.buyer, w.performer)), w.performer.Token
	}
	r := c.put(w.s, path, asItStands)
	if as != "" {
		r.As(as)
	}
	return r.Do()
}

func (w *world) replay(t *testing.T, c *validationGolden) {
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
		passed[c.Ruleset](t, w, c)
		return
	}
	answers := []*testkit.Answer{w.send(c, false)}
	if c.Ruleset == "order/update" { // the rules come before the order's life, whoever asks and whenever
		answers = append(answers, w.review(c))
	}
	for _, answer := range answers {
		wantBody(t, answer, c.Expected.Status, c.refusal(t))
	}
}

// review sends a golden of order/update as the client of an order that is done.
func (w *world) review(c *validationGolden) *testkit.Answer {
	id := w.s.Order(w.buyer, w.performer)
	w.s.Finish(w.performer, id)
	return c.put(w.s, fmt.Sprintf("order/update/%d", id), false).As(w.buyer.Token).Do()
}

// refusal is the body of the golden's validation error.
func (c *validationGolden) refusal(t *testing.T) string {
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

// TestGoldenMedia sends the goldens' own media, which is text: it passed on the original and is refused here.
func TestGoldenMedia(t *testing.T) {
	w := newWorld(t)
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
