package contract

import (
	"fmt"
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"github.com/privet/privet/hooks/settings"
	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/routes/testkit"
)

// TestForwarded sends the headers of proxies in the forms that are met: with ports and brackets, and as lists.
func TestForwarded(t *testing.T) {
	s := testkit.Start(t, func(c *settings.Settings) { c.RateLimit = 60 })
	s.App.Settings().TrustedProxy.Headers = []string{"X-Forwarded-For"}
	left := func(from string) string {
		answer := s.Post("auth/social/sign-in").Header("X-Forwarded-For", from).JSON(`{}`).Do().Want(429)
		return answer.Header.Get("X-RateLimit-Remaining")
	}
	for i, from := range []string{
		"20.1.1.1:5555", "20.1.1.1:6666", "20.1.1.1", "20.1.1.1 ", "6.6.6.6, 20.1.1.1:5555", "6.6.6.6:1,20.1.1.1", "[::ffff:20.1.1.1]:7",
	} {
		if got := left(from); got != fmt.Sprint(59-i) {
			t.Errorf("%s: %s left", from, got)
		}
	}
	for i, from := range []string{"[2001:db8::1]:443", "[2001:db8::2]", "2001:db8::3", "x, [2001:db8::1]:443"} {
		if got := left(from); got != fmt.Sprint(59-i) {
			t.Errorf("%s: %s left", from, got)
		}
	}
	client := s.Client()
	for proto, scheme := range map[string]string{"https": "https", "HTTPS": "https", "https, http": "https", "on": "https", "ssl": "https",
		"1": "https", "http": "http", "http, https": "http", "off": "http", "": "http"} {
		m := s.Get(client.Path()).As(client.Token).Header("X-Forwarded-Proto", proto).Do().Want(200).Map()
		if url := m.String("data", "media", 0, "path_url"); !strings.HasPrefix(url, scheme+"://") {
			t.Errorf("%q: %s", proto, url)
		}
	}
	s.App.Settings().TrustedProxy.Headers = nil
	m := s.Get(client.Path()).As(client.Token).Header("X-Forwarded-Proto", "https").Do().Want(200).Map()
	if url := m.String("data", "media", 0, "path_url"); !strings.HasPrefix(url, "http://") {
		t.Errorf("without a trusted proxy: %s", url)
	}
}

// TestForgedHeaders sends the headers of proxies from a peer that is trusted, and from one that isn't: there they change
// no limit, no URL, no access of superusers, and no line of the log.
func TestForgedHeaders(t *testing.T) {
	const claimed = "198.51.100.77"
	for _, trusted := range []bool{true, false} {
		t.Run(fmt.Sprint("trusted ", trusted), func(t *testing.T) {
			s := testkit.Start(t, func(c *settings.Settings) {
				c.RateLimit = 60
				if !trusted {
					c.TrustedProxies = settings.Networks{netip.MustParsePrefix("127.0.0.2/32")}
				}
			})
			names := []string{"X-Forwarded-For", "X-Real-IP", "CF-Connecting-IP"}
			s.App.Settings().TrustedProxy.Headers = names
			for i, name := range names {
				left := s.Post("auth/social/sign-in").Header(name, fmt.Sprint("198.51.100.", i)).JSON(`{}`).Do().Want(429).Header.Get("X-RateLimit-Remaining")
				if want := map[bool]string{true: "59", false: fmt.Sprint(59 - i)}[trusted]; left != want {
					t.Errorf("%s: %s left, want %s", name, left, want)
				}
			}
			client := s.Client()
			m := s.Get(client.Path()).As(client.Token).Header("X-Forwarded-Proto", "https").Header("X-Forwarded-Host", "evil.example").
				Header("Forwarded", "host=evil.example;proto=https").Do().Want(200).Map()
			scheme := map[bool]string{true: "https", false: "http"}[trusted]
			if url := m.String("data", "media", 0, "path_url"); !strings.HasPrefix(url, scheme+"://127.0.0.1") {
				t.Errorf("the base of %s", url)
			}
			moderator := s.Owner()
			s.App.Settings().SuperuserIPs = []string{claimed}
			for _, name := range names {
				answer := s.Get("/api/settings").Header("Authorization", moderator).Header(name, claimed).Do()
				if want := map[bool]int{true: 200, false: 403}[trusted]; answer.Status != want {
					t.Errorf("a superuser who claims by %s to be at an allowed address: %d, want %d", name, answer.Status, want)
				}
			}
			s.App.Settings().SuperuserIPs = nil
			s.Get("/api/collections/nothing").Header("Authorization", moderator).Header("X-Forwarded-For", claimed).Do()
			s.AwaitLogRows("instr(data, '/api/collections/nothing') > 0")
			var logged int
			if err := s.App.AuxDB().NewQuery(`SELECT count(*) FROM _logs WHERE data LIKE '%"` + claimed + `"%'`).Row(&logged); err != nil || (logged > 0) != trusted {
				t.Errorf("%d lines of the log name the address (%v)", logged, err)
			}
		})
	}
}

// TestLanguages signs in with lists of languages of which some items can't be read.
func TestLanguages(t *testing.T) {
	s := testkit.Start(t)
	person := s.Client()
	for header, want := range map[string]string{
		"ru": "ru", "ru_RU.UTF-8": "ru", "ru-RU, xx_invalid-!!;q=0.3": "ru", "!!, ru": "ru", "uk;q=x, ru": "ru", "ru_RU@euro;q=0.5, de": "ru",
		"en;q=0.9, ru;q=0.8": "en", "ru;q=0.8, en;q=0.9, !!": "en", "": "en", "!!": "en", "de": "en", "C.UTF-8": "en",
		"ru" + strings.Repeat(", xx", 1000): "ru", strings.Repeat("x", 5000): "en",
	} {
		s.AddDevice(person, "phone", header)
		var got string
		if err := s.App.DB().Select("language").From(store.Devices).OrderBy("CAST(id AS INTEGER) DESC").Limit(1).Row(&got); err != nil || got != want {
			t.Errorf("%.40q: %q, want %q (%v)", header, got, want, err)
		}
	}
}

// TestLimitHeaders follows the headers down to the refusal that they announce, on each endpoint with several limits.
func TestLimitHeaders(t *testing.T) {
	s := testkit.Start(t, func(c *settings.Settings) { c.RateLimit = 12 })
	s.App.Settings().TrustedProxy.Headers = []string{"X-Forwarded-For"}
	s.Signup("role", "1", "email", "owner@example.com")
	for i, c := range []struct {
		path, body string
		limit      int
	}{
		{"user/check-free", `{"email":"a@example.com"}`, 4},
		{"user/get-by-invite", `{"invite":"nobodys8"}`, 4},
		{"auth/signup", `{}`, 4},
		{"auth/login", `{"email":"owner@example.com","password":"wrong!"}`, 2},
		{"auth/social/sign-in", `{}`, 12},
	} {
		request := func() *testkit.Answer {
			return s.Post(c.path).Header("X-Forwarded-For", fmt.Sprint("192.0.2.", i)).JSON(c.body).Do()
		}
		for left := c.limit - 1; left >= 0; left-- {
			answer := request()
			if limit, got := answer.Header.Get("X-RateLimit-Limit"), answer.Header.Get("X-RateLimit-Remaining"); limit != fmt.Sprint(c.limit) ||
				got != fmt.Sprint(left) || answer.Header.Get("Retry-After") != "" {
				t.Errorf("%s: limit %s, remaining %s, want %d", c.path, limit, got, left)
			}
		}
		refused := request().Want(http.StatusTooManyRequests).Header
		if refused.Get("Retry-After") == "" || refused.Get("X-RateLimit-Limit") != fmt.Sprint(c.limit) || refused.Get("X-RateLimit-Remaining") != "0" {
			t.Errorf("%s: %v", c.path, refused)
		}
	}
	// A sign-in that succeeds is no failure: its account's count does not show.
	signIn := s.Post("auth/login").Header("X-Forwarded-For", "192.0.2.99").JSON(`{"email":"owner@example.com","password":"password"}`).Do().Want(200)
	if left := signIn.Header.Get("X-RateLimit-Remaining"); left != "3" || signIn.Header.Get("X-RateLimit-Limit") != "4" {
		t.Errorf("a sign-in: %v", signIn.Header)
	}
}

// TestCrossOrigin checks what a page of another origin may read and send.
func TestCrossOrigin(t *testing.T) {
	s := testkit.Start(t)
	preflight := s.Request(http.MethodOptions, "order/create").Header("Origin", "https://app.example").
		Header("Access-Control-Request-Method", "POST").
		Header("Access-Control-Request-Headers", "authorization,idempotency-key").Do().Want(204).Header
	if preflight.Get("Access-Control-Max-Age") != "86400" || preflight.Get("Access-Control-Allow-Origin") != "*" ||
		!strings.Contains(preflight.Get("Access-Control-Allow-Headers"), "idempotency-key") {
		t.Errorf("%v", preflight)
	}
	for _, answer := range []*testkit.Answer{
		s.Get("nope").Do(), s.Get("order/search").Do(), s.Post("user/check-free").Header("Origin", "https://app.example").JSON(`{"email":"a@example.com"}`).Do(),
	} {
		if got := answer.Header.Get("Access-Control-Expose-Headers"); got != "Retry-After, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset" {
			t.Errorf("%d exposes %q", answer.Status, got)
		}
	}
}

// TestRanges asks for parts of a file in ways that package http alone answers otherwise than RFC 9110 says.
func TestRanges(t *testing.T) {
	s := testkit.Start(t)
	picture := testkit.PathOf(s.Client().Data.String("data", "media", 0, "path_url"))
	size := len(testkit.PNG())
	for _, c := range []struct {
		header string
		status int
		part   string
	}{
		{"bytes=-0", 416, fmt.Sprintf("bytes */%d", size)},
		{"bytes=-00", 416, fmt.Sprintf("bytes */%d", size)},
		{"bytes=-0,0-0", 206, fmt.Sprintf("bytes 0-0/%d", size)},
		{"bytes=-1", 206, fmt.Sprintf("bytes %d-%d/%d", size-1, size-1, size)},
		{"Bytes=0-0", 206, fmt.Sprintf("bytes 0-0/%d", size)},
		{"items=0-5", 200, ""},
		{"seconds=1-", 200, ""},
		{"0-5", 200, ""},
	} {
		answer := s.Get(picture).Header("Range", c.header).Do().Want(c.status)
		if got := answer.Header.Get("Content-Range"); got != c.part {
			t.Errorf("%s: Content-Range %q, want %q", c.header, got, c.part)
		}
	}
	// A doubled slash leads to the file, as behind nginx, and to no redirect.
	for _, path := range []string{"/" + picture, strings.Replace(picture, "/storage/", "/storage//", 1), strings.Replace(picture, "/media/", "/media/./", 1), "//openapi.yaml"} {
		if answer := s.Exchange("GET "+path+" HTTP/1.1\r\nHost: x\r\n\r\n", nil, ""); answer.StatusCode != 200 {
			t.Errorf("%s: %s", path, answer.Status)
		}
	}
	if answer := s.Exchange("GET /storage//x HTTP/1.1\r\nHost: x\r\n\r\n", nil, ""); answer.StatusCode != 404 {
		t.Errorf("no file: %s", answer.Status)
	}
}

// TestTwoAuthorizations sends the header twice: the last one counts.
func TestTwoAuthorizations(t *testing.T) {
	s := testkit.Start(t)
	token := s.Client().Token
	for lines, status := range map[string]int{
		"Authorization: Bearer x\r\nAuthorization: Bearer " + token: 200,
		"Authorization: Bearer " + token + "\r\nAuthorization: x":   401,
	} {
		answer := s.Exchange("GET /api/v1/order/search HTTP/1.1\r\nHost: x\r\n"+lines+"\r\n\r\n", nil, "")
		if answer.StatusCode != status {
			t.Errorf("%q: %s", lines, answer.Status)
		}
	}
}
