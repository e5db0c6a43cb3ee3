package social

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
)

// verifyIDToken checks an ID token's signature, algorithm, issuer and times (OpenID Connect Core, section 3.1.3.7), and
// that its one audience is among clientIDs. The reasons are worded here, as go-oidc's repeat parts of the token.
func verifyIDToken(ctx context.Context, raw, issuer string, keys *keySet, config *oidc.Config, clientIDs []string) (*oidc.IDToken, error) {
	check := &signatureCheck{keys: keys}
	token, err := oidc.NewVerifier(issuer, check, config).Verify(ctx, raw)
	var expired *oidc.TokenExpiredError
	switch {
	case check.err != nil:
		return nil, check.err
	case errors.As(err, &expired):
		return nil, invalid("it has expired")
	case err != nil:
		return nil, invalid("it is malformed, signed by an unsupported algorithm, of another issuer or not valid yet")
	case len(token.Audience) != 1 || !slices.Contains(clientIDs, token.Audience[0]):
		return nil, invalid("it was made for another app")
	case token.IssuedAt.After(time.Now().Add(clockSkew)):
		return nil, invalid("it is not valid yet")
	case token.Subject == "":
		return nil, invalid("it has no subject")
	}
	return token, nil
}
