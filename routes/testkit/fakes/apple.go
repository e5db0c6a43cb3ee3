package fakes

import (
	"net/http"
	"testing"
	"time"

	"github.com/privet/privet/hooks/settings"
)

// AppleKeys is the path of Apple's keys, for Set and Calls.
const AppleKeys = "/auth/keys"

// BundleID is the app that Settings names, and the default audience of tokens.
const BundleID = "com.example.privet"

// Apple is a fake of Sign in with Apple: it publishes its keys and signs identity tokens.
type Apple struct {
	*Server
	keyring
}

// ApplePerson is an Apple account as one developer's apps know it. Empty fields are omitted from tokens.
type ApplePerson struct {
	Sub, Email        string
	Verified, Private any // email_verified and is_private_email: a bool or a string; nil omits it
}

// NewApple starts an Apple that runs until the test ends.
func NewApple(t testing.TB) *Apple {
	a := &Apple{}
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+AppleKeys, a.serveKeys)
	a.Server = start(t, mux)
	a.Rotate()
	return a
}

// Settings returns the settings that point privet to this Apple.
func (a *Apple) Settings() settings.Apple {
	return settings.Apple{ClientIDs: []string{"com.example.privet.web", BundleID}, JWKSURL: a.URL + AppleKeys}
}

// Claims returns the claims of a valid identity token, for a test to change.
func (a *Apple) Claims(p ApplePerson) map[string]any {
	now := time.Now().Unix()
	claims := map[string]any{
		"iss": "https://appleid.apple.com", "aud": BundleID, "iat": now, "exp": now + 86400, "auth_time": now,
		"c_hash": "wX9pUeVqGy1TPhJ0YqQJGA", "nonce_supported": true, "real_user_status": 2,
	}
	for name, value := range map[string]any{"sub": p.Sub, "email": p.Email, "email_verified": p.Verified, "is_private_email": p.Private} {
		if value != nil && value != "" {
			claims[name] = value
		}
	}
	return claims
}

// IdentityToken returns a valid identity token.
func (a *Apple) IdentityToken(p ApplePerson) string { return a.Sign(a.Claims(p)) }
