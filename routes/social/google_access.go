package social

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"time"
)

// verifyAccessToken asks Google for whom and for which app a token was made, then who that is. Userinfo alone
// would do for any app's token, so it comes second and must name the same person.
func (g *Google) verifyAccessToken(ctx context.Context, token string) (*Identity, error) {
	info, err := g.askTokenInfo(ctx, token)
	if err != nil {
		return nil, err
	}
	switch {
	case !slices.Contains(g.clientIDs, info.Audience):
		return nil, invalid("it was made for another app")
	case int64(info.Expiry) <= time.Now().Unix():
		return nil, invalid("it has expired")
	case info.Sub == "":
		return nil, invalid("it names nobody")
	}
	profile, err := g.askUserInfo(ctx, token)
	if err != nil {
		return nil, err
	}
	if profile.Sub != info.Sub {
		return nil, invalid("userinfo names another person than tokeninfo")
	}
	return profile.identity(), nil
}

// tokenInfo is tokeninfo's answer; all of its values are in quotes.
type tokenInfo struct {
	Audience string `json:"aud"`
	Sub      string `json:"sub"`
	Expiry   number `json:"exp"` // Unix time

	Error       string `json:"error"`
	Description string `json:"error_description"`
}

func (g *Google) askTokenInfo(ctx context.Context, token string) (*tokenInfo, error) {
	const call = "tokeninfo"
	address := g.tokenInfo + "?" + url.Values{"access_token": {token}}.Encode()
	status, body, err := g.calls.get(ctx, address, "", answerLimit)
	if err != nil {
		return nil, unavailable(call, err)
	}
	if status != http.StatusOK && status != http.StatusBadRequest {
		return nil, unavailable(call, unexpected(status))
	}
	var info tokenInfo
	if err := json.Unmarshal(body, &info); err != nil {
		return nil, unavailable(call, errNotUnderstood)
	}
	if status == http.StatusOK {
		return &info, nil
	}
	if info.Error == "" && info.Description == "" { // no refusal of Google's: something in between answers
		return nil, unavailable(call, unexpected(status))
	}
	return nil, invalid("tokeninfo does not know it")
}

func (g *Google) askUserInfo(ctx context.Context, token string) (*googleProfile, error) {
	const call = "userinfo"
	status, body, err := g.calls.get(ctx, g.userInfo, token, answerLimit)
	if err != nil {
		return nil, unavailable(call, err)
	}
	switch status {
	case http.StatusOK:
	case http.StatusUnauthorized: // taken back since tokeninfo was asked
		return nil, invalid("userinfo does not take it")
	default:
		return nil, unavailable(call, unexpected(status))
	}
	var profile googleProfile
	if err := json.Unmarshal(body, &profile); err != nil {
		return nil, unavailable(call, errNotUnderstood)
	}
	return &profile, nil
}
