package laravel

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/privet/privet/routes/laravel/body"
	"github.com/privet/privet/routes/laravel/php"
)

// goldens are the recorded answers of a real Laravel 10 that concern input.
type goldens struct {
	Rulesets   map[string]map[string][]string `json:"rulesets"`
	Validation []goldenCase                   `json:"validation"`
	Responses  []goldenResponse               `json:"responses"`
}

type goldenCase struct {
	ID          string               `json:"id"`
	Ruleset     string               `json:"ruleset"`
	ContentType string               `json:"content_type"`
	Note        string               `json:"note"`
	Body        string               `json:"body"`
	Form        [][2]json.RawMessage `json:"form"`
	Expected    struct {
		Status    int             `json:"status"`
		Message   string          `json:"message"`
		Errors    json.RawMessage `json:"errors"`
		Validated json.RawMessage `json:"validated"`
	} `json:"expected"`
}

var loadOnce = sync.OnceValues(func() (*goldens, error) {
	data, err := os.ReadFile("testdata/laravel.json")
	if err != nil {
		return nil, err
	}
	g := &goldens{}
	return g, json.Unmarshal(data, g)
})

func loadGolden(t *testing.T) *goldens {
	t.Helper()
	g, err := loadOnce()
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// malformedCases are the goldens from which the contract differs: here broken JSON is a 400, not an empty body.
var malformedCases = map[string]string{
	"auth/login#008": "trailing comma",
	"auth/login#011": "UTF-8 BOM before JSON",
}

// goldenServer serves the test routes of the goldens: /api/v1/_v/<ruleset> answers with the validated input,
// /api/v1/_echo with the whole input.
func goldenServer(t *testing.T) *httptest.Server {
	unique := func(email string) (bool, error) { return email != "taken@example.com", nil }
	o := Options{MaxBody: 620e6, Checks: map[string]Check{"unique:users,email": unique, "unique:users,email,1": unique}}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		name := strings.TrimPrefix(strings.TrimPrefix(req.URL.Path, "/api/v1/"), "_v/")
		v, err := read(req, routes[name].fields, o)
		status, answer := 200, any(nil)
		var invalid *Invalid
		var malformed *body.Malformed
		switch {
		case errors.As(err, &invalid):
			status, answer = 429, map[string]any{"message": invalid.Message(), "errors": invalid}
			if name == "user/add-firebase-token" {
				status, answer = 422, map[string]any{"message": invalid.Message()}
			}
		case errors.As(err, &malformed):
			status, answer = 400, map[string]any{"message": malformed.Message}
		case errors.Is(err, body.ErrTooLarge):
			status, answer = 413, map[string]any{"message": ""}
		case err != nil:
			status, answer = 500, map[string]any{"message": err.Error()}
		case name == "_echo":
			answer = map[string]any{"all": json.RawMessage(text(t, v.input))}
		default:
			answer = map[string]any{"validated": validated(t, v)}
		}
		w.WriteHeader(status)
		if err := json.NewEncoder(w).Encode(answer); err != nil {
			t.Error(err)
		}
	}))
	t.Cleanup(s.Close)
	return s
}

// validated returns what Validator::validated does: the fields that have rules; of an array whose items have rules, the
// items.
func validated(t *testing.T, v *validation) json.RawMessage {
	out := &php.Array{}
	for i := range v.fields {
		f := &v.fields[i]
		items := &php.Array{}
		for item := range v.items(f) {
			items.Set(strings.TrimPrefix(item.name, f.name+"."), item.value)
		}
		if items.Len() > 0 {
			out.Set(f.name, items)
		} else if val, ok := v.input.Get(f.name); ok {
			out.Set(f.name, val)
		}
	}
	if out.Len() == 0 {
		return json.RawMessage("{}")
	}
	return json.RawMessage(text(t, out))
}

// text writes a value as JSON as the goldens do: arrays as PHP's json_encode does, floats and files marked as such.
func text(t *testing.T, v any) string {
	t.Helper()
	switch x := v.(type) {
	case *php.Array:
		isList := true
		var items, members []string
		for i, item := range x.Values() {
			isList = isList && x.Key(i) == strconv.Itoa(i)
			items = append(items, text(t, item))
			members = append(members, text(t, x.Key(i))+":"+items[i])
		}
		if isList {
			return "[" + strings.Join(items, ",") + "]"
		}
		return "{" + strings.Join(members, ",") + "}"
	case float64:
		v = map[string]string{"__float": php.FormatFloat(x)}
	case *File:
		v = map[string]any{"__file": x.Name, "size": x.Size}
	}
	out, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// ordered parses a JSON text so that php.Identical compares it with regard to the order of its keys.
func ordered(t *testing.T, text []byte) *php.Array {
	t.Helper()
	a, err := body.ParseJSON(text)
	if err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return a
}

// equalSets compares JSON values without regard to the order of keys.
func equalSets(t *testing.T, a, b []byte) bool {
	t.Helper()
	var x, y any
	if err := errors.Join(json.Unmarshal(a, &x), json.Unmarshal(b, &y)); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%#v", x) == fmt.Sprintf("%#v", y)
}

func TestGoldenValidation(t *testing.T) {
	server := goldenServer(t)
	for _, c := range loadGolden(t).Validation {
		t.Run(c.ID, func(t *testing.T) {
			if testing.Short() && strings.Contains(fmt.Sprintf("%s", c.Form), "max") {
				t.Skip("600 MB")
			}
			answer, err := http.DefaultClient.Do(c.request(t, server.URL))
			if err != nil {
				t.Fatal(err)
			}
			defer answer.Body.Close()
			text, err := io.ReadAll(answer.Body)
			if err != nil {
				t.Fatal(err)
			}
			if note, ok := malformedCases[c.ID]; ok {
				if answer.StatusCode != 400 || note != c.Note {
					t.Errorf("%s: %d %s", c.Note, answer.StatusCode, text)
				}
				return
			}
			got := struct {
				Message           string
				Errors, Validated json.RawMessage
			}{}
			if err := json.Unmarshal(text, &got); err != nil {
				t.Fatalf("%v in %s", err, text)
			}
			want := c.Expected
			if answer.StatusCode != want.Status || got.Message != want.Message {
				t.Fatalf("got %d %s, want %d %s", answer.StatusCode, text, want.Status, want.Message)
			}
			if want.Errors != nil && !php.Identical(ordered(t, got.Errors), ordered(t, want.Errors)) {
				t.Errorf("errors %s, want %s", got.Errors, want.Errors)
			}
			if want.Validated != nil && !equalSets(t, got.Validated, want.Validated) {
				t.Errorf("validated %s, want %s", got.Validated, want.Validated)
			}
		})
	}
}
