package social

import (
	"strings"
	"testing"
	"time"

	"github.com/privet/privet/routes/testkit/fakes"
)

func TestIDToken(t *testing.T) {
	fake, g := google(t)
	want := Identity{
		Provider: "google", ID: ivan.Sub, Email: ivan.Email, EmailProven: true, Name: ivan.Name, PictureURL: largeIvan,
	}
	wantIdentity(t, g, fake.IDToken(ivan), want)
	wantIdentity(t, g, fake.IDToken(fakes.GooglePerson{Sub: "7"}), Identity{Provider: "google", ID: "7"})

	changes{
		"bare issuer":        func(c map[string]any) { c["iss"] = "accounts.google.com" },
		"audience in a list": func(c map[string]any) { c["aud"] = []string{fakes.ClientID} },
		"two of our apps": func(c map[string]any) {
			c["aud"] = []string{fakes.ClientID, "other-platform.apps.googleusercontent.com"}
		},
		"another of our apps": func(c map[string]any) { c["aud"] = "other-platform.apps.googleusercontent.com" },
		"made by another app": func(c map[string]any) { c["azp"] = "the-android-half.apps.googleusercontent.com" },
		"verified as a text":  func(c map[string]any) { c["email_verified"] = "true" },
		"nbf just ahead":      func(c map[string]any) { c["nbf"] = time.Now().Unix() + 30 },
		"about to expire":     func(c map[string]any) { c["exp"] = time.Now().Unix() + 5 },
	}.test(t, fake.Claims(ivan), func(t *testing.T, claims map[string]any) {
		wantIdentity(t, g, fake.Sign(claims), want)
	})
	if n := fake.Calls(fakes.TokenInfo) + fake.Calls(fakes.UserInfo); n != 0 || fake.Calls(fakes.Keys) != 1 {
		t.Fatalf("%d calls besides %d fetches of keys", n, fake.Calls(fakes.Keys))
	}
}

func TestIDTokenES256(t *testing.T) {
	fake, g := google(t)
	fake.RotateEC()
	if who, err := verify(g, fake.IDToken(ivan)); err != nil || who.ID != ivan.Sub {
		t.Fatal(who, err)
	}
}

// Claims that make a well signed token worthless.
func TestIDTokenClaims(t *testing.T) {
	fake, g := google(t)
	worthlessClaims("https://accounts.google.com", fakes.ClientID, "evil.apps.googleusercontent.com").and(changes{
		"name is no text": func(c map[string]any) { c["name"] = []int{1} },
	}).test(t, fake.Claims(ivan), func(t *testing.T, claims map[string]any) {
		wantInvalid(t, g, fake.Sign(claims))
	})
}

// Tokens whose signature proves nothing.
func TestIDTokenSignature(t *testing.T) {
	fake, g := google(t)
	claims := fake.Claims(ivan)
	for name, token := range forgeries(t, fake.Key(), claims) {
		t.Run(name, func(t *testing.T) { wantInvalid(t, g, token) })
	}
	if who, err := verify(g, fake.Sign(claims)); err != nil || who.ID != ivan.Sub {
		t.Fatal("the token that the others were made of: ", err)
	}
}

// Signatures of a length that ECDSA does not have must not stop the server.
func TestIDTokenShortES256(t *testing.T) {
	fake, g := google(t)
	fake.RotateEC()
	parts := strings.Split(fake.IDToken(ivan), ".")
	for _, signature := range []string{"", "AA", strings.Repeat("A", 84), strings.Repeat("A", 86), strings.Repeat("A", 88)} {
		wantInvalid(t, g, parts[0]+"."+parts[1]+"."+signature)
	}
}

// Only where Google is the authority does an address prove who somebody is.
func TestEmailProven(t *testing.T) {
	for _, c := range []struct {
		email    string
		verified flag
		hd       string
		want     bool
	}{
		{"ivan@gmail.com", "true", "", true},
		{"Ivan@GMail.com", "", "", true},
		{"ivan@gmail.com", "false", "", false},
		{"ivan@corp.example", "true", "corp.example", true},
		{"ivan@corp.example", "true", "", false},
		{"ivan@corp.example", "false", "corp.example", false},
		{"ivan@corp.example", "", "corp.example", false},
		{"ivan@gmail.com.evil.example", "true", "", false},
		{"ivan@evil.example@gmail.com", "true", "", false},
		{"ivan@gma\u0130l.com", "true", "", false}, // a letter that is lowered to an i
		{"@gmail.com", "true", "", false},
		{"gmail.com", "true", "", false},
		{"", "true", "corp.example", false},
	} {
		p := googleProfile{Email: c.email, EmailVerified: c.verified, HostedDomain: c.hd}
		if got := p.emailProven(); got != c.want {
			t.Errorf("%+v: %v", c, got)
		}
	}
}

func FuzzGoogle(f *testing.F) {
	fake := fakes.NewGoogle(f)
	fuzz(f, NewGoogle(fake.Settings()), ivan.Sub, fake.IDToken(ivan), "eyJ.e30.AA", "e30.e30.", "ya29.c.b0A", "...", "eyJhbGciOiJFUzI1NiJ9.e30.AA")
}
