package social

import (
	"errors"
	"fmt"
	"testing"
	"time"

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
	changes{
		"audience in a list":      func(c map[string]any) { c["aud"] = []string{fakes.BundleID} },
		"the site's":              func(c map[string]any) { c["aud"] = "com.example.privet.web" },
		"flags as texts":          func(c map[string]any) { c["email_verified"], c["is_private_email"] = "true", "false" },
		"no flag for the address": func(c map[string]any) { delete(c, "is_private_email") },
		"nonce":                   func(c map[string]any) { c["nonce"] = "n" },
		"a name":                  func(c map[string]any) { c["name"] = "Vera" }, // Apple signs none, whoever does
		"about to expire":         func(c map[string]any) { c["exp"] = time.Now().Unix() + 5 },
		"clock ahead":             func(c map[string]any) { c["iat"] = time.Now().Unix() + 30 },
	}.test(t, fake.Claims(vera), func(t *testing.T, claims map[string]any) {
		wantIdentity(t, a, fake.Sign(claims), want)
	})
	if n := fake.Calls(fakes.AppleKeys); n != 1 {
		t.Errorf("%d fetches of keys", n)
	}
}

// Claims that make a well signed token worthless.
func TestAppleClaims(t *testing.T) {
	fake, a := apple(t)
	worthlessClaims("https://appleid.apple.com", fakes.BundleID, "com.example.evil").and(changes{
		"both of ours":     func(c map[string]any) { c["aud"] = []string{fakes.BundleID, "com.example.privet.web"} },
		"Google's issuer":  func(c map[string]any) { c["iss"] = "https://accounts.google.com" },
		"bare issuer":      func(c map[string]any) { c["iss"] = "appleid.apple.com" },
		"email is no text": func(c map[string]any) { c["email"] = []int{1} },
	}).test(t, fake.Claims(vera), func(t *testing.T, claims map[string]any) {
		wantInvalid(t, a, fake.Sign(claims))
	})
}

// Tokens whose signature proves nothing.
func TestAppleSignature(t *testing.T) {
	fake, a := apple(t)
	claims := fake.Claims(vera)
	tokens := forgeries(t, fake.Key(), claims)
	tokens["an authorization code"] = "c8b2f1e0d9a7b4c6.0.mrsww.Yh2kq9TzXvB1"
	tokens["Google's access token"] = "ya29.a0Af-secret"
	for name, token := range tokens {
		t.Run(name, func(t *testing.T) { wantInvalid(t, a, token) })
	}
	wantGood(t, a, fake.Sign(claims)) // the token that the others were made of

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
	clock := newClock(a.keys)
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
	wantOutages(t, func(t *testing.T) (*fakes.Server, Verifier, string, *clock) {
		fake, a := apple(t)
		hasty(a.keys.client, &a.timeout)
		return fake.Server, a, fake.IdentityToken(vera), newClock(a.keys)
	})
}

func FuzzApple(f *testing.F) {
	fake := fakes.NewApple(f)
	fuzz(f, NewApple(fake.Settings()), vera.Sub, fake.IdentityToken(vera), "eyJ.e30.AA", "e30.e30.", "...", "eyJhbGciOiJFUzI1NiJ9.e30.AA")
}
