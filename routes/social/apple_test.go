package social

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/privet/privet/hooks/settings"
	"github.com/privet/privet/routes/testkit/fakes"
)

var vera = fakes.ApplePerson{Sub: "000042.c0ffee.0815", Email: "vera@icloud.com", Verified: true, Private: false}

func apple(t *testing.T) (*fakes.Apple, *Apple) {
	fake := fakes.NewApple(t)
	return fake, NewApple(fake.Settings())
}

func TestApple(t *testing.T) {
	fake, a := apple(t)
	want := Identity{Provider: "apple", ID: vera.Sub, Email: vera.Email, EmailProven: true}
	for range 2 { // sign-in, then signup
		wantIdentity(t, a, fake.IdentityToken(vera), want)
	}
	wantIdentity(t, a, fake.IdentityToken(fakes.ApplePerson{Sub: "7"}), Identity{Provider: "apple", ID: "7"})
	for name, change := range map[string]func(map[string]any){
		"audience in a list":      func(c map[string]any) { c["aud"] = []string{fakes.BundleID} },
		"the site's":              func(c map[string]any) { c["aud"] = "com.example.privet.web" },
		"flags as texts":          func(c map[string]any) { c["email_verified"], c["is_private_email"] = "true", "false" },
		"no flag for the address": func(c map[string]any) { delete(c, "is_private_email") },
		"nonce":                   func(c map[string]any) { c["nonce"] = "n" },
		"a name":                  func(c map[string]any) { c["name"] = "Vera" }, // Apple signs none, whoever does
		"about to expire":         func(c map[string]any) { c["exp"] = time.Now().Unix() + 5 },
		"clock ahead":             func(c map[string]any) { c["iat"] = time.Now().Unix() + 30 },
	} {
		t.Run(name, func(t *testing.T) {
			claims := fake.Claims(vera)
			change(claims)
			wantIdentity(t, a, fake.Sign(claims), want)
		})
	}
	if n := fake.Calls(fakes.AppleKeys); n != 1 {
		t.Errorf("%d fetches of keys", n)
	}
}

// Claims that make a well signed token worthless.
func TestAppleClaims(t *testing.T) {
	fake, a := apple(t)
	now := time.Now().Unix()
	for name, change := range map[string]func(map[string]any){
		"other audience":      func(c map[string]any) { c["aud"] = "com.example.evil" },
		"two audiences":       func(c map[string]any) { c["aud"] = []string{fakes.BundleID, "com.example.evil"} },
		"both of ours":        func(c map[string]any) { c["aud"] = []string{fakes.BundleID, "com.example.privet.web"} },
		"audience as a part":  func(c map[string]any) { c["aud"] = fakes.BundleID + ".widget" },
		"audience in capital": func(c map[string]any) { c["aud"] = strings.ToUpper(fakes.BundleID) },
		"empty audience":      func(c map[string]any) { c["aud"] = "" },
		"no audiences":        func(c map[string]any) { c["aud"] = []string{} },
		"no audience":         func(c map[string]any) { delete(c, "aud") },
		"azp is no audience":  func(c map[string]any) { c["aud"], c["azp"] = "evil", fakes.BundleID },
		"Google's issuer":     func(c map[string]any) { c["iss"] = "https://accounts.google.com" },
		"issuer with a slash": func(c map[string]any) { c["iss"] = "https://appleid.apple.com/" },
		"issuer without TLS":  func(c map[string]any) { c["iss"] = "http://appleid.apple.com" },
		"bare issuer":         func(c map[string]any) { c["iss"] = "appleid.apple.com" },
		"no issuer":           func(c map[string]any) { delete(c, "iss") },
		"expired":             func(c map[string]any) { c["exp"] = now - 1 },
		"no expiry":           func(c map[string]any) { delete(c, "exp") },
		"expiry is no number": func(c map[string]any) { c["exp"] = "later" },
		"nbf ahead":           func(c map[string]any) { c["nbf"] = now + 600 },
		"iat ahead":           func(c map[string]any) { c["iat"] = now + 600 },
		"no sub":              func(c map[string]any) { delete(c, "sub") },
		"empty sub":           func(c map[string]any) { c["sub"] = "" },
		"sub is no text":      func(c map[string]any) { c["sub"] = 42 },
		"email is no text":    func(c map[string]any) { c["email"] = []int{1} },
	} {
		t.Run(name, func(t *testing.T) {
			claims := fake.Claims(vera)
			change(claims)
			wantInvalid(t, a, fake.Sign(claims))
		})
	}
}

// Tokens whose signature proves nothing.
func TestAppleSignature(t *testing.T) {
	fake, a := apple(t)
	key, claims := fake.Key(), fake.Claims(vera)
	good := fake.Sign(claims)
	parts := strings.Split(good, ".")
	public, err := x509.MarshalPKIXPublicKey(key.Secret.(*rsa.PrivateKey).Public())
	if err != nil {
		t.Fatal(err)
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public})
	header := func(alg string) map[string]any { return map[string]any{"alg": alg, "kid": key.ID} }
	forged := fakes.Key{ID: key.ID, Secret: fakes.NewApple(t).Key().Secret}
	embedded, elsewhere := header("RS256"), header("RS256")
	embedded["jwk"] = map[string]any{
		"kty": "RSA", "e": "AQAB",
		"n": base64.RawURLEncoding.EncodeToString(forged.Secret.(*rsa.PrivateKey).N.Bytes()),
	}
	elsewhere["jku"] = fakes.NewApple(t).URL + fakes.AppleKeys
	evil := base64.RawURLEncoding.EncodeToString([]byte(`{"iss":"https://appleid.apple.com","sub":"1"}`))
	for name, token := range map[string]string{
		"none":                  fakes.Key{}.Sign(header("none"), claims),
		"none, spelled apart":   fakes.Key{}.Sign(header("nOnE"), claims),
		"none, signed":          key.Sign(header("none"), claims),
		"no alg":                key.Sign(map[string]any{"kid": key.ID}, claims),
		"HS256, public PEM":     fakes.Key{Secret: text}.Sign(header("HS256"), claims),
		"HS256, public DER":     fakes.Key{Secret: public}.Sign(header("HS256"), claims),
		"HS256 called RS256":    fakes.Key{Secret: text}.Sign(header("RS256"), claims),
		"RS256 called ES256":    key.Sign(header("ES256"), claims),
		"RS256 called RS512":    key.Sign(header("RS512"), claims),
		"RS256 called PS256":    key.Sign(header("PS256"), claims),
		"another's key":         forged.Sign(header("RS256"), claims),
		"key brought along":     forged.Sign(embedded, claims),
		"key elsewhere":         forged.Sign(elsewhere, claims),
		"other key id":          key.Sign(map[string]any{"alg": "RS256", "kid": "other"}, claims),
		"no key id":             key.Sign(map[string]any{"alg": "RS256"}, claims),
		"unknown crit":          key.Sign(map[string]any{"alg": "RS256", "kid": key.ID, "crit": []string{"x"}, "x": 1}, claims),
		"bit turned":            parts[0] + "." + parts[1] + "." + turned(parts[2]),
		"claims exchanged":      parts[0] + "." + evil + "." + parts[2],
		"signature cut off":     parts[0] + "." + parts[1] + ".",
		"short signature":       parts[0] + "." + parts[1] + ".AA",
		"two parts":             parts[0] + "." + parts[1],
		"claims no JSON":        key.Sign(header("RS256"), nil),
		"an authorization code": "c8b2f1e0d9a7b4c6.0.mrsww.Yh2kq9TzXvB1",
		"Google's access token": "ya29.a0Af-secret",
	} {
		t.Run(name, func(t *testing.T) { wantInvalid(t, a, token) })
	}
	wantGood(t, a, good) // the token that the others were made of

	// Apple signs by RS256 alone, even if it publishes keys for another algorithm.
	fake.RotateEC()
	wantInvalid(t, a, fake.IdentityToken(vera))
}

// Only where Apple is the authority does an address prove who somebody is. Its relays' addresses tell nobody.
func TestAppleEmail(t *testing.T) {
	fake, a := apple(t)
	for _, c := range []struct {
		email               string
		verified, private   any
		wantProven, wantHid bool
	}{
		{"x1@privaterelay.appleid.com", "true", "true", true, true},
		{"x1@privaterelay.appleid.com", true, true, true, true},
		{"X1@PrivateRelay.AppleID.com", true, nil, true, true},
		{"x1@privaterelay.appleid.com", nil, nil, true, true},
		{"x1@privaterelay.appleid.com", false, true, false, true},
		{"x1@private.icloud.com", true, true, true, true},
		{"vera@icloud.com", true, false, true, false},
		{"vera@me.com", "true", nil, true, false},
		{"Vera@MAC.com", true, nil, true, false},
		{"vera@icloud.com", "false", nil, false, false},
		{"vera@icloud.com", nil, nil, false, false},
		{"vera@icloud.com", 1, nil, false, false},
		{"vera@mail.example", true, false, false, false},
		{"vera@mail.example", true, "true", false, true},
		{"vera@icloud.com.evil.example", true, nil, false, false},
		{"vera@evil.example@icloud.com", true, nil, false, false},
		{"vera@evil.icloud.com", true, nil, false, false},
		{"x1@privaterelay.appleid.com.evil.example", true, nil, false, false},
		{"vera@\u0130cloud.com", true, nil, false, false}, // a letter that is lowered to an i
		{"@icloud.com", true, nil, false, false},
		{"icloud.com", true, nil, false, false},
	} {
		p := fakes.ApplePerson{Sub: "1", Email: c.email, Verified: c.verified, Private: c.private}
		wantIdentity(t, a, fake.IdentityToken(p), Identity{Provider: "apple", ID: "1", Email: c.email, EmailProven: c.wantProven, EmailPrivate: c.wantHid})
	}
}

// New keys are found without a restart and withdrawn ones forgotten; a storm of unknown key ids costs a few fetches.
func TestAppleKeys(t *testing.T) {
	fake, a := apple(t)
	clock := &clock{at: time.Now()}
	a.keys.now = clock.now
	fetches := func(want int) {
		t.Helper()
		if got := fake.Calls(fakes.AppleKeys); got != want {
			t.Fatalf("%d fetches of keys, want %d", got, want)
		}
	}
	first := fake.IdentityToken(vera)
	wantGood(t, a, first)
	fake.Rotate()
	wantGood(t, a, fake.IdentityToken(vera))
	wantGood(t, a, first) // still published
	fetches(2)

	clock.pass(keysFetchBurst * keysFetchInterval)
	each(200, func(i int) {
		token := fake.Key().Sign(map[string]any{"alg": "RS256", "kid": fmt.Sprint("unknown-", i)}, fake.Claims(vera))
		if _, err := verify(a, token); !errors.Is(err, ErrInvalid) {
			t.Error(err)
		}
	})
	wantGood(t, a, first)
	if n := fake.Calls(fakes.AppleKeys); n > 2+keysFetchBurst {
		t.Fatalf("the storm cost %d fetches", n-2)
	}

	fake.Withdraw()
	clock.pass(keysMaxAge)
	wantInvalid(t, a, first)
	fake.Set(fakes.Fails)
	clock.pass(keysMaxAge)
	wantGood(t, a, fake.IdentityToken(vera)) // by the keys of the last hour
	clock.pass(keysMaxStale)
	wantUnavailable(t, a, fake.IdentityToken(vera))
}

func TestAppleUnavailable(t *testing.T) {
	for name, mode := range brokenModes {
		t.Run(name, func(t *testing.T) {
			fake, a := apple(t)
			hasty(a.keys.client, &a.timeout)
			clock := &clock{at: time.Now()}
			a.keys.now = clock.now
			token := fake.IdentityToken(vera)
			fake.Set(mode)
			wantUnavailable(t, a, token)
			if fake.Redirected() != 0 {
				t.Fatal("a redirect was followed")
			}
			fake.Set(fakes.Works)
			clock.pass(keysRetryDelay)
			wantGood(t, a, token)
		})
	}
	t.Run("dead", func(t *testing.T) {
		fake, a := apple(t)
		token := fake.IdentityToken(vera)
		fake.Stop()
		wantUnavailable(t, a, token)
	})
}

// Junk costs no call, and neither does anything where Apple is off. Without an address its own is asked.
func TestAppleUnasked(t *testing.T) {
	fake, a := apple(t)
	for name, token := range map[string]string{
		"empty": "", "too long": strings.Repeat("e", maxTokenLength+1), "megabyte": strings.Repeat("eyJ.", 1<<18), "space": "eyJ.a b.c", "not text": "eyJ.\xff.\x00",
		"no token": "eyJ.e30.AA", "JSON": `{"payload":"e30","signature":"AA"}`,
	} {
		t.Run(name, func(t *testing.T) { wantInvalid(t, a, token) })
	}
	off := fake.Settings()
	off.ClientIDs = nil
	wantInvalid(t, NewApple(off), fake.IdentityToken(vera))
	if n := fake.Calls(fakes.AppleKeys); n != 0 {
		t.Errorf("%d fetches of keys", n)
	}
	if real := NewApple(settings.Apple{}).keys.url; real != "https://appleid.apple.com/auth/keys" {
		t.Error(real)
	}
}

// Nothing that a client sends stops the server, or stands for anybody but the one who signed in.
func FuzzApple(f *testing.F) {
	fake := fakes.NewApple(f)
	a := NewApple(fake.Settings())
	for _, seed := range []string{fake.IdentityToken(vera), "eyJ.e30.AA", "e30.e30.", "...", "eyJhbGciOiJFUzI1NiJ9.e30.AA"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, token string) {
		who, err := verify(a, token)
		if (who == nil) == (err == nil) || who != nil && who.ID != vera.Sub {
			t.Fatalf("%q: %+v, %v", token, who, err)
		}
	})
}
