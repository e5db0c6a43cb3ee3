package account_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/privet/privet/hooks/settings"
	"github.com/privet/privet/routes/testkit"
)

// Who is not signed in reads which service this is, whom to write to, and all about the deletion, in both languages.
func TestStart(t *testing.T) {
	s, _ := start(t)
	name := s.App.Settings().Meta.AppName
	for language, texts := range map[string][]string{
		"en-GB,en": {name, "help@example.com", "Terms of use", "Delete my account", "What is deleted at once", "What stays", "30 days at most", "Open orders are cancelled", "backups", "for good"},
		"ru-RU,ru": {name, "help@example.com", "Условия использования", "Удалить аккаунт", "Что удаляется сразу", "Что остаётся", "не дольше 30 дней", "Открытые заказы отменяются", "Резервные копии", "навсегда"},
	} {
		answer := want(t, s.Get("/account").Header("Accept-Language", language).Do(), 200, texts...)
		page := string(answer.Body)
		if !strings.Contains(page, `<html lang="`+language[:2]+`">`) || answer.Header.Get("Content-Language") != language[:2] || strings.Contains(strings.ToLower(page), "deactivat") {
			t.Errorf("%s: %s", language, page)
		}
		for header, part := range map[string]string{
			"Content-Security-Policy": "default-src 'none'", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store", "Content-Type": "text/html", "Vary": "Accept-Language",
		} {
			if got := strings.Join(answer.Header.Values(header), ","); !strings.Contains(got, part) {
				t.Errorf("%s: %q", header, got)
			}
		}
		for _, never := range []string{"unsafe", "http:", "*"} {
			if policy := answer.Header.Get("Content-Security-Policy"); strings.Contains(policy, never) {
				t.Errorf("%s", policy)
			}
		}
		if answer.Header.Get("Set-Cookie") != "" || strings.Contains(page, "<script") {
			t.Errorf("%v", answer.Header)
		}
	}
	want(t, s.Get("/account?lang=ru").Header("Accept-Language", "en").Do(), 200, "Что остаётся")
	want(t, s.Get("/account?lang=xx").Header("Accept-Language", "en").Do(), 200, "What stays")
	if head := s.Request(http.MethodHead, "/account").Do(); head.Status != 200 || len(head.Body) != 0 {
		t.Errorf("%d %s", head.Status, head.Body)
	}
	for _, method := range []string{http.MethodGet, http.MethodHead} {
		s.HTTPClient.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		if answer := s.Request(method, "/.well-known/change-password").Do(); answer.Status != 302 || answer.Header.Get("Location") != "/account" {
			t.Errorf("%d %v", answer.Status, answer.Header)
		}
	}
	s.WantCleanLog()
}

// Wrong requests get a page that says so, in the language of the reader.
func TestRefusals(t *testing.T) {
	s, _ := start(t, func(s *settings.Settings) { s.RateLimit = 300 })
	russian := func(r *testkit.Request) *testkit.Answer { return r.Header("Accept-Language", "ru").Do() }
	want(t, russian(s.Get("/account/nothing")), 404, "Такой страницы нет")
	want(t, russian(s.Get("/account/")), 404, "Такой страницы нет")
	if answer := want(t, russian(s.Request(http.MethodPut, "/account")), 405); answer.Header.Get("Allow") != "GET, HEAD, POST" {
		t.Errorf("%v", answer.Header)
	}
	if answer := want(t, s.Post("/.well-known/change-password").Do(), 405); answer.Header.Get("Allow") != "GET, HEAD" {
		t.Errorf("%v", answer.Header)
	}
	want(t, russian(s.Post("/account").Form("do", "nothing")), 400, "Форму не удалось прочитать")
	want(t, russian(s.Post("/account").JSON(`{"do":"sign-in"}`)), 415)
	want(t, russian(s.Post("/account").Form("do", "sign-in", "email", "a\xff@example.com", "password", "x")), 400, "нечитаемые символы")
	want(t, russian(s.Post("/account").Form("do", "sign-in", "email", strings.Repeat("a", 70_000))), 413, "слишком большая")
	want(t, russian(s.Post("/account").Raw("application/x-www-form-urlencoded", strings.NewReader("do=%zz"))), 400)
	want(t, s.Post("/account?do=sign-in&email=a&password=b").Form("lang", "en").Do(), 400)
	for _, c := range []struct {
		name, value string
		status      int
	}{
		{"Origin", "https://evil.example", 403}, {"Sec-Fetch-Site", "cross-site", 403}, {"Sec-Fetch-Site", "same-site", 403},
		{"Origin", s.URL, 401}, {"Origin", "https://api.example.com", 401}, {"Origin", "null", 401}, {"Sec-Fetch-Site", "same-origin", 401},
	} {
		want(t, s.Post("/account").Header(c.name, c.value).Form("do", "sign-in", "email", "a@example.com", "password", "x").Do(), c.status)
	}
	for _, do := range []string{"view", "sign-out", "ask", "delete"} {
		for _, token := range []string{"", "nonsense"} {
			want(t, post(s, do, "session", token, "sure", "yes", "text", "x"), 403, "Sign in again")
		}
	}
	for _, do := range []string{"open", "reset"} {
		want(t, post(s, do, "token", "nonsense", "password", "new password", "password_confirmation", "new password"), 400, "Have another one mailed")
	}
	want(t, s.Get("/account?token=nonsense").Do(), 400, "Have another one mailed")
	s.WantCleanLog()
}

// A wrong password counts as one of the API's sign-in, and the answer tells nobody who has an account.
func TestSignInIsLimited(t *testing.T) {
	s, _ := start(t, func(s *settings.Settings) { s.RateLimit = 30 })
	client := s.Client()
	wrong := want(t, post(s, "sign-in", "email", client.Email, "password", "wrong"), 401, "is wrong")
	unknown := want(t, post(s, "sign-in", "email", "nobody@example.com", "password", "wrong"), 401)
	if strings.ReplaceAll(string(wrong.Body), client.Email, "") != strings.ReplaceAll(string(unknown.Body), "nobody@example.com", "") {
		t.Errorf("%s\n%s", wrong.Body, unknown.Body)
	}
	for range 4 {
		s.Post("auth/login").JSON(map[string]any{"email": client.Email, "password": "wrong"}).Do().Want(401)
	}
	if answer := want(t, post(s, "sign-in", "email", client.Email, "password", testkit.Password), 429, "Too many attempts"); answer.Header.Get("Retry-After") == "" {
		t.Errorf("%v", answer.Header)
	}
	for range 30 {
		if s.Get("/account").Do().Status == 429 {
			return
		}
	}
	t.Error("no limit")
}
