package e2e

import (
	"maps"
	"strings"
	"testing"

	"github.com/privet/privet/routes/testkit"
	"github.com/privet/privet/routes/testkit/fakes"
)

// appleSignup signs up by an identity token, with what an app must send and some fields more.
func appleSignup(s *testkit.Server, token string, more map[string]any) *testkit.Answer {
	fields := map[string]any{"token": token, "social_type": 3, "role": 2, "price": 2.99}
	maps.Copy(fields, more)
	return s.Post("auth/social/signup").JSON(fields).Do()
}

// Sign in with Apple asks for nothing again: neither phone nor address, and the name comes from the app.
func TestApple(t *testing.T) {
	s, apple, google := testkit.StartApple(t)
	token := apple.IdentityToken(fakes.ApplePerson{Sub: "0001.a.1", Email: "dpdc7nu@privaterelay.appleid.com", Verified: "true", Private: "true"})
	s.SocialSignIn(token, 3).Want(400).WantJSON(testkit.UserNotExists)
	m := appleSignup(s, token, map[string]any{"name": " Vera Veronina ", "device_id": "phone", "firebase_token": "push"}).Want(200).Map()
	id := m.Int("data", "id")
	if m.String("data", "name") != "Vera Veronina" || m.String("data", "nickname") != "Vera Veronina" || m.At("data", "phone") != nil ||
		m.String("data", "email") != "dpdc7nu@privaterelay.appleid.com" || m.String("data", "firebase_token") != "push" || m.At("data", "price") != 2.99 {
		t.Errorf("signed up as %v", m)
	}
	again := apple.IdentityToken(fakes.ApplePerson{Sub: "0001.a.1"}) // later tokens need no address
	for _, in := range []*testkit.Answer{s.SocialSignIn(token, "3"), s.SocialSignIn(again, 3.0)} {
		if in := in.Want(200).Map(); in.Int("data", "id") != id {
			t.Errorf("signed in as %v", in)
		}
	}
	appleSignup(s, token, map[string]any{"email": "other@example.com"}).Want(400).WantJSON(testkit.UserExists)

	// Without a name there is a nickname, which does not give the private address away.
	m = appleSignup(s, apple.IdentityToken(fakes.ApplePerson{Sub: "0002", Email: "x9k2@privaterelay.appleid.com", Verified: true}), nil).Want(200).Map()
	if nickname := m.String("data", "nickname"); nickname == "" || strings.Contains(nickname, "x9k2") || m.At("data", "name") != nil {
		t.Errorf("signed up as %v", m)
	}
	m = appleSignup(s, apple.IdentityToken(fakes.ApplePerson{Sub: "0003", Email: "oleg@icloud.com", Verified: true}), map[string]any{"phone": "+7", "email": "Oleg@iCloud.com"}).Want(200).Map()
	if m.String("data", "nickname") != "Oleg" || m.String("data", "phone") != "+7" || m.String("data", "email") != "Oleg@iCloud.com" {
		t.Errorf("signed up as %v", m)
	}
	if n := s.Count("users WHERE email_proven"); n != 3 {
		t.Errorf("%d of 3 addresses are proven", n)
	}
	// An address that the person typed is not what Apple has proven, and neither is one of another provider.
	appleSignup(s, apple.IdentityToken(fakes.ApplePerson{Sub: "0004", Email: "four@icloud.com", Verified: true}), map[string]any{"email": "five@icloud.com"}).Want(200)
	appleSignup(s, apple.IdentityToken(fakes.ApplePerson{Sub: "0005", Email: "five@mail.example", Verified: true}), nil).Want(200)
	if n := s.Count("users WHERE email_proven"); n != 3 {
		t.Errorf("%d addresses are proven", n)
	}

	// An equal address signs nobody in, and can't be taken twice, whatever its case.
	vera := google.IDToken(fakes.GooglePerson{Sub: "110", Email: "vera@gmail.com", Verified: true})
	s.Post("auth/social/signup").JSON(map[string]any{"token": vera, "social_type": 1, "role": 1, "price": 0, "phone": "+7", "email": "vera@gmail.com"}).Do().Want(200)
	same := apple.IdentityToken(fakes.ApplePerson{Sub: "0006", Email: "Vera@Gmail.com", Verified: true})
	s.SocialSignIn(same, 3).Want(400).WantJSON(testkit.UserNotExists)
	appleSignup(s, same, nil).Want(400).WantJSON(testkit.UserExists)
	s.WantCleanLog()
}

const down = `{"status":"error","message":"Apple is not available, try again later"}`

// What Apple's sign-up needs is asked for by its own message, and what it doesn't need is still validated.
func TestAppleInput(t *testing.T) {
	s, apple, google := testkit.StartApple(t)
	nobody := apple.IdentityToken(fakes.ApplePerson{Sub: "0001"})
	appleSignup(s, nobody, nil).WantError("email", "The email field is required.")
	appleSignup(s, nobody, map[string]any{"email": nil}).WantError("email", "The email field is required.")
	appleSignup(s, apple.IdentityToken(fakes.ApplePerson{Sub: "0001", Email: "no address"}), nil).WantError("email", "The email field is required.")
	appleSignup(s, apple.IdentityToken(fakes.ApplePerson{Sub: "0001", Email: strings.Repeat("a", 250) + "@icloud.com"}), nil).WantError("email", "The email field is required.")
	appleSignup(s, nobody, map[string]any{"email": "nobody"}).WantError("email", "The email field must be a valid email address.")
	appleSignup(s, nobody, map[string]any{"email": "a@example.com", "phone": 7}).WantError("phone", "The phone field must be a string.")
	appleSignup(s, nobody, map[string]any{"email": "a@example.com", "name": strings.Repeat("я", 256)}).WantError("name", "The name field must not be greater than 255 characters.")
	appleSignup(s, nobody, map[string]any{"email": "a@example.com", "name": strings.Repeat("я", 255), "phone": ""}).Want(200)

	// Of the other providers, the name is theirs, and what the app sends is not looked at.
	fields := map[string]any{"token": google.IDToken(fakes.GooglePerson{Sub: "1"}), "social_type": 1, "role": 1, "price": 0, "name": []int{1}}
	answer := s.Post("auth/social/signup").JSON(fields).Do().Want(429)
	answer.WantJSON(`{"message":"The phone field is required. (and 1 more error)","errors":{"phone":["The phone field is required."],"email":["The email field is required."]}}`)
	fields["phone"], fields["email"], fields["name"] = "+7", "b@example.com", "Ignored"
	if m := s.Post("auth/social/signup").JSON(fields).Do().Want(200).Map(); m.At("data", "name") != nil || m.String("data", "nickname") != "b" {
		t.Errorf("signed up as %v", m)
	}
	s.SocialSignIn(nobody, 4).WantError("social_type", "The selected social type is invalid.")
	for _, wrong := range []string{"junk", google.IDToken(fakes.GooglePerson{Sub: "1"}), strings.Repeat("e", 1<<19)} {
		s.SocialSignIn(wrong, 3).Want(400).WantJSON(testkit.InvalidToken)
	}
	s.SocialSignIn(nobody, 1).Want(400).WantJSON(testkit.InvalidToken)
}

// Apple is connected and disconnected like the others, and is a way to sign in like them.
func TestAppleConnect(t *testing.T) {
	s, apple, google := testkit.StartApple(t)
	connect := func(as, token string, socialType int) *testkit.Answer {
		return s.Post("auth/social/connect").As(as).JSON(map[string]any{"token": token, "social_type": socialType}).Do()
	}
	disconnect := func(as string, socialType int) *testkit.Answer {
		return s.Post("auth/social/disconnect").As(as).JSON(map[string]any{"social_type": socialType}).Do()
	}
	p, other := s.Client(), s.Client()
	token := apple.IdentityToken(fakes.ApplePerson{Sub: "0001"})
	disconnect(p.Token, 3).Want(201).WantJSON(`{}`)
	connect(p.Token, token, 3).Want(201).WantJSON(`{}`)
	connect(p.Token, token, 3).Want(201)
	connect(p.Token, apple.IdentityToken(fakes.ApplePerson{Sub: "0002"}), 3).Want(400).WantJSON(testkit.UserExists)
	connect(other.Token, token, 3).Want(400).WantJSON(testkit.UserExists)
	if in := s.SocialSignIn(token, 3).Want(200).Map(); in.Int("data", "id") != p.ID {
		t.Errorf("signed in as %v", in)
	}
	disconnect(p.Token, 3).Want(201)
	s.SocialSignIn(token, 3).Want(400).WantJSON(testkit.UserNotExists)

	in := appleSignup(s, token, map[string]any{"email": "only@example.com"}).Want(200).Map().String("token")
	disconnect(in, 3).WantError("social_type", "The selected social type is invalid.")
	connect(in, google.IDToken(fakes.GooglePerson{Sub: "1"}), 1).Want(201)
	disconnect(in, 3).Want(201)
}

// While Apple's keys can't be had the answer is a 503 that says so. Unless Apple is configured it is no social type.
func TestAppleDown(t *testing.T) {
	s, apple, _ := testkit.StartApple(t)
	token := apple.IdentityToken(fakes.ApplePerson{Sub: "0001", Email: "a@icloud.com", Verified: true})
	apple.Set(fakes.Garbage)
	s.SocialSignIn(token, 3).Want(503).WantJSON(down)
	appleSignup(s, token, nil).Want(503).WantJSON(down)
	s.Post("auth/social/connect").As(s.Client().Token).JSON(map[string]any{"token": token, "social_type": 3}).Do().Want(503).WantJSON(down)
	s.WantLog("a social token could not be verified")
	if strings.Contains(s.Log.String(), token) {
		t.Error("the log holds the token")
	}

	off, _, _ := testkit.StartSocial(t)
	off.SocialSignIn(token, 3).WantError("social_type", "The selected social type is invalid.")
	appleSignup(off, token, map[string]any{"name": 5}).Want(429).WantJSON(`{"message":"The selected social type is invalid. (and 2 more errors)",` +
		`"errors":{"social_type":["The selected social type is invalid."],"phone":["The phone field is required."],"email":["The email field is required."]}}`)
	for _, path := range []string{"auth/social/connect", "auth/social/disconnect"} {
		off.Post(path).As(off.Client().Token).JSON(map[string]any{"token": token, "social_type": 3}).Do().WantError("social_type", "The selected social type is invalid.")
	}
}
