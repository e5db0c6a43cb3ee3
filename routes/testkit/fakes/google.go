package fakes

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/privet/privet/hooks/settings"
)

// Paths of Google's endpoints, for Set and Calls.
const (
	Keys      = "/oauth2/v3/certs"
	TokenInfo = "/tokeninfo"
	UserInfo  = "/oauth2/v3/userinfo"
	Picture   = "/picture.png"
)

// ClientID is the OAuth client that Settings names, and the default audience of tokens.
const ClientID = "1234567890-privet.apps.googleusercontent.com"

// Google is a fake of Google's identity services: it publishes its keys, signs ID tokens and recognises the access
// tokens that it has issued.
type Google struct {
	*Server
	keyring
	PictureBytes []byte // the content of Picture

	mu     sync.Mutex
	issued int
	grants map[string]Grant // by access token
}

// GooglePerson is a Google account. Empty fields are omitted from answers and tokens.
type GooglePerson struct {
	Sub, Email string
	Verified   any    // email_verified: a bool or a string; nil omits it
	HD         string // the Workspace organisation's domain
	Name       string
	Picture    string
}

// Grant describes an access token.
type Grant struct {
	GooglePerson               // the account that tokeninfo names
	Audience         string    // "" means ClientID
	Expires          time.Time // zero means in an hour
	StaleInTokenInfo bool      // both endpoints still accept it after Expires
	UserInfoSub      string    // a different sub for userinfo; "" for the same
	Revoked          bool      // userinfo rejects it
}

// NewGoogle starts a Google that runs until the test ends.
func NewGoogle(t testing.TB) *Google {
	g := &Google{grants: map[string]Grant{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+Keys, g.serveKeys)
	mux.HandleFunc("GET "+TokenInfo, g.serveTokenInfo)
	mux.HandleFunc("GET "+UserInfo, g.serveUserInfo)
	mux.HandleFunc("GET "+Picture, func(w http.ResponseWriter, r *http.Request) { w.Write(g.PictureBytes) })
	g.Server = start(t, mux)
	g.Rotate()
	return g
}

// Settings returns the settings that point privet to this Google.
func (g *Google) Settings() settings.Google {
	return settings.Google{
		ClientIDs:    []string{"other-platform.apps.googleusercontent.com", ClientID},
		JWKSURL:      g.URL + Keys,
		TokenInfoURL: g.URL + TokenInfo,
		UserInfoURL:  g.URL + UserInfo,
	}
}

// Claims returns the claims of a valid ID token, for a test to change.
func (g *Google) Claims(p GooglePerson) map[string]any {
	now := time.Now().Unix()
	claims := p.fields()
	claims["iss"], claims["aud"], claims["azp"] = "https://accounts.google.com", ClientID, ClientID
	claims["iat"], claims["exp"] = now, now+3600
	return claims
}

// IDToken returns a valid ID token.
func (g *Google) IDToken(p GooglePerson) string { return g.Sign(g.Claims(p)) }

// AccessToken returns a valid access token.
func (g *Google) AccessToken(p GooglePerson) string { return g.Grant(Grant{GooglePerson: p}) }

// Grant issues an access token.
func (g *Google) Grant(grant Grant) string {
	if grant.Audience == "" {
		grant.Audience = ClientID
	}
	if grant.Expires.IsZero() {
		grant.Expires = time.Now().Add(time.Hour)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.issued++
	token := fmt.Sprintf("ya29.a0Af+H/%d_secret-of-%s", g.issued, grant.Sub)
	g.grants[token] = grant
	return token
}

func (g *Google) grant(token string) (Grant, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	grant, known := g.grants[token]
	return grant, known && (grant.StaleInTokenInfo || grant.Expires.After(time.Now()))
}

func (p GooglePerson) fields() map[string]any {
	fields := map[string]any{}
	for name, value := range map[string]string{"sub": p.Sub, "email": p.Email, "hd": p.HD, "name": p.Name, "picture": p.Picture} {
		if value != "" {
			fields[name] = value
		}
	}
	if p.Verified != nil {
		fields["email_verified"] = p.Verified
	}
	return fields
}

// serveTokenInfo encodes all values as strings, as Google does.
func (g *Google) serveTokenInfo(w http.ResponseWriter, r *http.Request) {
	grant, good := g.grant(r.FormValue("access_token"))
	if !good {
		respond(w, http.StatusBadRequest, map[string]any{"error": "invalid_token", "error_description": "Invalid Value"})
		return
	}
	info := map[string]any{
		"azp":         grant.Audience,
		"aud":         grant.Audience,
		"scope":       "openid https://www.googleapis.com/auth/userinfo.email https://www.googleapis.com/auth/userinfo.profile",
		"exp":         strconv.FormatInt(grant.Expires.Unix(), 10),
		"expires_in":  strconv.Itoa(int(time.Until(grant.Expires).Seconds())),
		"access_type": "online",
	}
	for name, value := range grant.fields() {
		switch name {
		case "sub", "email", "email_verified":
			info[name] = fmt.Sprint(value)
		}
	}
	respond(w, http.StatusOK, info)
}

func (g *Google) serveUserInfo(w http.ResponseWriter, r *http.Request) {
	token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	grant, good := g.grant(token)
	if !good || grant.Revoked {
		respond(w, http.StatusUnauthorized, map[string]any{"error": "invalid_request", "error_description": "Invalid Credentials"})
		return
	}
	info := grant.fields()
	if grant.UserInfoSub != "" {
		info["sub"] = grant.UserInfoSub
	}
	respond(w, http.StatusOK, info)
}
