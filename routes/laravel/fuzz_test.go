package laravel

import (
	"errors"
	"net/http/httptest"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzRead throws anything at a route with all kinds of fields: it must not panic, must say what it says in typed errors,
// and must leave nothing stored but what it hands out.
func FuzzRead(f *testing.F) {
	whole := part(`name="email"`, "a@b.c") + part(`name="category_ids[x]"`, "1") + part(`name="media"; filename="a"`, jpegHead)
	for _, seed := range [][3]string{
		{"application/json", `{"email":"a@b.c","role":"2","category_ids":[1,"2",{"a.b":[]}],"price":1e400}`, ""},
		{"application/json", `["\ud83d\ude00",-0.0,null]`, "a[]=1&a[b]=2"},
		{"application/x-www-form-urlencoded", "category_ids[][x]=1&role=+2&media[=&name=%ff", "price=1e1001"},
		{multipartB, whole + "--B--", "role=1"},
		{multipartB, whole, ""},
		{"multipart/form-data; boundary=\"", whole, ""},
	} {
		f.Add(seed[0], seed[1], seed[2])
	}
	f.Fuzz(func(t *testing.T, contentType, body, query string) {
		s := &memorySink{}
		req := httptest.NewRequest("POST", "/", strings.NewReader(body))
		req.Header.Set("Content-Type", contentType)
		req.URL.RawQuery = query
		got, err := routes["user/update"].read(req, Options{Sink: s, MaxBody: 1 << 16, MaxFields: 1 << 14, Checks: anyUnique})
		if err == nil {
			u := got.(*userUpdate)
			if u.Media == nil && s.left() > 0 || s.left() > 1 || s.left() == 1 && s.uploads[len(s.uploads)-1].committed != 1 {
				t.Errorf("%d uploads are left", s.left())
			}
			if !utf8.ValidString(u.Name.Value + u.Password.Value + u.Email.Value) {
				t.Errorf("invalid UTF-8 in %+v", u)
			}
			return
		}
		if s.left() > 0 {
			t.Errorf("%d uploads are left after %v", s.left(), err)
		}
		var invalid *Invalid
		var malformed *Malformed
		if !errors.As(err, &invalid) && !errors.As(err, &malformed) && !errors.Is(err, ErrTooLarge) {
			t.Errorf("untyped error %v", err)
		}
		if invalid != nil {
			if _, err := invalid.MarshalJSON(); err != nil || invalid.count == 0 || invalid.count > maxMessages+50 {
				t.Errorf("%d messages, %v", invalid.count, err)
			}
		}
	})
}
