package social

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"time"
)

// verifyAccessToken has tokeninfo check for which app and person a token was issued, then gets the person's profile
// from userinfo. The latter accepts the tokens of any app, so it alone would not do, and must name the same person.
func (g *Google) verifyAccessToken(ctx context.Context, token string) (*Identity, error) {
	info, err := g.fetchTokenInfo(ctx, token)
	if err != nil {
		return nil, err
	}
	switch {
	case !slices.Contains(g.clientIDs, info.Audience):
		return nil, errOtherApp
	case int64(info.Expiry) <= time.Now().Unix():
		return nil, errExpired
	case info.Sub == "":
		return nil, errNoSubject
	}
	profile, err := g.fetchUserInfo(ctx, token)
	if err != nil {
		return nil, err
	}
	if profile.Sub != info.Sub {
		return nil, invalid("userinfo and tokeninfo are about different people")
	}
	return profile.identity(), nil
}

// tokenInfo is tokeninfo's answer. All of its values are in quotes.
type tokenInfo struct {
	Audience string `json:"aud"`
	Sub      string `json:"sub"`
	Expiry   number `json:"exp"` // Unix time

	Error       string `json:"error"`
	Description string `json:"error_description"`
}

func (g *Google) fetchTokenInfo(ctx context.Context, token string) (*tokenInfo, error) {
	const call = "tokeninfo"
	address := g.tokenInfo + "?" + url.Values{"access_token": {token}}.Encode()
	status, body, err := g.client.get(ctx, address, maxAnswerSize)
	if err != nil {
		return nil, unavailable(call, err)
	}
	if status != http.StatusOK && status != http.StatusBadRequest {
		return nil, unavailable(call, unexpectedStatus(status))
	}
	var info tokenInfo
	if err := json.Unmarshal(body, &info); err != nil {
		return nil, unavailable(call, errUnexpectedBody)
	}
	if status == http.StatusOK {
		return &info, nil
	}
	if info.Error == "" && info.Description == "" { // not Google's answer, but one of something in between
		return nil, unavailable(call, unexpectedStatus(status))
	}
	return nil, invalid("tokeninfo rejects it")
}

func (g *Google) fetchUserInfo(ctx context.Context, token string) (*googleProfile, error) {
	const call = "userinfo"
	status, body, err := g.client.authorized(token).get(ctx, g.userInfo, maxAnswerSize)
	if err != nil {
		return nil, unavailable(call, err)
	}
	switch status {
	case http.StatusOK:
	case http.StatusUnauthorized: // revoked since the request to tokeninfo
		return nil, invalid("userinfo rejects it")
	default:
		return nil, unavailable(call, unexpectedStatus(status))
	}
	var profile googleProfile
	if err := json.Unmarshal(body, &profile); err != nil {
		return nil, unavailable(call, errUnexpectedBody)
	}
	return &profile, nil
}
