package laravel

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/privet/privet/hooks/media/mediatype"
	"github.com/privet/privet/routes/laravel/php"
)

func TestRules(t *testing.T) {
	list := func(vals ...any) *php.Array {
		a := &php.Array{}
		for _, v := range vals {
			a.Push(v)
		}
		return a
	}
	file := func(size int64) *File { return &File{Size: size} }
	picture := &File{Size: 1, Type: mediatype.JPEG}
	for _, c := range []struct {
		rules string
		value any
		want  []string
	}{
		{"required", file(0), nil},
		{"required", list(), []string{"The f field is required."}},
		{"required|string|min:6", nil, []string{"The f field is required."}},
		{"string|min:6", "\x00", nil}, // blank: only required looks at it
		{"nullable|string|min:6", nil, nil},
		{"string|min:6", nil, []string{"The f field must be a string.", "The f field must be at least 6 characters."}},
		{"array|min:2", list(int64(1)), []string{"The f field must have at least 2 items."}},
		{"array|max:1", list(int64(1), int64(2)), []string{"The f field must not have more than 1 items."}},
		{"array|size:1", list(), []string{"The f field must contain 1 items."}},
		{"file|min:2", file(2047), []string{"The f field must be at least 2 kilobytes."}},
		{"file|min:2", file(2048), nil},
		{"file|max:2", file(2048), nil},
		{"file|max:2", file(2049), []string{"The f field must not be greater than 2 kilobytes."}},
		{"file|size:2", file(2049), []string{"The f field must be 2 kilobytes."}},
		{"string|max:1", file(2049), []string{"The f field must be a string.", "The f field must not be greater than 1 kilobytes."}},
		{"numeric|max:1", file(2049), []string{"The f field must be a number.", "The f field must not be greater than 1."}},
		{"integer|size:3", int64(3), nil},
		{"integer|size:3", "4", []string{"The f field must be 3."}},
		{"numeric|min:0|max:9", math.Inf(1), []string{"The f field must be a number."}},
		{"numeric|min:0|max:9", "1e-1001", []string{"The f field must be a number."}},
		{"numeric|max:5", 5.0000000001, []string{"The f field must not be greater than 5."}},
		{"string|size:2", "яя", nil},
		{"file|max:1|media", file(1025), []string{"The f field must not be greater than 1 kilobytes."}},
		{"file|max:1|media", file(0), []string{"The f field must be a file of type: image, video."}},
		{"file|max:9|media", "text", []string{"The f field must be a file."}},
		{"file|max:1|media", picture, nil},
		{"exists", list(), []string{"The selected f is invalid."}},
		{"in:1,2", true, nil},
		{"in:1,2", 2.0, nil},
		{"in:1,2", list(int64(1)), []string{"The selected f is invalid."}},
		{"email", file(1), []string{"The f field must be a valid email address."}},
		{"integer", file(1), []string{"The f field must be an integer."}},
		{"date", false, []string{"The f field must be a valid date."}},
		{"date|date_format:Y-m-d H:i:s", int64(20231002), []string{"The f field must match the format Y-m-d H:i:s."}},
	} {
		t.Run(fmt.Sprintf("%s on %v", c.rules, c.value), func(t *testing.T) {
			if got := engine(t, c.rules, c.value); !slices.Equal(got, append([]string{}, c.want...)) {
				t.Errorf("%s on %#v: %q, want %q", c.rules, c.value, got, c.want)
			}
		})
	}
}

func TestSame(t *testing.T) {
	wrong := "The f field must match other field."
	a, b := &php.Array{}, &php.Array{}
	a.Set("x", "1")
	b.Set("x", int64(1))
	for _, c := range []struct {
		f, other any
		same     bool
	}{
		{"1", "1", true}, {"1", int64(1), false}, {1.0, int64(1), false}, {nil, nil, true}, {a, a, true}, {a, b, false}, {a, "1", false},
	} {
		t.Run(fmt.Sprintf("%v and %v", c.f, c.other), func(t *testing.T) {
			got := engine(t, "same:other_field", c.f, "other_field", c.other)
			if c.same != (len(got) == 0) || !c.same && got[0] != wrong {
				t.Errorf("%#v and %#v: %q", c.f, c.other, got)
			}
		})
	}
}

func TestDisplay(t *testing.T) {
	for name, want := range map[string]string{
		"email": "email", "performer_id": "performer id", "category_ids.a.b": "category ids.a.b",
		"category_ids.a.B c": "category ids.a. b c", "category_ids.x*": "category ids.x*", "a.\u00e9\u3000Z": "a.\u00e9 z",
	} {
		t.Run(name, func(t *testing.T) {
			if got := displayName(name); got != want {
				t.Errorf("%q: %q, want %q", name, got, want)
			}
		})
	}
}

// TestItems checks the order and the names of an array's items, as seen in the goldens or else in Laravel's source.
func TestItems(t *testing.T) {
	for body, want := range map[string]string{
		`{"category_ids":[[3],3,[4],{}]}`: `{"category_ids.1":["The selected category_ids.1 is invalid."],` +
			`"category_ids.3":["The category_ids.3 field must be an integer.","The selected category_ids.3 is invalid."],` +
			`"category_ids.0":["The category_ids.0 field must be an integer.","The selected category_ids.0 is invalid."],` +
			`"category_ids.2":["The category_ids.2 field must be an integer.","The selected category_ids.2 is invalid."]}`,
		`{"category_ids":{"":[3],"9":1,"1":2}}`:                  "",
		`{"category_ids":{"a*":3}}`:                              `{"category_ids.a*":["The selected category ids.a* is invalid."]}`,
		`{"category_ids":[9],"media":"x"}`:                       `{"media":["The media field must be a file."],"category_ids.0":["The selected category_ids.0 is invalid."]}`,
		`{"category_ids":"x","category_ids.0":9}`:                `{"category_ids":["The category ids field must be an array."]}`,
		`{"category_ids":[` + strings.Repeat("9,", 5000) + `9]}`: "(and 999 more errors)",
	} {
		t.Run(fmt.Sprintf("%.60s", body), func(t *testing.T) {
			_, err := routes["user/update"].read(jsonRequest(body), Options{Checks: anyUnique})
			var invalid *Invalid
			if !errors.As(err, &invalid) {
				if want != "" || err != nil {
					t.Errorf("%s: %v", body, err)
				}
				return
			}
			got, err := json.Marshal(invalid)
			if err != nil {
				t.Fatal(err)
			}
			if string(got) != want && !(want != "" && want[0] == '(' && strings.HasSuffix(invalid.Message(), want)) {
				t.Errorf("%.80s: %.200s\nwant %s", body, got, want)
			}
		})
	}
}

func TestChecks(t *testing.T) {
	type order struct {
		Performer int    `in:"performer_id" rules:"required|integer|exists"`
		Email     string `in:"email" rules:"nullable|email|unique"`
		Tags      []int  `in:"tags" rules:"nullable|array" each:"integer|exists:tags"`
	}
	schema := MustCompile[order]()
	var asked []string
	o := Options{Checks: map[string]Check{
		"exists": func(v string) (bool, error) { asked = append(asked, v); return v == "1", nil },
		"unique": func(v string) (bool, error) {
			if v == "down@example.com" {
				return false, errors.New("database down")
			}
			return v != "taken@example.com", nil
		},
		"exists:tags": func(v string) (bool, error) {
			if v == "13" {
				return false, errors.New("tags down")
			}
			return v == "7", nil
		},
	}}
	for body, want := range map[string]string{
		`{"performer_id":"+1"}`:                          "",
		`{"performer_id":true,"email":null}`:             "",
		`{"performer_id":"x"}`:                           "The performer id field must be an integer.",
		`{"performer_id":2,"email":"taken@example.com"}`: "The selected performer id is invalid. (and 1 more error)",
		`{"performer_id":1,"email":"taken"}`:             "The email field must be a valid email address.",
		`{"performer_id":1,"email":"taken@example.com"}`: "The email has already been taken.",
		`{"performer_id":1,"email":"down@example.com"}`:  "database down",
		`{"performer_id":1,"tags":[7,"+7"]}`:             "",
		`{"performer_id":1,"tags":[7,8]}`:                "The selected tags.1 is invalid.",
		`{"performer_id":1,"tags":[8,13]}`:               "tags down",
	} {
		t.Run(body, func(t *testing.T) {
			asked = nil
			_, err := schema.Read(jsonRequest(body), o)
			if got := ""; err != nil {
				if got = err.Error(); got != want {
					t.Errorf("%s: %s", body, got)
				}
			} else if want != "" {
				t.Errorf("%s passes", body)
			}
			if strings.Contains(body, `"x"`) != (asked == nil) || asked != nil && asked[0] != "1" && asked[0] != "2" {
				t.Errorf("%s: asked for %q", body, asked)
			}
		})
	}
	if _, err := schema.Read(jsonRequest("{}"), Options{}); err == nil || errors.As(err, new(*Invalid)) {
		t.Errorf("without checks: %v", err)
	}
}

func TestWrongTagsPanic(t *testing.T) {
	for name, compile := range map[string]func(){
		"unknown rule": func() {
			MustCompile[struct {
				A string `in:"a" rules:"string|nope"`
			}]()
		},
		"unknown type": func() {
			MustCompile[struct {
				A bool `in:"a" rules:"integer"`
			}]()
		},
		"unsafe type": func() {
			MustCompile[struct {
				A int `in:"a" rules:"string"`
			}]()
		},
		"no rules": func() {
			MustCompile[struct {
				A Field[string] `in:"a"`
			}]()
		},
		"no name": func() {
			MustCompile[struct {
				A string `in:"" rules:"string"`
			}]()
		},
		"items unsafe": func() {
			MustCompile[struct {
				A []int `in:"a" rules:"array" each:"string"`
			}]()
		},
		"each alone": func() {
			MustCompile[struct {
				A string `in:"a" rules:"string" each:"integer"`
			}]()
		},
		"bound": func() {
			MustCompile[struct {
				A string `in:"a" rules:"string|max:x"`
			}]()
		},
		"in with array": func() {
			MustCompile[struct {
				A []int `in:"a" rules:"array|in:1" each:"integer"`
			}]()
		},
		"another format": func() {
			MustCompile[struct {
				A string `in:"a" rules:"date_format:Y"`
			}]()
		},
		"unexported": func() {
			MustCompile[struct {
				a string `in:"a" rules:"string"`
			}]()
		},
		"embedded by ref": func() { MustCompile[struct{ *device }]() },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			compile()
		})
	}
}

func TestInvalid(t *testing.T) {
	if none := (&Invalid{}).Message(); none != "The given data was invalid." {
		t.Error(none)
	}
	e := NewInvalid("status", "The selected status is invalid.")
	if e.Message() != "The selected status is invalid." || e.Error() != e.Message() || !e.Has("status") || e.Has("media") {
		t.Error(e.Message())
	}
	e.Add("status", "The selected status is invalid.") // a duplicate
	e.Add("b", "B")
	if e.Message() != "The selected status is invalid. (and 1 more error)" {
		t.Error(e.Message())
	}
	e.Add("a", "A")
	e.Add("b", "<B>")
	text, err := json.Marshal(map[string]any{"errors": e})
	want := `{"errors":{"status":["The selected status is invalid."],"b":["B","\u003cB\u003e"],"a":["A"]}}`
	if err != nil || string(text) != want || !strings.HasSuffix(e.Message(), "(and 3 more errors)") {
		t.Errorf("%s %s %v", e.Message(), text, err)
	}
}
