package social

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
)

const (
	// googleIssuer is how Google calls itself; go-oidc takes the form without https:// for the same.
	googleIssuer = "https://accounts.google.com"

	// clockSkew is how far ahead of ours Google's clock may be; go-oidc has the same for nbf.
	clockSkew = 5 * time.Minute
)

// googleRules are go-oidc's part of OpenID Connect Core section 3.1.3.7: ways of signing, issuer, exp and nbf. The
// audience is looked at here, since there may be several client ids.
var googleRules = oidc.Config{
	SkipClientIDCheck:    true,
	SupportedSigningAlgs: []string{oidc.RS256, oidc.ES256},
}

// signature is the check of one token's signature. It keeps the error, of which go-oidc passes on the text alone.
type signature struct {
	keys *keySet
	err  error
}

// VerifySignature implements oidc.KeySet.
func (s *signature) VerifySignature(ctx context.Context, token string) ([]byte, error) {
	payload, err := s.keys.verify(ctx, token)
	s.err = err
	return payload, err
}

// verifyIDToken checks a token that Google signed. The reasons are worded here: go-oidc's repeat parts of the token.
func (g *Google) verifyIDToken(ctx context.Context, raw string) (*Identity, error) {
	check := &signature{keys: g.keys}
	token, err := oidc.NewVerifier(googleIssuer, check, &googleRules).Verify(ctx, raw)
	var expired *oidc.TokenExpiredError
	switch {
	case check.err != nil:
		return nil, check.err
	case errors.As(err, &expired):
		return nil, invalid("it has expired")
	case err != nil:
		return nil, invalid("it is malformed, signed in a way that is not taken, another issuer's or not valid yet")
	case len(token.Audience) != 1 || !slices.Contains(g.clientIDs, token.Audience[0]):
		return nil, invalid("it was made for another app")
	case token.IssuedAt.After(time.Now().Add(clockSkew)):
		return nil, invalid("it is not valid yet")
	case token.Subject == "":
		return nil, invalid("it names nobody")
	}
	var claims googleProfile
	if err := token.Claims(&claims); err != nil {
		return nil, invalid("its claims are not understood")
	}
	return claims.identity(), nil
}
