package gate_test

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/privet/privet/hooks/settings"
	"github.com/privet/privet/routes/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

const superusers = "/api/collections/_superusers/"

func start(t *testing.T, rate int) *testkit.Server {
	s := testkit.Start(t, func(s *settings.Settings) { s.RateLimit = rate })
	s.App.Settings().TrustedProxy.Headers = []string{"X-Forwarded-For"}
	return s
}

func signIn(s *testkit.Server, from, email, password string) *testkit.Answer {
	return s.Post(superusers+"auth-with-password").Header("X-Forwarded-For", from).
		JSON(map[string]any{"identity": email, "password": password}).Do()
}

// What privet does not use is not there for anybody, and the rest is for superusers.
func TestGate(t *testing.T) {
	s := testkit.Start(t)
	p := s.Client()
	owner := s.Owner()
	users := "/api/collections/users/"
	for _, c := range []struct {
		method, path               string
		stranger, user, superusers int
	}{
		{"GET", "/api/health", 200, 200, 200},
		{"GET", superusers + "auth-methods", 200, 200, 200},
		{"POST", superusers + "request-password-reset", 400, 400, 400},
		{"POST", superusers + "auth-refresh", 401, 401, 200},
		{"GET", users + "auth-methods", 404, 404, 404},
		{"POST", users + "auth-with-password", 404, 404, 404},
		{"POST", users + "auth-with-oauth2", 404, 404, 404},
		{"POST", users + "auth-with-otp", 404, 404, 404},
		{"POST", users + "request-otp", 404, 404, 404},
		{"POST", users + "request-password-reset", 404, 404, 404},
		{"POST", users + "confirm-password-reset", 404, 404, 404},
		{"POST", users + "request-verification", 404, 404, 404},
		{"POST", users + "confirm-verification", 404, 404, 404},
		{"POST", users + "request-email-change", 404, 404, 404},
		{"POST", users + "confirm-email-change", 404, 404, 404},
		{"POST", superusers + "request-email-change", 404, 404, 404},
		{"POST", superusers + "auth-with-oauth2", 404, 404, 404},
		{"POST", users + "impersonate/1", 404, 404, 404},
		{"GET", "/api/oauth2-redirect?state=x", 404, 404, 404},
		{"POST", "/api/oauth2-redirect", 404, 404, 404},
		{"POST", "/api/settings/apple/generate-client-secret", 404, 404, 404},
		{"GET", "/api/nope", 404, 404, 404},
		{"GET", "/api", 404, 404, 404},
		{"OPTIONS", "/api/settings", 204, 204, 204}, // by PocketBase's CORS, whatever the route
		{"GET", users + "records", 401, 401, 200},
		{"GET", users + "records/1", 401, 401, 200},
		{"POST", users + "records", 401, 401, 400},
		{"GET", "/api/collections", 401, 401, 200},
		{"GET", "/api/collections/users", 401, 401, 200},
		{"GET", "/api/settings", 401, 401, 200},
		{"GET", "/api/logs", 401, 401, 200},
		{"GET", "/api/crons", 401, 401, 200},
		{"GET", "/api/backups", 401, 401, 200},
		{"GET", "/api/backups/none.zip", 404, 404, 403},
		{"POST", "/api/sql", 401, 401, 400},
		{"POST", "/api/batch", 401, 401, 400},
		{"GET", "/api/realtime", 0, 0, 0}, // not asked, as it stays open
		{"POST", "/api/realtime", 401, 401, 400},
		{"POST", "/api/files/token", 401, 401, 200},
		{"GET", "/api/files/media/1/none.png", 404, 404, 404},
	} {
		for who, want := range map[string]int{"": c.stranger, p.Token: c.user, owner: c.superusers} {
			if want == 0 {
				continue
			}
			request := s.Request(c.method, c.path+"?").Header("User-Agent", "stranger-"+fmt.Sprint(who != owner))
			if who != "" {
				request = request.As(who)
			}
			if c.method == "POST" {
				request = request.JSON(`{}`)
			}
			if answer := request.Do(); answer.Status != want {
				t.Errorf("%s %s as %.10q: %d, want %d: %s", c.method, c.path, who, answer.Status, want, answer.Body)
			}
		}
	}
	preflight := s.Request("OPTIONS", "/api/settings").Header("Origin", "http://other.example").Header("Access-Control-Request-Method", "PATCH").Do()
	if preflight.Status != 204 || preflight.Header.Get("Access-Control-Allow-Origin") == "" {
		t.Errorf("a preflight: %d %v", preflight.Status, preflight.Header)
	}
	s.WantCleanLog()
}

// The dashboard's pictures and downloads have a superuser's file token in the URL; that of nobody else is of use.
func TestFileTokens(t *testing.T) {
	s := testkit.Start(t)
	p := s.Client()
	dashboard := s.Dashboard()
	file := fmt.Sprint("/api/files/media/1/", dashboard.Open("media", 1)["file"])
	token := dashboard.Request(http.MethodPost, "files/token").Do().Want(200).Map().String("token")
	s.Get(file + "?token=" + token).Do().Want(200)
	s.Get(file + "?token=" + dashboard.Token()).Do().Want(404)
	s.Get(file).Do().Want(404)
	record, err := s.App.FindRecordById("users", fmt.Sprint(p.ID))
	if err != nil {
		t.Fatal(err)
	}
	own, err := record.NewFileToken()
	if err != nil {
		t.Fatal(err)
	}
	s.Get(file + "?token=" + own).Do().Want(404)
	native, err := record.NewAuthToken()
	if err != nil {
		t.Fatal(err)
	}
	s.Get("/api/collections/users/records/1").As(native).Do().Want(401)
}

// Without a superuser's token a body has 64 KB at most, whether it says how long it is or not. A superuser's may be
// larger.
func TestBodies(t *testing.T) {
	s := testkit.Start(t)
	s.Owner()
	body := func(size int) string {
		return `{"identity":"` + strings.Repeat("x", size-len(`{"identity":""}`)) + `"}`
	}
	for size, want := range map[int]int{64 << 10: 400, 64<<10 + 1: 413, 1 << 20: 413} {
		s.Post(superusers + "auth-with-password").JSON(body(size)).Do().Want(want)
		unknown := struct{ io.Reader }{strings.NewReader(body(size))} // its length is not sent
		s.Post(superusers+"auth-with-password").Raw("application/json", unknown).Do().Want(want)
	}
	dashboard := s.Dashboard()
	large := map[string]any{"email": "b@example.com", "nickname": "B", "role": "client", "password": "secret", "passwordConfirm": "secret",
		"description": strings.Repeat("д", 30_000), "name": strings.Repeat(" ", 70_000)}
	dashboard.Create("users", large).Want(200)
	delete(large, "name")
	large["email"] = "c@example.com"
	dashboard.Create("users", large).Want(200)
}

// Strangers have the rate of an address, and signing in a third of it.
func TestThrottle(t *testing.T) {
	s := start(t, 6)
	token := s.Owner()
	get := func(from, token string) *testkit.Answer {
		return s.Get("/api/collections").As(token).Header("X-Forwarded-For", from).Do()
	}
	for range 6 {
		get("192.0.2.1", "").Want(401)
	}
	refused := get("192.0.2.1", "").Want(429)
	if wait, err := strconv.Atoi(refused.Header.Get("Retry-After")); err != nil || wait < 1 || wait > 60 {
		t.Errorf("%v", refused.Header)
	}
	if m := refused.Map(); m.Int("status") != 429 || m.String("message") == "" {
		t.Errorf("%v", m)
	}
	for range 10 {
		get("192.0.2.1", token).Want(200)
	}
	s.Get("/api/health").Header("X-Forwarded-For", "192.0.2.1").Do().Want(200)
	for i := range 3 {
		if answer := signIn(s, "192.0.2.2", fmt.Sprintf("%d@example.com", i), "wrong"); (answer.Status == 429) != (i == 2) {
			t.Errorf("sign-in %d: %d", i, answer.Status)
		}
	}
}

// Wrong passwords of a superuser are limited by account and address, and by account from all addresses. An owner who
// has signed in from the same place before can sign in meanwhile.
func TestWrongPasswords(t *testing.T) {
	s := start(t, 12)
	s.Owner()
	const owner, password = "owner@example.com", "a long password"
	signIn(s, "192.0.2.1", owner, password).Want(200)
	for from := range 6 {
		for range 2 {
			signIn(s, fmt.Sprint("198.51.100.", from), owner, "wrong").Want(400)
		}
	}
	if refused := signIn(s, "198.51.100.1", owner, password).Want(429); refused.Header.Get("X-RateLimit-Limit") != "2" || refused.Header.Get("Retry-After") == "" {
		t.Errorf("from the same address: %v", refused.Header)
	}
	if refused := signIn(s, "203.0.113.1", owner, password).Want(429); refused.Header.Get("X-RateLimit-Limit") != "12" {
		t.Errorf("from another one: %v", refused.Header)
	}
	signIn(s, "203.0.113.1", "nobody@example.com", "wrong").Want(400)
	signIn(s, "192.0.2.1", owner, password).Want(200)
}

// The second factor goes on: the password, then a one-time password by mail. Requests for these are limited, too,
// and an unknown account is answered alike.
func TestOneTimePasswords(t *testing.T) {
	s := start(t, 12)
	dashboard := s.Dashboard()
	dashboard.Request(http.MethodPatch, "collections/_superusers").JSON(`{"otp":{"enabled":true},"mfa":{"enabled":true}}`).Do().Want(200)
	request := func(from, email string) *testkit.Answer {
		return s.Post(superusers+"request-otp").Header("X-Forwarded-For", from).JSON(map[string]any{"email": email}).Do()
	}
	for i := range 13 { // strangers, who don't know the password, get no mail sent, and take nothing from the owner's limit
		request(fmt.Sprint("198.51.100.", i), "owner@example.com").Want(map[bool]int{true: 200, false: 429}[i < 12])
	}
	if s.Count("_otps") != 0 {
		t.Errorf("%d one-time passwords were made for strangers", s.Count("_otps"))
	}
	mfa := signIn(s, "192.0.2.1", "owner@example.com", "a long password").Want(401).Map().String("mfaId")
	for _, email := range []string{"owner@example.com", "nobody@example.com"} {
		for _, want := range []int{200, 200, 429} {
			request("192.0.2."+fmt.Sprint(len(email)), email).Want(want)
		}
	}
	otp := request("192.0.2.1", "owner@example.com").Want(200).Map().String("otpId")
	if s.Count("_otps") != 3 {
		t.Errorf("%d one-time passwords", s.Count("_otps"))
	}
	// PocketBase saves the row once more when the mail is sent, after its answer.
	testkit.Await(t, 6*testkit.Soon, "the mail is not sent", func() bool {
		return s.Count(fmt.Sprintf("_otps WHERE id = '%s' AND sentTo <> ''", otp)) == 1
	})
	s.Exec("UPDATE _otps SET password = (SELECT password FROM _superusers) WHERE id = '%s'", otp)
	s.Post(superusers+"auth-with-otp").Header("X-Forwarded-For", "192.0.2.1").JSON(map[string]any{"otpId": otp, "password": "a long password", "mfaId": mfa}).Do().Want(200)
}

// What the gate refuses is no row of the log, and what it lets strangers send is a short one.
func TestLogRows(t *testing.T) {
	s := testkit.Start(t)
	s.Owner()
	long := strings.Repeat("x", 5000)
	send := func(method, path string) *testkit.Answer {
		return s.Request(method, path).Header("User-Agent", "stranger"+long).Header("Referer", long).JSON(`{"identity":"a","password":"b"}`).Do()
	}
	send("GET", "/api/collections/users/records?filter="+long[:1000]).Want(401)
	send("GET", "/api/nope").Want(404)
	send("GET", "/_/nope.js").Want(404)
	send("POST", superusers+"auth-with-password?fields="+long).Want(414)
	send("POST", superusers+"auth-with-password?fields="+long[:1000]).Want(400)
	if rows := s.AwaitLogRows("instr(data, 'stranger') > 0"); len(rows) != 1 || rows[0] > 3500 {
		t.Errorf("rows of %v bytes", rows)
	}
}
