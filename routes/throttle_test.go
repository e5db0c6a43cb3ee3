package routes_test

import (
	"fmt"
	"strconv"
	"testing"

	"github.com/privet/privet/hooks/settings"
	"github.com/privet/privet/routes/testkit"

	"github.com/pocketbase/dbx"
	"golang.org/x/crypto/bcrypt"
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

// join signs up a user from an address, and returns the user's token.
func join(s *testkit.Server, email, device, from string) (token string) {
	return s.Post("auth/signup").Header("X-Forwarded-For", from).Multipart([]testkit.File{testkit.Picture()},
		"email", email, "password", testkit.Password, "nickname", "N", "role", "1", "device_id", device).Do().Want(200).Map().String("token")
}

// A new password counts as a sign-in of the address, whoever sets it: accounts are free, and each hash is dear.
func TestPasswordThrottle(t *testing.T) {
	s := testkit.Start(t, limited(9))
	trustProxy(s)
	var tokens []string
	for i := range 4 {
		tokens = append(tokens, join(s, fmt.Sprintf("person%d@example.com", i), "", fmt.Sprint("192.0.2.", i)))
	}
	set := func(i int, from string) *testkit.Answer {
		var pictures []testkit.File
		if i == 3 {
			pictures = append(pictures, testkit.Picture())
		}
		return s.Post("user/update").As(tokens[i]).Header("X-Forwarded-For", from).Multipart(pictures, "password", fmt.Sprint("changed", i)).Do()
	}
	for i := range 3 {
		if left := set(i, "198.51.100.1").Want(200).Header.Get("X-RateLimit-Remaining"); left != fmt.Sprint(2-i) {
			t.Errorf("%s left after %d passwords", left, i+1)
		}
	}
	unchanged := s.Snapshot()
	set(3, "198.51.100.1").Want(429).WantJSON(`{"message":"Too Many Attempts."}`)
	unchanged("a refused password")
	login := func(from string) *testkit.Answer {
		return s.Post("auth/login").Header("X-Forwarded-For", from).JSON(`{"email":"person0@example.com","password":"changed0"}`).Do()
	}
	login("198.51.100.1").Want(429)
	login("198.51.100.2").Want(200)
	set(3, "198.51.100.2").Want(200)
	// Other changes of a profile are not limited by it.
	s.Post("user/update").As(tokens[3]).Header("X-Forwarded-For", "198.51.100.1").JSON(`{"name":"N"}`).Do().Want(200)
}

// All users of one address together have ten times the limit.
func TestSharedThrottle(t *testing.T) {
	s := testkit.Start(t, limited(1))
	trustProxy(s)
	for i := range 12 {
		token := join(s, fmt.Sprintf("person%d@example.com", i), "", fmt.Sprint("192.0.2.", i))
		answer := s.Get("user/view/1").As(token).Header("X-Forwarded-For", "198.51.100.1").Do()
		if want := map[bool]int{true: 200, false: 429}[i < 10]; answer.Status != want {
			t.Errorf("user %d: %d, want %d", i+1, answer.Status, want)
		}
		if answer.Status == 429 && answer.Header.Get("X-RateLimit-Limit") != "10" {
			t.Errorf("refused by %v", answer.Header)
		}
		if i == 11 {
			s.Get("user/view/1").As(token).Header("X-Forwarded-For", "198.51.100.2").Do().Want(200)
		}
	}
}

// An IPv6 /56 network has four times the limit of an address, and a /48 sixteen times.
func TestNetworkThrottle(t *testing.T) {
	s := testkit.Start(t, limited(2))
	trustProxy(s)
	for format, want := range map[string]int{"2001:db8::%x": 2, "2001:db8:1:%x::1": 8, "2001:db8:2:%x00::1": 32} {
		allowed := 0
		for i := range 2 * want {
			if s.Post("auth/social/sign-in").Header("X-Forwarded-For", fmt.Sprintf(format, i)).JSON(`{}`).Do().Want(429).Header.Get("Retry-After") == "" {
				allowed++
			}
		}
		if allowed != want {
			t.Errorf("%d requests from %s, want %d", allowed, format, want)
		}
	}
}

// An account takes 300 wrong passwords a day from unknown devices, from however many addresses; its own device goes on.
func TestDailyThrottle(t *testing.T) {
	s := testkit.Start(t, limited(300))
	trustProxy(s)
	for _, name := range []string{"owner", "other"} {
		join(s, name+"@example.com", name+"'s phone", "192.0.2.1")
		cheapPassword(t, s, name+"@example.com")
	}
	login := func(i int, name, password, device string) *testkit.Answer {
		return s.Post("auth/login").Header("X-Forwarded-For", fmt.Sprint("203.0.113.", i%250)).
			JSON(map[string]any{"email": name + "@example.com", "password": password, "device_id": device}).Do()
	}
	for i := range 300 {
		answer := login(i, "owner", "wrong!", "")
		if answer.Want(401); i == 299 && (answer.Header.Get("X-RateLimit-Limit") != "300" || answer.Header.Get("X-RateLimit-Remaining") != "0") {
			t.Errorf("the last one: %v", answer.Header)
		}
	}
	refused := login(1, "owner", testkit.Password, "stolen").Want(429)
	if wait, err := strconv.Atoi(refused.Header.Get("Retry-After")); err != nil || wait < 86_000 || wait > 86_400 {
		t.Errorf("try again after %s", refused.Header.Get("Retry-After"))
	}
	login(2, "owner", testkit.Password, "owner's phone").Want(200)
	login(3, "owner", "wrong!", "owner's phone").Want(401)
	login(4, "other", "wrong!", "").Want(401)
	login(5, "other", testkit.Password, "").Want(200)
}

// cheapPassword hashes a user's password anew at bcrypt's lowest cost.
func cheapPassword(t *testing.T, s *testkit.Server, email string) {
	t.Helper()
	hashed, err := bcrypt.GenerateFromPassword([]byte(testkit.Password), bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.App.NonconcurrentDB().Update("users", dbx.Params{"password": string(hashed)}, dbx.HashExp{"email": email}).Execute(); err != nil {
		t.Fatal(err)
	}
}
