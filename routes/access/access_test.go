package access

import "testing"

const secret = "A2UXrkENdx3PQ3fU0jVSeKlXk783PE0HTSS3T1IN653eec6d"

// The forms of a header that Sanctum takes and refuses, as the golden tokens show them.
func TestBearer(t *testing.T) {
	for _, c := range []struct {
		header string
		id     int64
		secret string
		ok     bool
	}{
		{header: ""},
		{header: "Bearer"},
		{header: "Bearer "},
		{header: "Bearer abc|" + secret},
		{header: "Bearer 1|"},
		{header: "Bearer |" + secret},
		{header: "Bearer 99999999999999999999|" + secret},
		{header: "Bearer 0|" + secret},
		{header: "bearer 1|" + secret},
		{header: "1|" + secret},
		{header: "Bearer  1|" + secret},
		{"Bearer 01|" + secret, 1, secret, true},
		{"Bearer " + secret, 0, secret, true},
		{"Bearer 1|" + secret + ", foo", 1, secret, true},
		{"xx Bearer 1|" + secret, 1, secret, true},
		{"Bearer 7|a|b", 7, "a|b", true},
	} {
		id, got, ok := Bearer(c.header)
		if ok != c.ok || ok && (id != c.id || got != c.secret) {
			t.Errorf("%q: %d %q %v", c.header, id, got, ok)
		}
	}
}
