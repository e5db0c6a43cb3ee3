package limits

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"
)

// clock is a clock that tests set.
type clock struct{ time.Time }

func (c *clock) now() time.Time          { return c.Time }
func (c *clock) advance(d time.Duration) { c.Time = c.Add(d) }

func start(rate int) (*Limiter, *clock) {
	c := &clock{time.Unix(1_000_000, 0)}
	return New(rate, c.now), c
}

// from returns the limits of a request that comes from an IP address.
func (l *Limiter) from(ip string) *Request { return l.Request(Networks(ip), http.Header{}) }

// allowed returns how many of n calls are allowed.
func allowed(n int, call func(i int) error) int {
	count := 0
	for i := range n {
		if call(i) == nil {
			count++
		}
	}
	return count
}

func TestNetworks(t *testing.T) {
	for ip, want := range map[string][]string{
		"192.0.2.7":            {"192.0.2.7/32 1"},
		"::ffff:192.0.2.7":     {"192.0.2.7/32 1"},
		"2001:db8:1:2:3::1":    {"2001:db8:1:2::/64 1", "2001:db8:1::/56 4", "2001:db8:1::/48 16"},
		"2001:db8:1:ff02::9":   {"2001:db8:1:ff02::/64 1", "2001:db8:1:ff00::/56 4", "2001:db8:1::/48 16"},
		"fe80::1%eth0":         {"fe80::/64 1", "fe80::/56 4", "fe80::/48 16"},
		"":                     {"invalid Prefix 1"},
		"invalid IP":           {"invalid Prefix 1"},
		"192.0.2.7:8090":       {"invalid Prefix 1"},
		"0:0:0:0:0:0:0:1":      {"::/64 1", "::/56 4", "::/48 16"},
		"2001:db8:1:2:ffff::9": {"2001:db8:1:2::/64 1", "2001:db8:1::/56 4", "2001:db8:1::/48 16"},
	} {
		var got []string
		for _, network := range Networks(ip) {
			got = append(got, fmt.Sprint(network.Prefix, " ", network.Factor))
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", ip, got, want)
		}
	}
}

// Windows are a minute from the first hit. Refused hits are not counted, and other keys are.
func TestWindow(t *testing.T) {
	l, clock := start(3)
	one := l.from("192.0.2.1")
	for left := 2; left >= 0; left-- {
		if err := l.from("192.0.2.1").Anonymous(""); err != nil {
			t.Fatalf("%d left: %v", left, err)
		}
	}
	clock.advance(20 * time.Second)
	if err := one.Anonymous(""); !errors.Is(err, ErrExceeded) {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"X-RateLimit-Limit": "3", "X-RateLimit-Remaining": "0", "Retry-After": "40", "X-RateLimit-Reset": "1000060"} {
		if got := one.header.Get(name); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	if err := l.from("192.0.2.2").Anonymous(""); err != nil {
		t.Error("another address is limited")
	}
	clock.advance(40 * time.Second)
	if allowed(10, func(int) error { return l.from("192.0.2.1").Anonymous("") }) != 3 {
		t.Error("a new window does not begin with a full limit")
	}
}

// A request that one limit refuses is counted against none, so that waiting for that limit is enough.
func TestAllOrNothing(t *testing.T) {
	l, _ := start(6)
	if n := allowed(5, func(int) error { return l.from("192.0.2.1").Anonymous("auth/login") }); n != 2 {
		t.Errorf("%d sign-ins", n)
	}
	if n := allowed(9, func(int) error { return l.from("192.0.2.1").Anonymous("") }); n != 4 {
		t.Errorf("%d other requests", n)
	}
}

// The users of an address have ten times the limit of one together, and addresses of an IPv6 network are limited as a whole.
func TestSharedLimits(t *testing.T) {
	user := func(l *Limiter, ip string, id int) error { return l.from(ip).User(fmt.Sprint(id)) }
	l, _ := start(6)
	if n := allowed(100, func(i int) error { return user(l, "192.0.2.1", i) }); n != 60 {
		t.Errorf("%d requests of 100 users of one address", n)
	}
	if n := allowed(10, func(int) error { return user(l, "192.0.2.2", 1000) }); n != 6 {
		t.Errorf("%d requests of one user", n)
	}
	for format, want := range map[string]int{"2001:db8::%x": 6, "2001:db8:1:%x::1": 24, "2001:db8:2:%x00::1": 96, "2001:db8:%x::1": 250} {
		l, _ := start(6)
		if n := allowed(250, func(i int) error { return l.from(fmt.Sprintf(format, i)).Anonymous("") }); n != want {
			t.Errorf("%d requests of %s, want %d", n, format, want)
		}
		if n := allowed(2*10*want, func(i int) error { return user(l, fmt.Sprintf(format, i%250), i) }); n != 10*want && want < 250 {
			t.Errorf("%d requests of users of %s, want %d", n, format, 10*want)
		}
	}
}

func unknown() (string, error) { return "", nil }

// Wrong passwords are limited for an account from one address, from all of them, and a day.
func TestAttempts(t *testing.T) {
	l, clock := start(60)
	attempt := func(ip string, device func() (string, error)) error {
		_, err := l.from(ip).Attempt("account", device)
		return err
	}
	if n := allowed(20, func(int) error { return attempt("192.0.2.1", unknown) }); n != 10 {
		t.Errorf("%d from one address", n)
	}
	if n := allowed(100, func(i int) error { return attempt(fmt.Sprint("203.0.113.", i), unknown) }); n != 50 {
		t.Errorf("%d from other addresses", n)
	}
	total := 60
	for range 20 {
		clock.advance(time.Minute)
		total += allowed(100, func(i int) error { return attempt(fmt.Sprint("203.0.113.", i), unknown) })
	}
	if total != dailyAttempts {
		t.Errorf("%d a day", total)
	}
	if _, err := l.from("203.0.113.9").Attempt("another account", unknown); err != nil {
		t.Error("another account is limited")
	}
	// A known device has the same number of its own, and no other one is limited by it.
	known := 0
	for range 50 {
		clock.advance(time.Minute)
		known += allowed(20, func(int) error { return attempt("192.0.2.1", func() (string, error) { return "phone", nil }) })
	}
	if known != dailyAttempts {
		t.Errorf("%d a day with a known device", known)
	}
	if err := attempt("192.0.2.2", func() (string, error) { return "tablet", nil }); err != nil {
		t.Error("another device is limited")
	}
	failed := errors.New("no database")
	if err := attempt("192.0.2.2", func() (string, error) { return "", failed }); !errors.Is(err, failed) {
		t.Error(err)
	}
	clock.advance(24 * time.Hour)
	if err := attempt("192.0.2.1", unknown); err != nil {
		t.Error("the next day: ", err)
	}
}

// What is refunded was counted in the window that it is taken from, also if that has ended.
func TestRefund(t *testing.T) {
	l, clock := start(12)
	attempt := func() (func(), error) { return l.from("192.0.2.1").Attempt("account", unknown) }
	late, err := attempt()
	if err != nil {
		t.Fatal(err)
	}
	clock.advance(time.Minute)
	for range 2 {
		if _, err := attempt(); err != nil {
			t.Fatal(err)
		}
	}
	late()
	if _, err := attempt(); err == nil {
		t.Error("an attempt of the former window is taken off this one")
	}
	clock.advance(time.Minute)
	if n := allowed(50, func(int) error {
		refund, err := attempt()
		if err == nil {
			refund()
		}
		return err
	}); n != 50 {
		t.Errorf("%d right passwords", n)
	}
}

// With 0 nothing is counted but test pushes.
func TestOff(t *testing.T) {
	l, _ := start(0)
	if n := allowed(1000, func(int) error {
		r := l.from("192.0.2.1")
		refund, err := r.Attempt("account", unknown)
		err = errors.Join(err, r.User("1"), r.Anonymous("auth/login"), r.Endpoint("auth/login"))
		if len(r.header) > 0 {
			t.Fatal(r.header)
		}
		refund()
		return err
	}); n != 1000 {
		t.Errorf("%d allowed", n)
	}
	if n := allowed(3, func(int) error { return l.from("192.0.2.1").TestPush("1") }); n != 1 {
		t.Errorf("%d test pushes", n)
	}
}

// Long texts are counted by their size, for an hour: of a user, and ten times as many of an address. Short ones are not.
func TestTexts(t *testing.T) {
	l, clock := start(60)
	const longest = 65_535
	send := func(ip, user string, size int) func(int) error {
		return func(int) error {
			long, err := l.from(ip).Texts(user, size)
			if long != (size >= longText) {
				t.Errorf("%d bytes are long: %v", size, long)
			}
			return err
		}
	}
	if n := allowed(200, send("192.0.2.1", "1", longest)); n != 128 {
		t.Errorf("%d of the longest texts of a user", n)
	}
	refused := l.from("192.0.2.1")
	if _, err := refused.Texts("1", longest); !errors.Is(err, ErrExceeded) || refused.header.Get("Retry-After") != "3600" {
		t.Errorf("%v, %v", err, refused.header)
	}
	if n := allowed(10_000, send("192.0.2.1", "1", longText-1)); n != 10_000 {
		t.Errorf("%d short texts", n)
	}
	total := 128
	for user := range 20 {
		total += allowed(128, send("192.0.2.1", fmt.Sprint("other ", user), longest))
	}
	total += allowed(10, send("192.0.2.1", "", longest))
	if total != 1280 {
		t.Errorf("%d texts of an address", total)
	}
	if n := allowed(1, send("192.0.2.2", "another", longest)); n != 1 {
		t.Error("another address is refused")
	}
	clock.advance(time.Hour + time.Second)
	if n := allowed(1, send("192.0.2.1", "1", longest)); n != 1 {
		t.Error("an hour later it is refused")
	}
}
