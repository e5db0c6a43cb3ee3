//go:build unix

package laravel

import (
	"errors"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/privet/privet/routes/laravel/body"
)

// TestHostileBodiesAreCheap sends the largest bodies of the worst shapes. Each takes a fraction of a second of the
// processors, whatever else they do; a quadratic step would take minutes.
func TestHostileBodiesAreCheap(t *testing.T) {
	const n = 1 << 20
	fill := func(before, each, after string) string {
		return before + strings.Repeat(each, (n-len(before)-len(after))/len(each)) + after
	}
	const formType = "application/x-www-form-urlencoded"
	for name, c := range map[string]struct{ contentType, body string }{
		"items":             {"application/json", fill(`{"category_ids":[`, `9,`, `9]}`)},
		"right items":       {"application/json", fill(`{"category_ids":[`, `1,`, `1]}`)},
		"lists":             {"application/json", fill(`{"category_ids":[`, `[],`, `[]]}`)},
		"objects":           {"application/json", fill(`{"category_ids":[`, `{"a":1},`, `{}]}`)},
		"keys":              {"application/json", fill(`{"category_ids":{`, `"a.\u0041":9,`, `"b":9}}`)},
		"long key":          {"application/json", fill(`{"category_ids":{"`, `A.`, `":9}}`)},
		"unclosed":          {"application/json", fill("", `[`, "")},
		"escapes":           {"application/json", fill(`{"name":"`, `\u0020`, `"}`)},
		"digits":            {"application/json", fill(`{"price":`, `9`, `}`)},
		"digits as text":    {"application/json", fill(`{"price":"`, `9`, `","role":"1"}`)},
		"fraction":          {"application/json", fill(`{"price":"0.`, `0`, `1e1000"}`)},
		"email":             {"application/json", fill(`{"email":"`, `a.`, `a@example.com"}`)},
		"quoted email":      {"application/json", fill(`{"email":"\"`, `\\\"`, `\"@example.com"}`)},
		"spaces":            {"application/json", fill(`{"name":"x`, ` `, `x"}`)},
		"pairs":             {formType, fill("", "a[]=1&", "")},
		"ampersands":        {formType, fill("", "&", "")},
		"brackets":          {formType, fill("a", "[", "=1")},
		"closed brackets":   {formType, fill("a", "[x]", "=1")},
		"escapes in forms":  {formType, fill("name=", "%41", "")},
		"parts":             {multipartB, fill("", part("name=a", ""), "--B--")},
		"quotes in headers": {multipartB, fill("--B\r\nContent-Disposition: form-data; name=a;", `"\"`, "\r\n\r\n\r\n--B--")},
		"semicolons":        {multipartB, fill("--B\r\nContent-Disposition: form-data; name=a", `;x=`, "\r\n\r\n\r\n--B--")},
		"half boundaries":   {multipartB, fill(strings.TrimSuffix(part("name=a", ""), "\r\n"), "\r\n--", "\r\n--B--")},
	} {
		t.Run(name, func(t *testing.T) {
			start := spent(t)
			_, err := routes["user/update"].read(bodyRequest(c.contentType, c.body), Options{Checks: anyUnique})
			took := spent(t) - start
			if took > 5*time.Second {
				t.Errorf("%s: %v", name, took)
			}
			var invalid *Invalid
			var malformed *body.Malformed
			if err != nil && !errors.As(err, &invalid) && !errors.As(err, &malformed) && !errors.Is(err, body.ErrTooLarge) {
				t.Errorf("%s: %v", name, err)
			}
			if testing.Verbose() {
				t.Logf("%-18s %v", name, took.Round(time.Millisecond))
			}
		})
	}
}

// spent returns the CPU time that the process has used.
func spent(t *testing.T) time.Duration {
	t.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		t.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// FuzzRead sends arbitrary requests to a route with fields of all kinds. Read must not panic, must return errors of the
// documented types, and must leave nothing stored but the files of its result.
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
	f.Fuzz(func(t *testing.T, contentType, content, query string) {
		s := &memorySink{}
		req := httptest.NewRequest("POST", "/", strings.NewReader(content))
		req.Header.Set("Content-Type", contentType)
		req.URL.RawQuery = query
		got, err := routes["user/update"].read(req, Options{Sink: s, MaxBody: 1 << 16, MaxFields: 1 << 14, Checks: anyUnique})
		if err == nil {
			u := got.(*userUpdate)
			if u.Media == nil && s.left() > 0 || s.left() > 1 || s.left() == 1 && s.uploads[len(s.uploads)-1].committed != 1 {
				t.Errorf("%d uploads are left", s.left())
			}
			if !utf8.ValidString(u.Name.Value + u.Email.Value) {
				t.Errorf("invalid UTF-8 in %+v", u)
			}
			return
		}
		if s.left() > 0 {
			t.Errorf("%d uploads are left after %v", s.left(), err)
		}
		var invalid *Invalid
		var malformed *body.Malformed
		if !errors.As(err, &invalid) && !errors.As(err, &malformed) && !errors.Is(err, body.ErrTooLarge) {
			t.Errorf("untyped error %v", err)
		}
		if invalid != nil {
			if _, err := invalid.MarshalJSON(); err != nil || invalid.count == 0 || invalid.count > maxMessages+50 {
				t.Errorf("%d messages, %v", invalid.count, err)
			}
		}
	})
}
