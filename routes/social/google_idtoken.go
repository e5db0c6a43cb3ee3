package social

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
)

const (
	// googleIssuer is the issuer in Google's tokens; go-oidc also accepts the form without https://.
	googleIssuer = "https://accounts.google.com"

	// clockSkew is how far Google's clock may be ahead of ours. go-oidc allows the same for nbf.
	clockSkew = 5 * time.Minute
)

// googleConfig has go-oidc check its part of OpenID Connect Core, section 3.1.3.7: algorithm, issuer, exp and nbf. The
// audience is checked here, since there may be several client ids.
var googleConfig = oidc.Config{
	SkipClientIDCheck:    true,
	SupportedSigningAlgs: []string{oidc.RS256, oidc.ES256},
}

// signatureCheck checks the signature of one token. It keeps the error, as go-oidc passes on nothing but its text.
type signatureCheck struct {
	keys *keySet
	err  error
}

// VerifySignature implements oidc.KeySet.
func (s *signatureCheck) VerifySignature(ctx context.Context, token string) ([]byte, error) {
	payload, err := s.keys.verify(ctx, token)
	s.err = err
	return payload, err
}

// foreign reports whether an audience is none of ours.
func (g *Google) foreign(audience string) bool { return !slices.Contains(g.clientIDs, audience) }

// verifyIDToken checks a token signed by Google. The reasons are worded here, as go-oidc's repeat parts of the token.
func (g *Google) verifyIDToken(ctx context.Context, raw string) (*Identity, error) {
	check := &signatureCheck{keys: g.keys}
	token, err := oidc.NewVerifier(googleIssuer, check, &googleConfig).Verify(ctx, raw)
	var expired *oidc.TokenExpiredError
	switch {
	case check.err != nil:
		return nil, check.err
	case errors.As(err, &expired):
		return nil, invalid("it has expired")
	case err != nil:
		return nil, invalid("it is malformed, signed by an unsupported algorithm, of another issuer or not valid yet")
	case len(token.Audience) == 0 || slices.ContainsFunc(token.Audience, g.foreign):
		return nil, invalid("it was made for another app")
	case token.IssuedAt.After(time.Now().Add(clockSkew)):
		return nil, invalid("it is not valid yet")
	case token.Subject == "":
		return nil, invalid("it has no subject")
	}
	var claims googleProfile
	if err := token.Claims(&claims); err != nil {
		return nil, invalid("its claims are malformed")
	}
	return claims.identity(), nil
}
