package social

import (
	"cmp"
	"context"
	"encoding/base64"
	"regexp"
	"strings"
	"time"

	"github.com/privet/privet/hooks/settings"

	"github.com/coreos/go-oidc/v3/oidc"
)

// googleIssuer is the issuer in Google's tokens; go-oidc also accepts the form without https://.
const googleIssuer = "https://accounts.google.com"

// Google's URLs, unless the settings replace them.
const (
	googleTokenInfo = "https://oauth2.googleapis.com/tokeninfo"
	googleUserInfo  = "https://www.googleapis.com/oauth2/v3/userinfo"
)

// Google verifies Google's tokens: the ID tokens of today's SDKs, and the access tokens of older apps.
type Google struct {
	idTokens
	client              *httpClient
	tokenInfo, userInfo string
	timeout             time.Duration // for one Verify
}

// NewGoogle returns the verifier. Without client ids every token is invalid (contract section 5); empty URLs stand for
// Google's.
func NewGoogle(s settings.Google) *Google {
	calls := &httpClient{newTransport(), callTimeout}
	return &Google{
		idTokens: idTokens{
			issuer:     googleIssuer,
			algorithms: []string{oidc.RS256, oidc.ES256},
			keys:       &keySet{url: s.KeysURL(), client: calls, now: time.Now},
			clientIDs:  s.ClientIDs,
		},
		client:    calls,
		tokenInfo: cmp.Or(s.TokenInfoURL, googleTokenInfo),
		userInfo:  cmp.Or(s.UserInfoURL, googleUserInfo),
		timeout:   verifyTimeout,
	}
}

// Verify implements Verifier.
func (g *Google) Verify(ctx context.Context, token string) (*Identity, error) {
	switch {
	case len(g.clientIDs) == 0:
		return nil, invalid("Google is not configured")
	case !plausibleToken(token):
		return nil, invalid("it does not look like a token")
	}
	ctx, cancel := context.WithTimeout(ctx, g.timeout)
	defer cancel()
	if isJWT(token) {
		return g.verifyIDToken(ctx, token)
	}
	return g.verifyAccessToken(ctx, token)
}

// isJWT reports whether a token is an ID token. An access token may have two dots as well, but does not begin with an
// encoded JSON object.
func isJWT(token string) bool {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return false
	}
	header, err := base64.RawURLEncoding.DecodeString(parts[0])
	return err == nil && strings.HasPrefix(strings.TrimSpace(string(header)), "{")
}

// verifyIDToken checks a token signed by Google.
func (g *Google) verifyIDToken(ctx context.Context, raw string) (*Identity, error) {
	token, err := g.idTokens.verify(ctx, raw)
	if err != nil {
		return nil, err
	}
	var claims googleProfile
	if err := token.Claims(&claims); err != nil {
		return nil, errBadClaims
	}
	return claims.identity(), nil
}

// googleProfile is a person as the claims of an ID token and userinfo's answer describe them.
type googleProfile struct {
	Sub           string `json:"sub"`
	Email         string `json:"email"`
	EmailVerified flag   `json:"email_verified"`
	HostedDomain  string `json:"hd"` // the domain of the Workspace organization
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
		PictureURL:  smallPicture.ReplaceAllString(p.Picture, "=s512-c"),
	}
}

// smallPicture matches what ends the address of a picture that Google cuts to a square of so many pixels: 96, unless it
// is asked for more.
var smallPicture = regexp.MustCompile(`=s([0-9]{1,2}|[1-4][0-9]{2})-c$`)

// emailProven reports whether Google is the authority for the address, as its guide "Verify the Google ID token on your
// server side" defines it. Any other address belonged to the person when Google verified it, and may belong to somebody
// else by now.
func (p *googleProfile) emailProven() bool {
	return addressAt(p.Email, "gmail.com") && p.EmailVerified != "false" ||
		p.Email != "" && p.EmailVerified == "true" && p.HostedDomain != ""
}
