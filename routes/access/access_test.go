package access

import (
	"fmt"
	"testing"
	"time"
)

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

func TestNeighbourhood(t *testing.T) {
	for in, want := range map[string]string{
		"192.0.2.7":            "192.0.2.7",
		"::ffff:192.0.2.7":     "192.0.2.7",
		"2001:db8:1:2:3::1":    "2001:db8:1:2::/64",
		"2001:db8:1:2:ffff::9": "2001:db8:1:2::/64",
		"fe80::1%eth0":         "fe80::/64",
		"":                     "",
	} {
		if got := ClientNetwork(in); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}

func TestThrottle(t *testing.T) {
	now := time.Unix(1000, 0)
	throttle := NewThrottle(func() time.Time { return now })
	for left := 2; left >= 0; left-- {
		if v := throttle.Hit("a", 3); !v.Allowed || v.Remaining != left || v.Limit != 3 {
			t.Fatalf("%d left: %+v", left, v)
		}
	}
	now = now.Add(20 * time.Second)
	if v := throttle.Hit("a", 3); v.Allowed || v.RetryAfter != 40*time.Second || v.Reset.Unix() != 1060 || v.Remaining != 0 {
		t.Fatalf("the fourth: %+v", v)
	}
	if v := throttle.Hit("b", 3); !v.Allowed {
		t.Fatal("one key delays another")
	}
	throttle.Refund("a")
	if v := throttle.Hit("a", 3); !v.Allowed {
		t.Fatal("a returned hit still counts")
	}
	now = now.Add(40 * time.Second)
	if v := throttle.Hit("a", 3); !v.Allowed || v.Remaining != 2 {
		t.Fatalf("a new window: %+v", v)
	}
}

// What is counted of addresses that come once is forgotten a window later.
func TestThrottleForgets(t *testing.T) {
	now := time.Unix(1000, 0)
	throttle := NewThrottle(func() time.Time { return now })
	for i := range 1000 {
		throttle.Hit(fmt.Sprint(i), 3)
	}
	now = now.Add(2 * time.Minute)
	throttle.Hit("a", 3)
	if len(throttle.windows) != 1 {
		t.Fatalf("%d windows are kept", len(throttle.windows))
	}
}
