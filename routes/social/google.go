package social

import (
	"cmp"
	"context"
	"encoding/base64"
	"strings"
	"time"

	"github.com/privet/privet/hooks/settings"
)

// Google's addresses, for those that the settings leave empty.
const (
	googleJWKS      = "https://www.googleapis.com/oauth2/v3/certs"
	googleTokenInfo = "https://oauth2.googleapis.com/tokeninfo"
	googleUserInfo  = "https://www.googleapis.com/oauth2/v3/userinfo"
)

// Google verifies Google's tokens: ID tokens, as today's SDKs give out, and access tokens of older apps.
type Google struct {
	clientIDs           []string
	keys                *keySet
	calls               *caller
	tokenInfo, userInfo string
	limit               time.Duration // for one Verify
}

// NewGoogle makes the verifier. Without client ids every token is invalid (contract section 5); empty addresses
// are Google's own.
func NewGoogle(s settings.Google) *Google {
	calls := &caller{newTransport(), callLimit}
	return &Google{
		clientIDs: s.ClientIDs,
		keys:      &keySet{url: cmp.Or(s.JWKSURL, googleJWKS), calls: calls, now: time.Now},
		calls:     calls,
		tokenInfo: cmp.Or(s.TokenInfoURL, googleTokenInfo),
		userInfo:  cmp.Or(s.UserInfoURL, googleUserInfo),
		limit:     verifyLimit,
	}
}

// Verify implements Verifier.
func (g *Google) Verify(ctx context.Context, token string) (*Identity, error) {
	switch {
	case len(g.clientIDs) == 0:
		return nil, invalid("Google is not configured")
	case !plausible(token):
		return nil, invalid("it does not look like a token")
	}
	ctx, cancel := context.WithTimeout(ctx, g.limit)
	defer cancel()
	if isJWT(token) {
		return g.verifyIDToken(ctx, token)
	}
	return g.verifyAccessToken(ctx, token)
}

// isJWT tells an ID token from an access token, which may have two dots as well but begins with no JSON object.
func isJWT(token string) bool {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return false
	}
	header, err := base64.RawURLEncoding.DecodeString(parts[0])
	return err == nil && strings.HasPrefix(strings.TrimSpace(string(header)), "{")
}

// googleProfile is what Google says of a person: in the claims of an ID token and in userinfo's answer.
type googleProfile struct {
	Sub           string `json:"sub"`
	Email         string `json:"email"`
	EmailVerified flag   `json:"email_verified"`
	HostedDomain  string `json:"hd"` // the Workspace organisation
	Name          string `json:"name"`
	Picture       string `json:"picture"`
}

func (p *googleProfile) identity() *Identity {
	return &Identity{
		Provider:    ProviderGoogle,
		ID:          p.Sub,
		Email:       p.Email,
		EmailProven: p.emailProven(),
		Name:        p.Name,
		PictureURL:  p.Picture,
	}
}

// emailProven tells whether Google is the authority for the address, as its guide "Verify the Google ID token on your
// server side" defines it. Any other address was the person's when they showed it to Google and may be another's now.
func (p *googleProfile) emailProven() bool {
	name, domain, _ := strings.Cut(p.Email, "@")
	gmail := name != "" && strings.EqualFold(domain, "gmail.com")
	return gmail && p.EmailVerified != "false" ||
		p.Email != "" && p.EmailVerified == "true" && p.HostedDomain != ""
}
