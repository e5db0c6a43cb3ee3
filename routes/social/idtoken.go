package social

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
)

// clockSkew is how far a provider's clock may be ahead of ours. go-oidc allows the same for nbf.
const clockSkew = 5 * time.Minute

// idTokens verifies the ID tokens of one provider.
type idTokens struct {
	issuer     string
	algorithms []string // by which the provider signs
	keys       *keySet
	clientIDs  []string // of our apps
}

// verify checks a token's signature, algorithm, issuer and times (OpenID Connect Core, section 3.1.3.7), and that it was
// made for none but our apps. The reasons are worded here, as go-oidc's repeat parts of the token.
func (t *idTokens) verify(ctx context.Context, raw string) (*oidc.IDToken, error) {
	check := &signatureCheck{keys: t.keys}
	// The audience is checked here, since there may be several client ids.
	config := &oidc.Config{SkipClientIDCheck: true, SupportedSigningAlgs: t.algorithms}
	token, err := oidc.NewVerifier(t.issuer, check, config).Verify(ctx, raw)
	var expired *oidc.TokenExpiredError
	switch {
	case check.err != nil:
		return nil, check.err
	case errors.As(err, &expired):
		return nil, errExpired
	case err != nil:
		return nil, invalid("it is malformed, signed by an unsupported algorithm, of another issuer or not valid yet")
	case len(token.Audience) == 0 || slices.ContainsFunc(token.Audience, t.foreign):
		return nil, errOtherApp
	case token.IssuedAt.After(time.Now().Add(clockSkew)):
		return nil, invalid("it is not valid yet")
	case token.Subject == "":
		return nil, errNoSubject
	}
	return token, nil
}

// foreign reports whether an audience is none of ours.
func (t *idTokens) foreign(audience string) bool { return !slices.Contains(t.clientIDs, audience) }

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
