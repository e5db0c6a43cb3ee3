package additions_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/privet/privet/hooks/settings"
	"github.com/privet/privet/routes/testkit"
	"github.com/privet/privet/routes/testkit/fakes"
)

const public = "https://api.example.com"

// startWithMail starts a server that sends its mails to a fake mail server.
func startWithMail(t *testing.T, changes ...func(*settings.Settings)) (*testkit.Server, *fakes.Mail) {
	t.Helper()
	mail := fakes.NewMail(t)
	link := func(s *settings.Settings) { s.PublicURL = public }
	return testkit.StartStored(t, mail.Store, append([]func(*settings.Settings){link}, changes...)...), mail
}

var aLink = regexp.MustCompile(`https://\S+/account\?\S+&token=(\w+)`)

// Whoever has forgotten the password gets in again by the mail, on another device, and nobody else stays in.
func TestForgottenPassword(t *testing.T) {
	s, mail := startWithMail(t)
	client := s.Client()
	email := client.Data.String("data", "email")

	s.Post("auth/password/forgot").Header("Accept-Language", "ru").JSON(map[string]any{"email": strings.ToUpper(email)}).Do().Want(200).WantJSON(done)

	letter := mail.Wait("новый пароль", 1, testkit.Soon)[0]
	if letter.To != email {
		t.Errorf("it went to %s", letter.To)
	}
	found := aLink.FindStringSubmatch(letter.Text)
	if found == nil {
		t.Fatalf("no link:\n%s", letter.Text)
	}
	s.Post("auth/password/reset").JSON(map[string]any{"token": found[1], "password": "another one"}).Do().Want(200).WantJSON(done)
	s.Get("order/search").As(client.Token).Do().Want(401)
	s.Post("auth/login").JSON(map[string]any{"email": email, "password": "another one"}).Do().Want(200)
	s.Post("auth/password/reset").JSON(map[string]any{"token": found[1], "password": "yet another"}).Do().Want(400)
	s.WantCleanLog()
}
