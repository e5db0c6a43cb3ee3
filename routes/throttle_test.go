package routes_test

import (
	"fmt"
	"testing"

	"github.com/privet/privet/hooks/settings"
	"github.com/privet/privet/routes/testkit"
)

// limited turns on the rate limit: so many requests a minute.
func limited(limit int) func(*settings.Settings) {
	return func(s *settings.Settings) { s.RateLimit = limit }
}

// trustProxy makes the header X-Forwarded-For determine the client's address, as behind a trusted proxy.
func trustProxy(s *testkit.Server) {
	s.App.Settings().TrustedProxy.Headers = []string{"X-Forwarded-For"}
}

// Each of the four endpoints without a token has its own, lower limit per address. An IPv6 /64 network is one address.
func TestTightThrottle(t *testing.T) {
	s := testkit.Start(t, limited(60))
	trustProxy(s)
	for _, path := range []string{"auth/signup", "auth/login", "user/get-by-invite", "user/check-free"} {
		t.Run(path, func(t *testing.T) {
			s := s.WithT(t)
			request := func(path, from string) *testkit.Answer {
				return s.Post(path).Header("X-Forwarded-For", from).JSON(`{}`).Do()
			}
			network, otherNetwork := fmt.Sprintf("2001:db8:%d::", len(path)), fmt.Sprintf("2001:db8:%d:1::1", len(path))
			for i := range 20 {
				answer := request(path, network+fmt.Sprint(i+1)).Want(429)
				if answer.Header.Get("Retry-After") != "" {
					t.Fatalf("request %d is rejected", i+1)
				}
				if left := answer.Header.Get("X-RateLimit-Remaining"); (left == "0") != (i == 19) {
					t.Errorf("%s left after %d", left, i+1)
				}
			}
			rejected := request(path, network+"ffff").Want(429)
			rejected.WantJSON(`{"message":"Too Many Attempts."}`)
			if rejected.Header.Get("Retry-After") == "" || rejected.Header.Get("X-RateLimit-Reset") == "" {
				t.Error(rejected.Header)
			}
			// Neither other endpoints nor other addresses are limited.
			if request("auth/social/sign-in", network+"1").Want(429).Header.Get("Retry-After") != "" {
				t.Error("another endpoint is limited")
			}
			if request(path, otherNetwork).Want(429).Header.Get("Retry-After") != "" {
				t.Error("another address is limited")
			}
		})
	}
}

// Failed sign-ins are limited per account and address. The owner can sign in from another address and, while an attack
// from many addresses uses up the account's own limit, from a known device.
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
	// From many addresses: 12 a minute.
	for i := range 10 {
		login(fmt.Sprintf("203.0.113.%d", i), "owner@example.com", "wrong!", "").Want(401)
	}
	login("203.0.113.99", "owner@example.com", testkit.Password, "stolen").Want(429)
	login("192.0.2.7", "owner@example.com", testkit.Password, "my phone").Want(200)
	// Successful sign-ins are not counted.
	for range 3 {
		login("192.0.2.8", "owner@example.com", testkit.Password, "my phone").Want(200)
	}
}

// With a token, requests are counted per user, from all addresses. A limit of 0 turns the rate limit off.
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
