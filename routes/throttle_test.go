package routes_test

import (
	"fmt"
	"testing"

	"github.com/privet/privet/hooks/settings"
	"github.com/privet/privet/routes/testkit"
)

func limited(limit int) func(*settings.Settings) {
	return func(s *settings.Settings) { s.RateLimit = limit }
}

// Behind a proxy that PocketBase was told to trust, its header decides the address.
func trustProxy(s *testkit.Server) {
	s.App.Settings().TrustedProxy.Headers = []string{"X-Forwarded-For"}
}

// Each of the four has a tighter throttle of its own, by address; an IPv6 /64 is one address.
func TestTightThrottle(t *testing.T) {
	s := testkit.Start(t, limited(60))
	trustProxy(s)
	for _, path := range []string{"auth/signup", "auth/login", "user/get-by-invite", "user/check-free"} {
		ask := func(path, from string) *testkit.Answer {
			return s.Post(path).Header("X-Forwarded-For", from).JSON(`{}`).Do()
		}
		net, elsewhere := fmt.Sprintf("2001:db8:%d::", len(path)), fmt.Sprintf("2001:db8:%d:1::1", len(path))
		for i := range 20 {
			answer := ask(path, net+fmt.Sprint(i+1)).Want(429)
			if answer.Header.Get("Retry-After") != "" {
				t.Fatalf("%s: the %d. is refused", path, i+1)
			}
			if left := answer.Header.Get("X-RateLimit-Remaining"); (left == "0") != (i == 19) {
				t.Errorf("%s: %s left after %d", path, left, i+1)
			}
		}
		refused := ask(path, net+"ffff").Want(429)
		refused.WantJSON(`{"message":"Too Many Attempts."}`)
		if refused.Header.Get("Retry-After") == "" || refused.Header.Get("X-RateLimit-Reset") == "" {
			t.Errorf("%s: %v", path, refused.Header)
		}
		// Neither other endpoints nor other addresses are delayed.
		if ask("auth/social/sign-in", net+"1").Want(429).Header.Get("Retry-After") != "" {
			t.Errorf("%s delays another endpoint", path)
		}
		if ask(path, elsewhere).Want(429).Header.Get("Retry-After") != "" {
			t.Errorf("%s delays another address", path)
		}
	}
}

// Wrong passwords are throttled by account, and delay nobody else: neither who comes from elsewhere, nor, when the
// attack comes from everywhere, the account's own devices.
func TestAccountThrottle(t *testing.T) {
	s := testkit.Start(t, limited(12))
	trustProxy(s)
	s.Post("auth/signup").Header("X-Forwarded-For", "192.0.2.1").Multipart([]testkit.File{testkit.Picture()},
		"email", "owner@example.com", "password", testkit.Password, "nickname", "O", "role", "1", "device_id", "my phone").Do().Want(200)
	login := func(from, email, password, device string) *testkit.Answer {
		return s.Post("auth/login").Header("X-Forwarded-For", from).JSON(map[string]any{"email": email, "password": password, "device_id": device}).Do()
	}
	for range 2 {
		login("198.51.100.1", "owner@example.com", "wrong!", "").Want(401)
	}
	login("198.51.100.1", "OWNER@example.com", testkit.Password, "").Want(429)
	login("198.51.100.1", "other@example.com", "wrong!", "").Want(401)
	login("192.0.2.1", "owner@example.com", testkit.Password, "").Want(200)
	// From everywhere: 12 a minute.
	for i := range 10 {
		login(fmt.Sprintf("203.0.113.%d", i), "owner@example.com", "wrong!", "").Want(401)
	}
	login("203.0.113.99", "owner@example.com", testkit.Password, "stolen").Want(429)
	login("192.0.2.7", "owner@example.com", testkit.Password, "my phone").Want(200)
	// Who signs in rightly is not counted.
	for range 3 {
		login("192.0.2.8", "owner@example.com", testkit.Password, "my phone").Want(200)
	}
}

// A user is counted by themselves, wherever they come from; 0 turns everything off.
func TestUserThrottle(t *testing.T) {
	s := testkit.Start(t, limited(5))
	first, second := s.Client(), s.Login(testkit.Person{Email: "person1@example.com"})
	for left := 4; left >= 0; left-- {
		token := first.Token
		if left%2 == 0 {
			token = second
		}
		if got := s.Get("user/view/1").As(token).Do().Want(200).Header.Get("X-RateLimit-Remaining"); got != fmt.Sprint(left) {
			t.Errorf("%s left, want %d", got, left)
		}
	}
	s.Get("user/view/1").As(first.Token).Do().Want(429)

	off := testkit.Start(t)
	answer := off.Get("user/view/1").As(off.Client().Token).Do().Want(200)
	if answer.Header.Get("X-RateLimit-Limit") != "" || answer.Header.Get("X-RateLimit-Remaining") != "" {
		t.Errorf("headers without a limit: %v", answer.Header)
	}
}
