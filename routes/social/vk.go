package social

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/privet/privet/hooks/settings"
)

const (
	vkAPI     = "https://api.vk.com"
	vkVersion = "5.199" // of VK's API

	// VK's error codes that blame the token (dev.vk.com/en/reference/errors).
	vkAuthFailed   = 5
	vkAccessDenied = 15
)

// VK verifies VK's access tokens.
type VK struct {
	apps    []settings.VKApp
	api     string
	client  *httpClient
	timeout time.Duration // for one Verify
}

// NewVK returns the verifier. Without apps every token is invalid (contract section 5); an empty URL stands for VK's.
func NewVK(s settings.VK) *VK {
	return &VK{
		apps:    s.Apps,
		api:     cmp.Or(s.APIURL, vkAPI),
		client:  &httpClient{newTransport(), callTimeout},
		timeout: verifyTimeout,
	}
}

// Verify implements Verifier. VK ID has an app for each platform, and secure.checkToken accepts the tokens of its own
// app only: the configured apps are tried until one accepts the token. If none does, but one could not be reached, the
// token may still be valid. A missing profile is no error: the identity is proven by then, and a sign-in needs no more.
func (v *VK) Verify(ctx context.Context, token string) (*Identity, error) {
	switch {
	case len(v.apps) == 0:
		return nil, invalid("VK is not configured")
	case !plausibleToken(token):
		return nil, invalid("it does not look like a token")
	}
	ctx, cancel := context.WithTimeout(ctx, v.timeout)
	defer cancel()
	var verdict error
	for _, app := range v.apps {
		id, err := v.checkToken(ctx, app, token)
		if err == nil {
			identity := &Identity{Provider: ProviderVK, ID: strconv.FormatInt(id, 10)}
			identity.ProfileError = v.fillProfile(ctx, app, id, identity)
			return identity, nil
		}
		if verdict == nil || !errors.Is(verdict, ErrUnavailable) {
			verdict = err
		}
	}
	return nil, verdict
}

// checkToken returns the user_id that one app's token belongs to.
func (v *VK) checkToken(ctx context.Context, app settings.VKApp, token string) (int64, error) {
	const method = "secure.checkToken"
	var answer struct {
		Success number `json:"success"`
		UserID  number `json:"user_id"`
		Expire  number `json:"expire"` // Unix time; 0: never
	}
	err := v.call(ctx, method, url.Values{
		"token":         {token},
		"access_token":  {app.ServiceKey},
		"client_secret": {app.SecureKey},
	}, &answer)
	switch {
	case err != nil:
		return 0, err
	case answer.Success != 1:
		return 0, invalid("VK does not confirm it")
	case answer.Expire != 0 && int64(answer.Expire) <= time.Now().Unix():
		return 0, invalid("it has expired")
	case answer.UserID <= 0:
		return 0, unavailable(method, errUnexpectedBody)
	}
	return int64(answer.UserID), nil
}

// fillProfile sets the names and the picture of a person.
func (v *VK) fillProfile(ctx context.Context, app settings.VKApp, id int64, identity *Identity) error {
	const method = "users.get"
	var answer []struct {
		ID         number `json:"id"`
		FirstName  string `json:"first_name"`
		LastName   string `json:"last_name"`
		ScreenName string `json:"screen_name"`
		Photo      string `json:"photo_max"`
	}
	err := v.call(ctx, method, url.Values{
		"user_ids":     {identity.ID},
		"access_token": {app.ServiceKey},
		"fields":       {"screen_name,photo_max"},
	}, &answer)
	if err != nil {
		return err
	}
	if len(answer) != 1 || int64(answer[0].ID) != id {
		return unavailable(method, errUnexpectedBody)
	}
	person := answer[0]
	identity.Name = strings.TrimSpace(person.FirstName + " " + person.LastName)
	identity.Nickname, identity.PictureURL = person.ScreenName, person.Photo
	return nil
}

// call calls a method of VK's API and decodes its response. The error wraps ErrInvalid if VK blames the token, else
// ErrUnavailable. It leaves out VK's own message, which comes with the request's parameters.
func (v *VK) call(ctx context.Context, method string, form url.Values, response any) error {
	form.Set("v", vkVersion)
	status, body, err := v.client.post(ctx, v.api+"/method/"+method, form, maxAnswerSize)
	if err != nil {
		return unavailable(method, err)
	}
	if status != http.StatusOK {
		return unavailable(method, unexpectedStatus(status))
	}
	var answer struct {
		Response *json.RawMessage `json:"response"`
		Error    *struct {
			Code int `json:"error_code"`
		} `json:"error"`
	}
	switch err := json.Unmarshal(body, &answer); {
	case err != nil:
		return unavailable(method, errUnexpectedBody)
	case answer.Error != nil && (answer.Error.Code == vkAuthFailed || answer.Error.Code == vkAccessDenied):
		return invalid(fmt.Sprintf("VK refused it with code %d", answer.Error.Code))
	case answer.Error != nil:
		return unavailable(method, fmt.Errorf("it answered with error code %d", answer.Error.Code))
	}
	if answer.Response == nil || json.Unmarshal(*answer.Response, response) != nil {
		return unavailable(method, errUnexpectedBody)
	}
	return nil
}
