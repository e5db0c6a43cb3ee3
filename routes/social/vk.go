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
	vkVersion = "5.199" // of VK's API, the one whose answers are read here
)

// VK verifies VK's access tokens.
type VK struct {
	apps  []settings.VKApp
	api   string
	calls *caller
	limit time.Duration // for one Verify
}

// NewVK makes the verifier. Without apps every token is invalid (contract section 5); an empty address is VK's own.
func NewVK(s settings.VK) *VK {
	return &VK{
		apps:  s.Apps,
		api:   cmp.Or(s.APIURL, vkAPI),
		calls: &caller{newTransport(), callLimit},
		limit: verifyLimit,
	}
}

// Verify implements Verifier. VK ID makes one app a platform, and secure.checkToken takes the tokens of its own app
// only: each configured app is asked until one knows the token. If none does, but one could not be asked, nobody
// knows whether the token is good. A profile that can't be had fails nothing: who it is has been proven by then, and
// signing in needs no more.
func (v *VK) Verify(ctx context.Context, token string) (*Identity, error) {
	switch {
	case len(v.apps) == 0:
		return nil, invalid("VK is not configured")
	case !plausible(token):
		return nil, invalid("it does not look like a token")
	}
	ctx, cancel := context.WithTimeout(ctx, v.limit)
	defer cancel()
	var verdict error
	for _, app := range v.apps {
		id, err := v.checkToken(ctx, app, token)
		if err == nil {
			who := &Identity{Provider: ProviderVK, ID: strconv.FormatInt(id, 10)}
			who.ProfileError = v.fillProfile(ctx, app, id, who)
			return who, nil
		}
		if verdict == nil || !errors.Is(verdict, ErrUnavailable) {
			verdict = err
		}
	}
	return nil, verdict
}

// checkToken asks one app for the user_id of a token.
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
		return 0, invalid("VK does not call it good")
	case answer.Expire != 0 && int64(answer.Expire) <= time.Now().Unix():
		return 0, invalid("it has expired")
	case answer.UserID <= 0:
		return 0, unavailable(method, errNotUnderstood)
	}
	return int64(answer.UserID), nil
}

// fillProfile asks for a person's names and picture.
func (v *VK) fillProfile(ctx context.Context, app settings.VKApp, id int64, who *Identity) error {
	const method = "users.get"
	var answer []struct {
		ID         number `json:"id"`
		FirstName  string `json:"first_name"`
		LastName   string `json:"last_name"`
		ScreenName string `json:"screen_name"`
		Photo      string `json:"photo_max"`
	}
	err := v.call(ctx, method, url.Values{
		"user_ids":     {who.ID},
		"access_token": {app.ServiceKey},
		"fields":       {"screen_name,photo_max"},
	}, &answer)
	if err != nil {
		return err
	}
	if len(answer) != 1 || int64(answer[0].ID) != id {
		return unavailable(method, errNotUnderstood)
	}
	person := answer[0]
	who.Name = strings.TrimSpace(person.FirstName + " " + person.LastName)
	who.Nickname, who.PictureURL = person.ScreenName, person.Photo
	return nil
}

// call calls a method of VK's API and fills in its response. The error is ErrInvalid where VK blames the token,
// else ErrUnavailable. VK's own message stays out of it: it comes with the request's parameters.
func (v *VK) call(ctx context.Context, method string, form url.Values, response any) error {
	form.Set("v", vkVersion)
	status, body, err := v.calls.post(ctx, v.api+"/method/"+method, form, answerLimit)
	if err != nil {
		return unavailable(method, err)
	}
	if status != http.StatusOK {
		return unavailable(method, unexpected(status))
	}
	var answer struct {
		Response *json.RawMessage `json:"response"`
		Error    *struct {
			Code int `json:"error_code"`
		} `json:"error"`
	}
	switch err := json.Unmarshal(body, &answer); {
	case err != nil:
		return unavailable(method, errNotUnderstood)
	case answer.Error != nil && (answer.Error.Code == 5 || answer.Error.Code == 15):
		return invalid(fmt.Sprintf("VK refused it with code %d", answer.Error.Code))
	case answer.Error != nil:
		return unavailable(method, fmt.Errorf("it answered with error code %d", answer.Error.Code))
	}
	if answer.Response == nil || json.Unmarshal(*answer.Response, response) != nil {
		return unavailable(method, errNotUnderstood)
	}
	return nil
}
