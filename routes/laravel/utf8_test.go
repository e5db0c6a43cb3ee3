package laravel

import (
	"errors"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/privet/privet/routes/laravel/body"
	"github.com/privet/privet/routes/laravel/php"
)

const formType = "application/x-www-form-urlencoded"

// Text that is not UTF-8 is an error on its field once all rules have passed: the first in the order of the schema.
// Passwords are bytes.
func TestTextThatIsNotUTF8(t *testing.T) {
	const message = "The device id field is not valid UTF-8."
	sink := &memorySink{}
	for name, c := range map[string]struct {
		route, contentType, content string
		want                        string // of the error; "" for none
	}{
		"urlencoded":              {"auth/login", formType, "email=a@example.com&password=p&device_id=%ff", message},
		"multipart":               {"auth/login", multipartB, part(`name="email"`, "a@b.c") + part(`name="password"`, "p") + part(`name="device_id"`, "a\xd0") + "--B--", message},
		"query":                   {"auth/login?device_id=%fe", formType, "email=a@example.com&password=p", message},
		"the first in order":      {"auth/login", formType, "firebase_token=%ff&device_id=%ff&email=a@example.com&password=p", message},
		"other rules first":       {"auth/login", formType, "email=a@example.com&device_id=%ff", "The password field is required."},
		"password":                {"auth/login", formType, "email=a@example.com&password=%ff%fe", ""},
		"unknown field":           {"auth/login", formType, "email=a@example.com&password=p&other=%ff&x[%ff]=%ff", ""},
		"array in place of text":  {"auth/login", formType, "email=a@example.com&password=p&device_id[]=%ff", "The device id field must be a string."},
		"surrogates":              {"auth/login", formType, "email=a@example.com&password=p&device_id=%ed%a0%80", message},
		"overlong":                {"auth/login", formType, "email=a@example.com&password=p&device_id=%c0%af", message},
		"file name, and its text": {"user/update", multipartB, part(`name="media"; filename="`+"\xff"+`.jpg"`, jpegHead) + part(`name="name"`, "\xff") + "--B--", "The name field is not valid UTF-8."},
	} {
		t.Run(name, func(t *testing.T) {
			path, query, _ := strings.Cut(c.route, "?")
			req := bodyRequest(c.contentType, c.content)
			req.URL.RawQuery = query
			_, err := routes[path].read(req, Options{Checks: anyUnique, Sink: sink})
			var malformed *body.Malformed
			switch {
			case c.want == "" && err != nil, c.want != "" && (err == nil || err.Error() != c.want):
				t.Errorf("%v", err)
			case strings.HasSuffix(c.want, "UTF-8.") && !errors.As(err, &malformed):
				t.Errorf("%T", err)
			}
		})
	}
	if len(sink.uploads) == 0 || sink.left() != 0 {
		t.Errorf("%d uploads, %d are left", len(sink.uploads), sink.left())
	}
}

// FuzzText sends arbitrary bytes in forms: what is bound is what was sent, but for trimming, and a password to the byte.
// Nothing is replaced.
func FuzzText(f *testing.F) {
	for _, seed := range []string{"Иван", " a ", "\xff", "\xcf\xf0\xe8\xe2\xe5\xf2", "a\x00", "\ufffd", "\u200b\xa0", "e\u0301", "%ff", "\xed\xa0\x80", "'\"\\"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		form := url.Values{"email": {"a@b.c"}, "password": {text + "x"}, "device_id": {text}}
		req := httptest.NewRequest("POST", "/", strings.NewReader(form.Encode()))
		req.Header.Set("Content-Type", formType)
		got, err := routes["auth/login"].read(req, Options{})
		trimmed := php.Trim(text)
		if !utf8.ValidString(trimmed) {
			if err == nil {
				t.Fatalf("%q became %+v", text, got)
			}
			return
		}
		if php.Blank(trimmed) {
			trimmed = ""
		}
		if err != nil || got.(*login).Password != text+"x" || got.(*login).DeviceID != trimmed {
			t.Fatalf("%q became %+v: %v", text, got, err)
		}
	})
}
