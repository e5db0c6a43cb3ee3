package additions_test

import (
	"regexp"
	"syscall"
	"testing"

	"github.com/privet/privet/hooks/settings"
	"github.com/privet/privet/routes/testkit"
	"github.com/privet/privet/routes/testkit/fakes"
)

// No provider brings an account back that was deleted, whoever signs in by it.
func TestDeletedStaysAway(t *testing.T) {
	apple := fakes.NewApple(t)
	s, google, vk := testkit.StartSocial(t, func(s *settings.Settings) { s.Apple = apple.Settings() })
	tokens := map[int]string{
		1: google.IDToken(fakes.GooglePerson{Sub: "1", Email: "gone@example.com", Verified: true}),
		2: vk.Token(fakes.Android, fakes.VKPerson{ID: 1, FirstName: "Anna"}),
		3: apple.IdentityToken(fakes.ApplePerson{Sub: "1", Email: "gone@example.com", Verified: true}),
	}
	person := s.Signup("role", "1", "email", "gone@example.com")
	for kind, token := range tokens {
		s.Post("auth/social/connect").As(person.Token).JSON(map[string]any{"token": token, "social_type": kind}).Do().Want(201)
		s.SocialSignIn(token, kind).Want(200)
	}
	deleteAccount(s, person, testkit.Password).Want(200)
	for range 2 {
		for kind, token := range tokens {
			s.SocialSignIn(token, kind).Want(400).WantJSON(testkit.UserNotExists)
		}
	}
	if n := s.Count("users WHERE erased = ''") + s.Count("devices"); n != 0 {
		t.Errorf("%d came back", n)
	}
	s.WantCleanLog()
}

// No byte of who has deleted the account on the web page stays in the data folder.
func TestWebDeletionLeavesNoBytes(t *testing.T) {
	p := testkit.Process(t)
	person := p.Signup("role", "2", "email", "vanishing@example.com", "nickname", "Vanishing nickname", "name", "Vanishing name",
		"phone", "+79990001122", "description", "A vanishing description", "device_id", "vanishing-device", "firebase_token", "vanishing-push")
	p.Order(p.Client(), person)
	p.Get("/account?token=vanishing-token").Do().Want(400)
	p.Post("/account").Form("do", "sign-in", "email", person.Email, "password", "vanishing guess").Do().Want(401)
	page := p.Post("/account").Form("do", "sign-in", "email", person.Email, "password", testkit.Password).Do().Want(200)
	session := regexp.MustCompile(`name="session" value="([^"]+)"`).FindSubmatch(page.Body)
	if session == nil {
		t.Fatalf("%s", page.Body)
	}
	p.Post("/account").Form("do", "delete", "session", string(session[1]), "sure", "yes").Do().Want(200)
	p.Stop(syscall.SIGTERM)
	wantNoBytes(t, p.Dir, "vanishing", "+79990001122", string(session[1]))
}
