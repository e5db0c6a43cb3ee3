package social

import (
	"context"
	"crypto/rsa"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/privet/privet/hooks/settings"

	"github.com/go-jose/go-jose/v4"
)

// vkID verifies the signatures of VK's ID tokens. VK publishes its key for people to read, not as a key set.
type vkID struct {
	keys   []*rsa.PublicKey // none: VK ID is asked
	url    string
	client *httpClient
}

func newVKID(s settings.VK, client *httpClient) *vkID {
	return &vkID{s.IDKeys, s.IDHost(), client}
}

// vkIssuer is the value of "iis", as VK spells the claim of the issuer.
const vkIssuer = "VK"

// vkClaims are the claims of an ID token. It has no audience, and no time at which it was made.
type vkClaims struct {
	Issuer  string `json:"iis"`
	Subject number `json:"sub"`
	App     number `json:"app"` // the client id
	Expiry  number `json:"exp"` // Unix time
}

// verifyIDToken checks a token signed by VK ID, and that it was made for one of our apps.
func (v *VK) verifyIDToken(ctx context.Context, raw string) (*Identity, error) {
	token, err := jose.ParseSignedCompact(raw, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		return nil, invalid("it is not a JWT, or is signed by an unsupported algorithm")
	}
	if err := v.id.checkSignature(token); err != nil {
		return nil, err
	}
	var claims vkClaims
	if json.Unmarshal(token.UnsafePayloadWithoutVerification(), &claims) != nil {
		return nil, errBadClaims
	}
	app := v.app(strconv.FormatInt(int64(claims.App), 10))
	switch {
	case claims.Issuer != vkIssuer:
		return nil, invalid("it is of another issuer")
	case app == nil:
		return nil, errOtherApp
	case int64(claims.Expiry) <= time.Now().Unix():
		return nil, errExpired
	case claims.Subject <= 0:
		return nil, errNoSubject
	}
	if len(v.id.keys) == 0 { // so far it may be anybody's
		if err := v.id.ask(ctx, app.ClientID, raw, claims.Subject); err != nil {
			return nil, err
		}
	}
	return v.identityOf(app, int64(claims.Subject)), nil
}

// checkSignature checks a token's signature by the keys of the settings, if there are any.
func (v *vkID) checkSignature(token *jose.JSONWebSignature) error {
	fits := func(key *rsa.PublicKey) bool {
		_, err := token.Verify(key)
		return err == nil
	}
	if len(v.keys) > 0 && !slices.ContainsFunc(v.keys, fits) {
		return invalid("its signature is wrong, by all keys of PRIVET_VK_ID_KEY")
	}
	return nil
}

// vkIDFaults are the errors of VK ID (RFC 6749, section 5.2, and its own) that are no fault of the token.
var vkIDFaults = []string{
	"invalid_client", "unauthorized_client", "server_error", "internal_error", "temporarily_unavailable", "slow_down",
	"too_many_requests", "rate_limit_exceeded",
}

// ask has VK ID check the signature of a token that claims to be of a person and for an app. VK ID tells whose it is.
func (v *vkID) ask(ctx context.Context, clientID, token string, subject number) error {
	const call = "public_info"
	address := v.url + "/oauth2/public_info?" + url.Values{"client_id": {clientID}}.Encode()
	status, body, err := v.client.post(ctx, address, url.Values{"id_token": {token}}, maxAnswerSize)
	if err != nil {
		return unavailable(call, err)
	}
	refused := status == http.StatusBadRequest || status == http.StatusUnauthorized || status == http.StatusForbidden
	if status != http.StatusOK && !refused {
		return unavailable(call, unexpectedStatus(status))
	}
	var answer struct {
		User *struct {
			ID number `json:"user_id"`
		} `json:"user"`
		Error string `json:"error"`
	}
	switch {
	case json.Unmarshal(body, &answer) != nil:
		return unavailable(call, errUnexpectedBody)
	case slices.Contains(vkIDFaults, answer.Error):
		return unavailable(call, errVKIDFault)
	case answer.Error != "":
		return invalid("VK ID rejects it")
	case refused:
		return unavailable(call, unexpectedStatus(status))
	case answer.User == nil:
		return unavailable(call, errUnexpectedBody)
	case answer.User.ID != subject:
		return invalid("VK ID knows it as another person's")
	}
	return nil
}
