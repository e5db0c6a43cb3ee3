package laravel

import (
	"errors"
	"strings"
	"testing"
	"time"
)

// TestHostileBodiesAreCheap sends the biggest bodies of the worst shapes: each must be answered in a moment. A quadratic
// step would take minutes.
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
		start := time.Now()
		_, err := routes["user/update"].read(bodyRequest(c.contentType, c.body), Options{Checks: anyUnique})
		if took := time.Since(start); took > 2*time.Second {
			t.Errorf("%s: %v", name, took)
		}
		var invalid *Invalid
		var malformed *Malformed
		if err != nil && !errors.As(err, &invalid) && !errors.As(err, &malformed) && !errors.Is(err, ErrTooLarge) {
			t.Errorf("%s: %v", name, err)
		}
		if testing.Verbose() {
			t.Logf("%-18s %v", name, time.Since(start).Round(time.Millisecond))
		}
	}
}
