package laravel

import (
	"errors"
	"math"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	"github.com/privet/privet/routes/laravel/body"
)

// anyUnique holds checks that every value passes.
var anyUnique = map[string]Check{
	"unique:users,email":   func(string) (bool, error) { return true, nil },
	"unique:users,email,1": func(string) (bool, error) { return true, nil },
}

func jsonRequest(body string) *http.Request {
	return bodyRequest("application/json", body)
}

func bodyRequest(contentType, body string) *http.Request {
	req := httptest.NewRequest("POST", "/", strings.NewReader(body))
	req.Header.Set("Content-Type", contentType)
	return req
}

func TestBind(t *testing.T) {
	given := func(s string) Field[string] { return Field[string]{Given: true, Value: s} }
	null := Field[string]{Given: true, Null: true}
	for body, want := range map[string]userUpdate{
		`{}`: {},
		`{"phone":null,"name":"","nickname":" n ","password":"   ","description":"\u0000"}`: {
			Phone: null, Name: null, Nickname: given("n"), Password: null, Description: null},
		`{"password":" secret ","password_confirmation":" secret "}`: {Password: given(" secret "), Confirmation: given(" secret ")},
		`{"role":"+2","price":"1e3"}`:                                {Role: Field[int]{Given: true, Value: 2}, Price: Field[float64]{Given: true, Value: 1000}},
		`{"role":2.0,"price":7}`:                                     {Role: Field[int]{Given: true, Value: 2}, Price: Field[float64]{Given: true, Value: 7}},
		`{"role":true,"price":".5"}`:                                 {Role: Field[int]{Given: true, Value: 1}, Price: Field[float64]{Given: true, Value: .5}},
		`{"role":null,"price":"\u0000"}`:                             {Role: Field[int]{Given: true, Null: true}, Price: Field[float64]{Given: true, Null: true}},
		`{"category_ids":[]}`:                                        {Categories: Field[[]int]{Given: true, Value: []int{}}},
		`{"category_ids":null}`:                                      {Categories: Field[[]int]{Given: true, Null: true}},
		`{"category_ids":{"b":"2","a":1,"":[7],"n":"\u0000"}}`:       {Categories: Field[[]int]{Given: true, Value: []int{2, 1}}},
		`{"price":2.99}`:                                             {Price: Field[float64]{Given: true, Value: 2.99}},
		`{"media":""}`:                                               {},
	} {
		t.Run(body, func(t *testing.T) {
			got, err := routes["user/update"].read(jsonRequest(body), Options{Checks: anyUnique})
			if err != nil {
				t.Errorf("%s: %v", body, err)
			} else if !reflect.DeepEqual(got, &want) {
				t.Errorf("%s: %+v, want %+v", body, got, want)
			}
		})
	}
	for body, want := range map[string]disconnect{`{"social_type":"2e0"}`: {2}, `{"social_type":" 1.0"}`: {1}, `{"social_type":true}`: {1}} {
		t.Run(body, func(t *testing.T) {
			if got, err := routes["auth/social/disconnect"].read(jsonRequest(body), Options{}); err != nil || *got.(*disconnect) != want {
				t.Errorf("%s: %+v %v", body, got, err)
			}
		})
	}
}

func TestItemKeysInMessages(t *testing.T) {
	req := bodyRequest("application/x-www-form-urlencoded", "category_ids[%ff]=3")
	_, err := routes["user/update"].read(req, Options{Checks: anyUnique})
	if err == nil || err.Error() != "The selected category_ids.\uFFFD is invalid." {
		t.Error(err)
	}
}

func TestLimits(t *testing.T) {
	const formType = "application/x-www-form-urlencoded"
	long := func(n int) string { return strings.Repeat("x", n) }
	for name, c := range map[string]struct {
		contentType, body string
		o                 Options
		fits              bool
	}{
		"JSON fits":             {"application/json", `{"text":"` + long(89) + `"}`, Options{MaxFields: 100}, true},
		"JSON over fields":      {"application/json", `{"text":"` + long(90) + `"}`, Options{MaxFields: 100}, false},
		"JSON over body":        {"application/json", `{"text":"` + long(90) + `"}`, Options{MaxBody: 100}, false},
		"form fits":             {formType, "text=" + long(95), Options{MaxFields: 100}, true},
		"form over":             {formType, "text=" + long(96), Options{MaxFields: 100}, false},
		"default":               {"application/json", `{"text":"` + long(1<<20) + `"}`, Options{MaxBody: math.MaxInt64}, false},
		"multipart fits":        {"multipart/form-data; boundary=B", part(`name="text"`, long(90000)) + "--B--", Options{MaxFields: 100000}, true},
		"multipart over fields": {"multipart/form-data; boundary=B", part(`name="text"`, long(110000)) + "--B--", Options{MaxFields: 100000}, false},
		"many parts":            {"multipart/form-data; boundary=B", strings.Repeat(part(`name="text"`, "a"), 3000) + "--B--", Options{MaxFields: 100000}, false},
		"long header":           {"multipart/form-data; boundary=B", part(`name="text"; x="`+long(110000)+`"`, "a") + "--B--", Options{MaxFields: 100000}, false},
		"files don't count":     {"multipart/form-data; boundary=B", part(`name="x"; filename="x"`, long(500000)) + "--B--", Options{MaxFields: 100000}, true},
		"multipart over body":   {"multipart/form-data; boundary=B", part(`name="x"; filename="x"`, long(500000)) + "--B--", Options{MaxBody: 400000}, false},
	} {
		t.Run(name, func(t *testing.T) {
			for _, length := range []string{"with length", "chunked"} {
				req := bodyRequest(c.contentType, c.body)
				if length == "chunked" {
					req.ContentLength = -1
				}
				if _, err := routes["user/search"].read(req, c.o); c.fits != (err == nil) || !c.fits && !errors.Is(err, body.ErrTooLarge) {
					t.Errorf("%s, %s: %v", name, length, err)
				}
			}
		})
	}
	req := httptest.NewRequest("POST", "/", nil)
	req.ContentLength = 2 << 20
	if _, err := routes["user/search"].read(req, Options{}); !errors.Is(err, body.ErrTooLarge) {
		t.Errorf("refused by its length: %v", err)
	}
}

func TestWhichBodyIsRead(t *testing.T) {
	for name, c := range map[string]struct {
		method, target, contentType, body, want string
	}{
		"query":                  {"GET", "/?text=q", "", "", "q"},
		"form of a GET":          {"GET", "/?text=q", "application/x-www-form-urlencoded", "text=b", "q"},
		"form, odd case":         {"POST", "/?text=q", "Application/X-WWW-Form-Urlencoded; charset=utf-8", "text=b", "b"},
		"form, after a space":    {"POST", "/?text=q", "application/x-www-form-urlencoded charset=utf-8", "text=b", "b"},
		"form, after a comma":    {"POST", "/?text=q", "application/x-www-form-urlencoded,x", "text=b", "b"},
		"form, after a tab":      {"POST", "/?text=q", "application/x-www-form-urlencoded\t;x", "text=b", "q"},
		"multipart, a space":     {"POST", "/?text=q", "multipart/form-data boundary=B", part(`name="text"`, "b") + "--B--", "b"},
		"multipart, a comma":     {"POST", "/?text=q", "multipart/form-data, boundary=B", part(`name="text"`, "b") + "--B--", "b"},
		"JSON of a GET":          {"GET", "/?text=q", "application/json", `{"text":"b"}`, "b"},
		"null wins, too":         {"POST", "/?text=q", "application/json", `{"text":null}`, ""},
		"JSON of no object":      {"POST", "/?text=q", "application/json", `"b"`, "q"},
		"no body":                {"POST", "/?text=q", "application/json", "", "q"},
		"empty multipart":        {"POST", "/?text=q", "multipart/form-data", "", "q"},
		"multipart of a GET":     {"GET", "/?text=q", "multipart/form-data; boundary=B", "junk", "q"},
		"another type":           {"POST", "/?text=q", "text/plain", "text=b", "q"},
		"whole query, body wins": {"POST", "/?text[]=q", "application/x-www-form-urlencoded", "text=b", "b"},
	} {
		t.Run(name, func(t *testing.T) {
			req := httptest.NewRequest(c.method, c.target, strings.NewReader(c.body))
			req.Header.Set("Content-Type", c.contentType)
			got, err := routes["user/search"].read(req, Options{})
			if err != nil || got.(*userSearch).Text.Value != c.want {
				t.Errorf("%s: %+v %v", name, got, err)
			}
		})
	}
}

func TestTrim(t *testing.T) {
	in, err := body.ParseJSON([]byte(`{"a":[" ",{"password":" p "}],"password":"","current_password":" ","password_confirmation":[" c "]}`))
	if err != nil {
		t.Fatal(err)
	}
	trim(in)
	if got := text(t, in); got != `{"a":[null,{"password":"p"}],"password":null,"current_password":" ","password_confirmation":["c"]}` {
		t.Error(got)
	}
}

func TestMerge(t *testing.T) {
	in, files := body.ParseForm("a=1&b=2&c[]=3&c[]=4&d[x]=5"), body.ParseForm("b=B&c[]=C&d=D&e[y]=E")
	merge(in, files)
	if got := text(t, in); got != `{"a":"1","b":"B","c":["C","4"],"d":"D","e":{"y":"E"}}` {
		t.Error(got)
	}
}

// What a field needs may depend on another, whatever form that has.
func TestUnless(t *testing.T) {
	type input struct {
		Kind  int           `in:"kind" rules:"required|in:1,2"`
		Phone Field[string] `in:"phone" rules:"required|string|max:9"`
		Name  Field[string] `in:"name" rules:"exclude|string"`
	}
	base := MustCompile[input]()
	other := base.With(map[string]string{
		"kind":  "required|in:1,2,3",
		"phone": "required_unless:kind,3|nullable|string|max:9",
		"name":  "exclude_unless:kind,3|nullable|string|max:9",
	})
	for _, c := range []struct {
		schema *Schema[input]
		body   string
		want   string
	}{
		{base, `{"kind":3}`, "The selected kind is invalid. (and 1 more error)"},
		{base, `{"kind":1,"phone":"1","name":[]}`, ""},
		{other, `{"kind":1,"name":[]}`, "The phone field is required."},
		{other, `{"kind":4}`, "The selected kind is invalid. (and 1 more error)"},
		{other, `{"kind":1,"phone":""}`, "The phone field is required."},
		{other, `{"kind":1,"phone":[1]}`, "The phone field must be a string."},
		{other, `{"kind":1,"phone":"1","name":"0123456789"}`, ""},
		{other, `{"phone":"1","name":[]}`, "The kind field is required."},
		{other, `{"kind":"3e0"}`, ""},
		{other, `{"kind":3,"phone":null,"name":null}`, ""},
		{other, `{"kind":" 3 ","phone":[1]}`, "The phone field must be a string."},
		{other, `{"kind":3,"phone":"0123456789","name":"0123456789"}`, "The phone field must not be greater than 9 characters. (and 1 more error)"},
		{other, `{"kind":3,"name":5}`, "The name field must be a string."},
	} {
		_, err := c.schema.Read(jsonRequest(c.body), Options{})
		if got := errorText(err); got != c.want {
			t.Errorf("%s: %q, want %q", c.body, got, c.want)
		}
	}
	for body, want := range map[string]string{`{"kind":1,"phone":"1","name":"Vera"}`: "", `{"kind":3,"name":" Vera "}`: "Vera"} {
		in, err := other.Read(jsonRequest(body), Options{})
		if err != nil || in.Name.Value != want || in.Name.Given != (want != "") {
			t.Errorf("%s: %+v, %v", body, in, err)
		}
	}
	for _, wrong := range []map[string]string{{"fax": "string"}, {"kind": "string"}, {"phone": "nullable"}} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%v is taken", wrong)
				}
			}()
			base.With(wrong)
		}()
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// part returns one part of a multipart body whose boundary is B.
func part(disposition, content string) string {
	return "--B\r\nContent-Disposition: form-data; " + disposition + "\r\n\r\n" + content + "\r\n"
}
