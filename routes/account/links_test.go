package account_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/privet/privet/hooks/settings"
	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/routes/testkit"
	"github.com/privet/privet/routes/testkit/fakes"
)

// From the mail to a new password: the link is not used up by looking at it, works once, and signs all devices out.
func TestNewPassword(t *testing.T) {
	s, mail := start(t, func(s *settings.Settings) { s.AccessLog = true })
	client := s.Client()
	sent := want(t, post(s, "forgot", "email", " "+strings.ToUpper(client.Email), "lang", "ru"), 200, "Проверьте почту")
	if same := want(t, post(s, "forgot", "email", "nobody@example.com", "lang", "ru"), 200); string(same.Body) != string(sent.Body) {
		t.Errorf("%s\n%s", same.Body, sent.Body)
	}
	address, token := linkIn(t, mail, 1, client.Email)
	for _, method := range []string{http.MethodHead, http.MethodGet, http.MethodGet} {
		answer := s.Request(method, address).Do()
		if method == http.MethodGet {
			want(t, answer, 200, "Новый пароль")
			if !strings.Contains(string(answer.Body), `value="`+client.Email+`"`) || regexp.MustCompile(`(?:href|src|action)="(?:https?:)?//`).Match(answer.Body) || answer.Header.Get("X-Robots-Tag") != "noindex" {
				t.Errorf("%s", answer.Body)
			}
		}
	}
	want(t, post(s, "reset", "token", token, "password", "short", "password_confirmation", "short"), 422, "at least 6")
	want(t, post(s, "reset", "token", token, "password", "new password", "password_confirmation", "other"), 422, "differ")
	want(t, post(s, "open", "token", token), 400) // it is for a password, and for nothing else
	want(t, post(s, "reset", "token", token, "password", "new\xffpassword", "password_confirmation", "new\xffpassword"), 200, "All devices are signed out")
	want(t, post(s, "reset", "token", token, "password", "newer password", "password_confirmation", "newer password"), 400)
	want(t, s.Get(address).Do(), 400)
	s.Get("order/search").As(client.Token).Do().Want(401)
	want(t, post(s, "sign-in", "email", client.Email, "password", "new\xffpassword"), 200)
	want(t, post(s, "sign-in", "email", client.Email, "password", testkit.Password), 401)
	s.Get(address).Header("Referer", s.URL+address).Do().Want(400)
	if err := store.FlushLogs(t.Context(), s.App); err != nil {
		t.Fatal(err)
	}
	var logged int
	if err := s.App.AuxDB().NewQuery(`SELECT count(*) FROM _logs WHERE data LIKE '%` + token + `%'`).Row(&logged); err != nil {
		t.Fatal(err)
	}
	if logged > 0 || strings.Contains(s.Log.String(), token) || !strings.Contains(s.Log.String(), "path=/account ") {
		t.Errorf("%d rows of the log have the token: %s", logged, s.Log)
	}
}

// Who has no password comes by a mailed link, which the button uses up, and looking does not.
func TestWithoutPassword(t *testing.T) {
	google := fakes.NewGoogle(t)
	s, mail := start(t, func(s *settings.Settings) { s.Google = google.Settings() })
	token := signUpByGoogle(s, google, "1", "nopassword@example.com")
	want(t, post(s, "sign-in", "email", "nopassword@example.com", "password", testkit.Password), 401)
	want(t, post(s, "prove", "email", "nopassword@example.com", "lang", "en"), 200, "Look into your mail")
	address, link := linkIn(t, mail, 1, "nopassword@example.com")
	for range 2 {
		want(t, s.Get(address).Do(), 200, "nopassword@example.com")
	}
	want(t, post(s, "reset", "token", link, "password", "new password", "password_confirmation", "new password"), 400) // it is no link for that
	opened := session(t, want(t, post(s, "open", "token", link), 200))
	want(t, post(s, "open", "token", link), 400)
	want(t, post(s, "delete", "session", opened, "sure", "yes"), 200, "deleted")
	s.Get("order/search").As(token).Do().Want(401)
	s.SocialSignIn(google.IDToken(fakes.GooglePerson{Sub: "1"}), 1).Want(400).WantJSON(testkit.UserNotExists)
	s.WantCleanLog()
}

// Without mail settings no link can be had, and the page says so.
func TestWithoutMail(t *testing.T) {
	s := testkit.Start(t)
	want(t, s.Get("/account").Do(), 200, "Mail is not available")
	if answer := want(t, post(s, "forgot", "email", "a@example.com"), 503, "Mail is not available"); answer.Header.Get("Retry-After") == "" {
		t.Errorf("%v", answer.Header)
	}
	s.WantCleanLog()
}
