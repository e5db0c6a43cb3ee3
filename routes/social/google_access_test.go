package social

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/privet/privet/routes/testkit/fakes"
)

func TestAccessToken(t *testing.T) {
	fake, g := google(t)
	wantIdentity(t, g, fake.AccessToken(ivan), Identity{
		Provider: "google", ID: ivan.Sub, Email: ivan.Email, EmailProven: true, Name: ivan.Name, PictureURL: largeIvan,
	})
	wantIdentity(t, g, fake.AccessToken(fakes.GooglePerson{Sub: "7"}), Identity{Provider: "google", ID: "7"})
	wantIdentity(t, g, fake.AccessToken(fakes.GooglePerson{Sub: "8", Email: "a@corp.example", Verified: "true", HD: "corp.example"}),
		Identity{Provider: "google", ID: "8", Email: "a@corp.example", EmailProven: true})
	wantIdentity(t, g, fake.AccessToken(fakes.GooglePerson{Sub: "9", Email: "a@mail.example", Verified: true}),
		Identity{Provider: "google", ID: "9", Email: "a@mail.example"})
	token := fake.AccessToken(ivan)
	for range 2 { // sign-in, then signup
		wantGood(t, g, token)
	}
	if n := fake.Calls(fakes.Keys); n != 0 {
		t.Fatalf("%d fetches of keys", n)
	}
}

func TestAccessTokenInvalid(t *testing.T) {
	fake, g := google(t)
	for name, grant := range map[string]fakes.Grant{
		"other audience":      {GooglePerson: ivan, Audience: "evil.apps.googleusercontent.com"},
		"expired":             {GooglePerson: ivan, Expires: time.Now().Add(-time.Minute)},
		"expired, still told": {GooglePerson: ivan, Expires: time.Now().Add(-time.Minute), StaleInTokenInfo: true},
		"another at userinfo": {GooglePerson: ivan, UserInfoSub: "110000000000000000043"},
		"taken back":          {GooglePerson: ivan, Revoked: true},
		"names nobody":        {},
	} {
		t.Run(name, func(t *testing.T) { wantInvalid(t, g, fake.Grant(grant)) })
	}
	for name, token := range map[string]string{
		"never given out":   "ya29.a0Af-never",
		"with query inside": "ya29.x&access_token=" + fake.AccessToken(ivan),
		"half a JWT":        "eyJhbGciOiJSUzI1NiJ9.e30",
		"VK's":              "vk1.a.of-somebody",
		"service account's": "ya29.c.b0Aaekm1",
	} {
		t.Run(name, func(t *testing.T) { wantInvalid(t, g, token) })
	}
}

// A token for another app is refused before userinfo is asked.
func TestForeignAccessTokenGoesNoFurther(t *testing.T) {
	fake, g := google(t)
	wantInvalid(t, g, fake.Grant(fakes.Grant{GooglePerson: ivan, Audience: "evil"}))
	if n := fake.Calls(fakes.UserInfo); n != 0 {
		t.Fatalf("userinfo was asked %d times", n)
	}
}

// Answers that Google gives in no known case: they make no token good.
func TestTokenInfoStrangeAnswers(t *testing.T) {
	good := fmt.Sprintf(`{"aud":%q,"sub":"1","exp":"%d"}`, fakes.ClientID, time.Now().Unix()+60)
	for _, c := range []struct {
		status int
		body   string
		want   error
	}{
		{400, `{"error":"invalid_token","error_description":"Invalid Value"}`, ErrInvalid},
		{400, `{"error_description":"Invalid Value"}`, ErrInvalid},
		{400, `{}`, ErrUnavailable},
		{400, `<html>`, ErrUnavailable},
		{400, good, ErrUnavailable},
		{200, `{}`, ErrInvalid},
		{200, `{"aud":"` + fakes.ClientID + `","sub":"1"}`, ErrInvalid},
		{200, `{"aud":"` + fakes.ClientID + `","sub":"1","exp":"soon"}`, ErrUnavailable},
		{200, `[]`, ErrUnavailable},
		{200, ``, ErrUnavailable},
		{204, ``, ErrUnavailable},
		{302, good, ErrUnavailable},
		{401, good, ErrUnavailable},
		{403, good, ErrUnavailable},
		{404, good, ErrUnavailable},
		{429, good, ErrUnavailable},
		{403, `{"error":"access_denied","error_description":"Daily limit exceeded"}`, ErrUnavailable},
		{503, good, ErrUnavailable},
	} {
		fake := fakes.NewGoogle(t)
		changed := fake.Settings()
		changed.TokenInfoURL = answering(t, c.status, c.body)
		if who, err := verify(NewGoogle(changed), fake.AccessToken(ivan)); who != nil || !errors.Is(err, c.want) {
			t.Errorf("%d %s: %+v, %v", c.status, c.body, who, err)
		}
	}
}

func TestAccessTokenUnavailable(t *testing.T) {
	for _, path := range []string{fakes.TokenInfo, fakes.UserInfo} {
		t.Run(path, func(t *testing.T) {
			wantOutages(t, func(t *testing.T) (*fakes.Server, Verifier, string, *clock) {
				fake, g := google(t)
				hasty(g.client, &g.timeout)
				return fake.Server, g, fake.AccessToken(ivan), newClock(g.keys)
			}, path)
		})
	}
}
