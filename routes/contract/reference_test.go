package contract

import (
	"encoding/json"
	"fmt"
	"os"
	"path"
	"regexp"
	"strings"
	"testing"

	"github.com/privet/privet/hooks/settings"
	"github.com/privet/privet/routes/testkit"
)

// reference is an endpoint in the original service's reference: an example request for curl and the documented answers
// (push's 500 without the stack trace).
type reference struct {
	Request curl             `json:"request"`
	Answers []documentAnswer `json:"answers"`
}

// curl is an example request.
type curl struct {
	Method  string            `json:"method"`
	Path    string            `json:"path"`
	Headers map[string]string `json:"headers"`
	Form    [][2]string       `json:"form"`
	Data    string            `json:"data"`
}

type documentAnswer struct {
	Status  int               `json:"status"`
	Name    string            `json:"name"`
	Headers map[string]string `json:"headers"`
	Body    json.RawMessage   `json:"body"`
}

// send returns the example's request as curl sends it. oldNew are pairs of strings to replace in its path and data.
func (c *curl) send(s *testkit.Server, token string, oldNew ...string) *testkit.Request {
	replace := strings.NewReplacer(oldNew...)
	r := s.Request(c.Method, replace.Replace(c.Path))
	if c.Form != nil {
		var files []testkit.File
		var pairs []string
		for _, pair := range c.Form {
			if name, isFile := strings.CutPrefix(pair[1], "@"); isFile {
				files = append(files, testkit.File{Field: pair[0], Name: path.Base(name), Type: "application/octet-stream", Content: testkit.PNG()})
				continue
			}
			pairs = append(pairs, pair[0], replace.Replace(pair[1]))
		}
		r.Multipart(files, pairs...)
	} else if c.Data != "" {
		r.Raw("", strings.NewReader(replace.Replace(c.Data)))
	}
	for name, value := range c.Headers {
		if c.Form == nil || name != "Content-Type" { // curl adds the boundary
			r.Header(name, value)
		}
	}
	if token != "" {
		r.As(token)
	}
	return r
}

// empty returns the example's request without fields.
func (c *curl) empty(s *testkit.Server, token string) *testkit.Request {
	blank := curl{Method: c.Method, Path: c.Path, Headers: map[string]string{"Content-Type": "application/json"}, Data: "{}"}
	return blank.send(s, token, "/96", "/1")
}

// withoutProvider is the reason for answers that need a Google or VK that accepts the token.
const withoutProvider = "needs a provider"

// notReplayed are the documented answers that this test can't get or that the contract omits, with the reason.
var notReplayed = map[string]string{
	"POST auth/social/signup 200 ":                     withoutProvider,
	"POST auth/social/signup 400 User already exists":  withoutProvider,
	"POST auth/social/sign-in 200 ":                    withoutProvider,
	"POST auth/social/sign-in 400 User not exists":     withoutProvider,
	"POST auth/social/connect 201 Updated":             withoutProvider,
	"POST auth/social/connect 400 User already exists": withoutProvider,
	"POST user/update 201 Updated":                     "the contract omits it",
}

// contractBodies are the documented bodies that the contract words differently.
var contractBodies = map[string]string{
	// Only these five fields are required.
	"POST auth/signup 429 Validation Errors": `{"message":"The email field is required. (and 4 more errors)","errors":{
		"email":["The email field is required."],"password":["The password field is required."],"nickname":["The nickname field is required."],
		"role":["The role field is required."],"media":["The media field is required."]}}`,
}

// TestReference provokes each documented answer by the example's request, with ids, tokens and files replaced. Errors
// must have the documented body; other answers the documented keys in their order, and types.
func TestReference(t *testing.T) {
	data, err := os.ReadFile("testdata/reference.json")
	if err != nil {
		t.Fatal(err)
	}
	var examples []reference
	if err := json.Unmarshal(data, &examples); err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, example := range examples {
		for _, answer := range example.Answers {
			names[example.name(&answer)] = true
		}
	}
	if len(examples) != 17 || len(names) != 51 {
		t.Errorf("%d examples and %d answers", len(examples), len(names))
	}
	unused(t, notReplayed, names)
	unused(t, contractBodies, names)
	for _, example := range examples {
		t.Run(example.Request.Path, func(t *testing.T) {
			t.Parallel()
			example.replay(t)
		})
	}
}

// name identifies a documented answer.
func (r *reference) name(a *documentAnswer) string {
	return fmt.Sprintf("%s %s %d %s", r.Request.Method, exampleIDs.ReplaceAllString(r.Request.Path, ""), a.Status, a.Name)
}

// exampleIDs matches what an example's path has beyond the route.
var exampleIDs = regexp.MustCompile(`/\d+$|\?.*`)

// replay runs its own server, because examples have the same e-mail, with the documented rate limit.
func (r *reference) replay(t *testing.T) {
	s := testkit.Start(t, func(c *settings.Settings) { c.RateLimit = 60 })
	for i := range r.Answers {
		want := &r.Answers[i]
		name := r.name(want)
		if _, skip := notReplayed[name]; skip {
			continue
		}
		answer := r.arrange(t, s, want).Do()
		if answer.Status != want.Status {
			t.Errorf("%s: got %d %s", name, answer.Status, answer.Body)
			continue
		}
		switch body, different := contractBodies[name]; {
		case different:
			wantBody(t, answer, want.Status, body)
		case want.Status == 500: // the contract requires neither path nor stack trace
			o, _ := ordered(t, answer.Body).(object)
			message, _ := o.get("message").(string)
			if len(o) != 1 || !strings.HasPrefix(message, "Invalid service account: ") || strings.Contains(message, "/") {
				t.Errorf("%s: %s", name, answer.Body)
			}
		case want.Status >= 400:
			wantBody(t, answer, want.Status, string(want.Body))
		default:
			shape{t, s}.compare(name, "", ordered(t, want.Body), ordered(t, answer.Body))
		}
		for header, value := range want.Headers {
			if answer.Header.Get(header) != value {
				t.Errorf("%s: %s is %q, documented %q", name, header, answer.Header.Get(header), value)
			}
		}
	}
}

// arrange returns the example's request, after creating what it needs to get the answer.
func (r *reference) arrange(t *testing.T, s *testkit.Server, a *documentAnswer) *testkit.Request {
	c := &r.Request
	route := exampleIDs.ReplaceAllString(c.Path, "")
	switch {
	case a.Status == 401, a.Status == 500, a.Name == "User not found", a.Name == "Result true",
		a.Name == "Invalid token" && route != "auth/social/connect",
		a.Status == 200 && route == "auth/signup":
		return c.send(s, "")
	case route == "auth/login" && a.Status == 200:
		return c.send(s, "", "email@email.com", s.Performer().Email)
	case a.Name == "Result false":
		return c.send(s, "", "email@email.com", s.Client().Email)
	case route == "user/get-by-invite" && a.Status == 200:
		return c.send(s, "", "daSdiOdU", s.Performer().Data.String("data", "invite"))
	case a.Name == "Not found":
		return c.send(s, s.Client().Token, "/96", "/99999", "/135", "/99999")
	case strings.HasPrefix(route, "order/"):
		return r.arrangeOrder(s, route, a)
	case route == "user/update" && a.Status == 429:
		return c.send(s, s.Client().Token, "email@email.com", s.Client().Email)
	case a.Name == "Validation Errors":
		return c.empty(s, s.Client().Token)
	case route == "user/search":
		s.Signup("role", "2", "category_ids[]", "2", "description", "Some text", "price", "5")
		return c.send(s, s.Client().Token, "page=14", "page=1")
	case route == "user/view":
		person := s.Performer()
		return c.send(s, person.Token, "/135", fmt.Sprintf("/%d", person.ID))
	}
	return c.send(s, s.Performer().Token)
}

// arrangeOrder is arrange for endpoints of orders.
func (r *reference) arrangeOrder(s *testkit.Server, route string, a *documentAnswer) *testkit.Request {
	example, performer, client := &r.Request, s.Performer(), s.Client()
	if route == "order/create" {
		if a.Status != 200 {
			return example.empty(s, client.Token)
		}
		return example.send(s, client.Token, `"performer_id": 1`, fmt.Sprintf(`"performer_id": %d`, performer.ID))
	}
	id := s.Order(client, performer)
	ours := fmt.Sprintf("/%d", id)
	switch {
	case route == "order/search": // whose example has media on a new order
		s.Post("order/update" + ours).As(performer.Token).Multipart([]testkit.File{testkit.Picture()}).Do().Want(200)
		return example.send(s, client.Token, "page=18", "page=1")
	case route == "order/view":
		s.Finish(performer, id)
		s.Post("order/update" + ours).As(client.Token).JSON(`{"rating_rate":4.5,"rating_text":"Lovely"}`).Do().Want(200)
		return example.send(s, client.Token, "/96", ours)
	case a.Status == 429: // the documented messages are about a status and a rating out of range
		wrong := *example
		wrong.Form = [][2]string{{"status", "5"}, {"rating_rate", "6"}}
		return wrong.send(s, performer.Token, "/96", ours)
	}
	return example.send(s, performer.Token, "/96", ours)
}
