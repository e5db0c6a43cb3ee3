package social

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"time"

	"github.com/privet/privet/hooks/panics"
	"github.com/privet/privet/hooks/settings"
)

// VK verifies VK's tokens: access tokens, of VK ID (vk2.a.…) and older ones, and VK ID's ID tokens. What a token begins
// with tells nothing about it, but an ID token has a JSON header.
type VK struct {
	apps    []*vkApp
	api     *vkAPI
	id      *vkID
	timeout time.Duration // for one Verify
}

// NewVK returns the verifier. Without apps every token is invalid (contract section 5); empty URLs stand for VK's.
func NewVK(s settings.VK) *VK {
	calls := &httpClient{newTransport(), callTimeout}
	v := &VK{api: newVKAPI(s, calls), id: newVKID(s, calls), timeout: verifyTimeout}
	for _, app := range s.Apps {
		v.apps = append(v.apps, newVKApp(app))
	}
	return v
}

// Verify implements Verifier. It leaves the profile to Profile: to prove who somebody is takes no names.
func (v *VK) Verify(ctx context.Context, token string) (*Identity, error) {
	switch {
	case len(v.apps) == 0:
		return nil, invalid("VK is not configured")
	case !plausibleToken(token):
		return nil, invalid("it does not look like a token")
	}
	ctx, cancel := context.WithTimeout(ctx, v.timeout)
	defer cancel()
	if isJWT(token) {
		return v.verifyIDToken(ctx, token)
	}
	return v.verifyAccessToken(ctx, token)
}

// app returns the configured app with a client id, nil for none.
func (v *VK) app(clientID string) *vkApp {
	for _, app := range v.apps {
		if app.ClientID == clientID {
			return app
		}
	}
	return nil
}

// identityOf returns the person whose token an app has vouched for.
func (v *VK) identityOf(app *vkApp, id int64) *Identity {
	return &Identity{Provider: ProviderVK, ID: strconv.FormatInt(id, 10), App: app.ClientID}
}

// vkStagger is how long an app may take for its verdict before the next one is asked as well, so that an app that waits for
// its limit, or gets no answer, takes no time from the others.
const vkStagger = 2 * time.Second

// verdict is what one app says of a token.
type verdict struct {
	app   *vkApp
	id    int64 // of the person, if err is nil
	err   error
	final bool // the token is this app's: what others say does not matter
}

// verifyAccessToken asks the apps, one after the other, until one knows the token. VK ID has an app for each platform,
// and secure.checkToken knows the tokens of its own app only. If none knows it, but one could not be asked, the token may
// still be valid.
func (v *VK) verifyAccessToken(ctx context.Context, token string) (*Identity, error) {
	verdicts := make(chan verdict, len(v.apps))
	asked := 0
	askNext := func() {
		if asked < len(v.apps) {
			app := v.apps[asked]
			asked++
			go func() {
				said, err := panics.Catch(func() (verdict, error) { return v.checkToken(ctx, app, token), nil })
				if err != nil {
					said = verdict{app: app, err: unavailable(methodCheckToken, err)}
				}
				verdicts <- said
			}()
		}
	}
	late := time.NewTicker(vkStagger)
	defer late.Stop()
	askNext()
	var refused error
	for answered := 0; answered < len(v.apps); {
		select {
		case <-late.C:
			askNext()
		case said := <-verdicts:
			answered++
			if said.err == nil {
				return v.identityOf(said.app, said.id), nil
			}
			if said.final {
				return nil, said.err
			}
			if refused == nil || !errors.Is(refused, ErrUnavailable) {
				refused = said.err
			}
			if answered == asked {
				askNext()
			}
		}
	}
	return nil, refused
}

const methodCheckToken = "secure.checkToken"

// checkToken asks one app about a token.
func (v *VK) checkToken(ctx context.Context, app *vkApp, token string) verdict {
	said := verdict{app: app}
	var answer struct {
		Success number `json:"success"`
		UserID  number `json:"user_id"`
		Expire  number `json:"expire"` // Unix time; 0: never
	}
	said.err = v.api.call(ctx, app, methodCheckToken, url.Values{"token": {token}, "client_secret": {app.SecureKey}}, wait, &answer)
	var code *vkError
	switch {
	case errors.As(said.err, &code) && code.blamesToken():
		said.err = invalid(fmt.Sprintf("VK refused it with code %d", code.Code))
	case errors.As(said.err, &code) && code.Code == vkAuthFailed:
		said.err = v.blame(ctx, app)
	case said.err != nil:
		said.err = unavailable(methodCheckToken, said.err)
	case answer.Success != 1:
		said.err = invalid("VK does not confirm it")
	case answer.Expire != 0 && int64(answer.Expire) <= time.Now().Unix():
		said.err, said.final = errExpired, true
	case answer.UserID <= 0:
		said.err = unavailable(methodCheckToken, errUnexpectedBody)
	default:
		said.id = int64(answer.UserID)
	}
	return said
}

// blame returns the error for a token that VK refused with a code that may mean the token or the app's service key: it asks
// whether the key is good for something else.
func (v *VK) blame(ctx context.Context, app *vkApp) error {
	known, err := app.keyFault(ctx, func() error {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), callTimeout) // others wait for it too
		defer cancel()
		var anybody []struct{}
		return v.api.call(ctx, app, methodUsersGet, url.Values{"user_ids": {"1"}}, wait, &anybody)
	})
	var code *vkError
	switch {
	case err == nil:
		return invalid(fmt.Sprintf("VK refused it with code %d", vkAuthFailed))
	case errors.As(err, &code) && !code.passes():
		err = fmt.Errorf("VK refuses the service key of the app %s in PRIVET_VK_APPS: %w", app.ClientID, code)
	}
	if known {
		err = fmt.Errorf("%w: %w", ErrKnownFault, err)
	}
	return unavailable(methodUsersGet, err)
}
