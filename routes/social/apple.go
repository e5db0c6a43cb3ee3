package social

import (
	"context"
	"time"

	"github.com/privet/privet/hooks/settings"

	"github.com/coreos/go-oidc/v3/oidc"
)

const appleIssuer = "https://appleid.apple.com"

// Apple verifies the identity tokens of Sign in with Apple. It needs no key of the developer's account: that would be for
// the authorization code, which is not asked for.
type Apple struct {
	idTokens
	timeout time.Duration // for one Verify
}

// NewApple returns the verifier. Without client ids every token is invalid; an empty URL stands for Apple's.
func NewApple(s settings.Apple) *Apple {
	calls := &httpClient{newTransport(), callTimeout}
	return &Apple{
		idTokens: idTokens{
			issuer:     appleIssuer,
			algorithms: []string{oidc.RS256},
			keys:       &keySet{url: s.KeysURL(), client: calls, now: time.Now},
			clientIDs:  s.ClientIDs,
		},
		timeout: verifyTimeout,
	}
}

// Verify implements Verifier. The identity has no name: Apple gives it to the app, once.
func (a *Apple) Verify(ctx context.Context, token string) (*Identity, error) {
	switch {
	case len(a.clientIDs) == 0:
		return nil, invalid("Apple is not configured")
	case !plausibleToken(token):
		return nil, invalid("it does not look like a token")
	}
	ctx, cancel := context.WithTimeout(ctx, a.timeout)
	defer cancel()
	checked, err := a.idTokens.verify(ctx, token)
	if err != nil {
		return nil, err
	}
	if len(checked.Audience) != 1 { // Apple makes each for one app
		return nil, errOtherApp
	}
	var claims appleClaims
	if err := checked.Claims(&claims); err != nil {
		return nil, errBadClaims
	}
	return &Identity{
		Provider:     ProviderApple,
		ID:           checked.Subject,
		Email:        claims.Email,
		EmailProven:  claims.emailProven(),
		EmailPrivate: claims.Private == "true" || claims.relayed(),
	}, nil
}

// appleClaims are the claims about a person. Apple sends the two flags as booleans or in quotes.
type appleClaims struct {
	Email    string `json:"email"`
	Verified flag   `json:"email_verified"`
	Private  flag   `json:"is_private_email"`
}

// Domains of which Apple is the authority: those of its mail relay, whose addresses it makes for one person and one
// developer, and those of its mailboxes.
var (
	appleRelays    = []string{"privaterelay.appleid.com", "private.icloud.com"}
	appleMailboxes = []string{"icloud.com", "me.com", "mac.com"}
)

// emailProven reports whether the address belongs to the person today. Any other address was theirs when Apple verified
// it, and may be somebody else's by now.
func (c *appleClaims) emailProven() bool {
	return c.relayed() && c.Verified != "false" || addressAt(c.Email, appleMailboxes...) && c.Verified == "true"
}

func (c *appleClaims) relayed() bool { return addressAt(c.Email, appleRelays...) }
