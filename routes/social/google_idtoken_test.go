package social

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
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

	for name, change := range map[string]func(map[string]any){
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
	} {
		t.Run(name, func(t *testing.T) {
			claims := fake.Claims(ivan)
			change(claims)
			wantIdentity(t, g, fake.Sign(claims), want)
		})
	}
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
	now := time.Now().Unix()
	for name, change := range map[string]func(map[string]any){
		"other audience":      func(c map[string]any) { c["aud"] = "evil.apps.googleusercontent.com" },
		"two audiences":       func(c map[string]any) { c["aud"] = []string{fakes.ClientID, "evil.apps.googleusercontent.com"} },
		"ours comes second":   func(c map[string]any) { c["aud"] = []string{"evil.apps.googleusercontent.com", fakes.ClientID} },
		"ours and none":       func(c map[string]any) { c["aud"] = []string{fakes.ClientID, ""} },
		"empty audience":      func(c map[string]any) { c["aud"] = "" },
		"no audiences":        func(c map[string]any) { c["aud"] = []string{} },
		"no audience":         func(c map[string]any) { delete(c, "aud") },
		"azp is no audience":  func(c map[string]any) { c["aud"], c["azp"] = "evil", fakes.ClientID },
		"other issuer":        func(c map[string]any) { c["iss"] = "https://accounts.evil.example" },
		"issuer with a slash": func(c map[string]any) { c["iss"] = "https://accounts.google.com/" },
		"issuer without TLS":  func(c map[string]any) { c["iss"] = "http://accounts.google.com" },
		"no issuer":           func(c map[string]any) { delete(c, "iss") },
		"expired":             func(c map[string]any) { c["exp"] = now - 1 },
		"no expiry":           func(c map[string]any) { delete(c, "exp") },
		"expiry is no number": func(c map[string]any) { c["exp"] = "later" },
		"nbf ahead":           func(c map[string]any) { c["nbf"] = now + 600 },
		"iat ahead":           func(c map[string]any) { c["iat"] = now + 600 },
		"no sub":              func(c map[string]any) { delete(c, "sub") },
		"empty sub":           func(c map[string]any) { c["sub"] = "" },
		"sub is no text":      func(c map[string]any) { c["sub"] = 42 },
		"name is no text":     func(c map[string]any) { c["name"] = []int{1} },
	} {
		t.Run(name, func(t *testing.T) {
			claims := fake.Claims(ivan)
			change(claims)
			wantInvalid(t, g, fake.Sign(claims))
		})
	}
}

// Tokens whose signature proves nothing.
func TestIDTokenSignature(t *testing.T) {
	fake, g := google(t)
	key, claims := fake.Key(), fake.Claims(ivan)
	good := fake.Sign(claims)
	parts := strings.Split(good, ".")
	public, err := x509.MarshalPKIXPublicKey(key.Secret.(*rsa.PrivateKey).Public())
	if err != nil {
		t.Fatal(err)
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public})
	header := func(alg string) map[string]any { return map[string]any{"alg": alg, "kid": key.ID} }
	forged := fakes.Key{ID: key.ID, Secret: fakes.NewGoogle(t).Key().Secret}
	embedded := header("RS256")
	embedded["jwk"] = map[string]any{
		"kty": "RSA", "e": "AQAB",
		"n": base64.RawURLEncoding.EncodeToString(forged.Secret.(*rsa.PrivateKey).N.Bytes()),
	}
	evil := base64.RawURLEncoding.EncodeToString([]byte(`{"iss":"https://accounts.google.com","sub":"1"}`))

	for name, token := range map[string]string{
		"none":                fakes.Key{}.Sign(header("none"), claims),
		"none, spelled apart": fakes.Key{}.Sign(header("nOnE"), claims),
		"none, signed":        key.Sign(header("none"), claims),
		"no alg":              key.Sign(map[string]any{"kid": key.ID}, claims),
		"HS256, public PEM":   fakes.Key{Secret: text}.Sign(header("HS256"), claims),
		"HS256, public DER":   fakes.Key{Secret: public}.Sign(header("HS256"), claims),
		"HS256 called RS256":  fakes.Key{Secret: text}.Sign(header("RS256"), claims),
		"RS256 called ES256":  key.Sign(header("ES256"), claims),
		"RS256 called RS512":  key.Sign(header("RS512"), claims),
		"RS256 called PS256":  key.Sign(header("PS256"), claims),
		"another's key":       forged.Sign(header("RS256"), claims),
		"key brought along":   forged.Sign(embedded, claims),
		"no key id":           key.Sign(map[string]any{"alg": "RS256"}, claims),
		"unknown crit":        key.Sign(map[string]any{"alg": "RS256", "kid": key.ID, "crit": []string{"x"}, "x": 1}, claims),
		"bit turned":          parts[0] + "." + parts[1] + "." + turned(parts[2]),
		"claims exchanged":    parts[0] + "." + evil + "." + parts[2],
		"signature cut off":   parts[0] + "." + parts[1] + ".",
		"short signature":     parts[0] + "." + parts[1] + ".AA",
		"claims no JSON":      key.Sign(header("RS256"), nil),
	} {
		t.Run(name, func(t *testing.T) { wantInvalid(t, g, token) })
	}
	if who, err := verify(g, good); err != nil || who.ID != ivan.Sub {
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

func turned(signature string) string {
	bytes, err := base64.RawURLEncoding.DecodeString(signature)
	if err != nil {
		panic(err)
	}
	bytes[len(bytes)/2] ^= 1
	return base64.RawURLEncoding.EncodeToString(bytes)
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

// Nothing that a client sends stops the server, or stands for anybody but the one who signed in.
func FuzzGoogle(f *testing.F) {
	fake := fakes.NewGoogle(f)
	g := NewGoogle(fake.Settings())
	good := fake.IDToken(ivan)
	for _, seed := range []string{good, "eyJ.e30.AA", "e30.e30.", "ya29.c.b0A", "...", "eyJhbGciOiJFUzI1NiJ9.e30.AA"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, token string) {
		who, err := verify(g, token)
		if (who == nil) == (err == nil) || who != nil && who.ID != ivan.Sub {
			t.Fatalf("%q: %+v, %v", token, who, err)
		}
	})
}
