package social

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/privet/privet/hooks/settings"

	"golang.org/x/time/rate"
)

const (
	vkVersion      = "5.199" // of VK's API
	methodUsersGet = "users.get"

	// VK's error codes (dev.vk.com/en/reference/errors).
	vkUnknown      = 1
	vkAuthFailed   = 5 // the token, or the service key
	vkTooMany      = 6 // requests a second
	vkFlood        = 9
	vkInternal     = 10
	vkAccessDenied = 15 // the token is not one of the app, or is none; or, by its subcode:
	vkRateLimit    = 29

	vkMethodNotAllowed = 1133
	vkAppNotAllowed    = 1134
)

// vkError is an error of VK's API. VK's own message is left out, as it comes with the parameters of the request.
type vkError struct {
	Code    int `json:"error_code"`
	Subcode int `json:"error_subcode"`
}

// Error implements error.
func (e *vkError) Error() string {
	if e.Subcode != 0 {
		return fmt.Sprintf("it answered with error code %d, subcode %d", e.Code, e.Subcode)
	}
	return fmt.Sprintf("it answered with error code %d", e.Code)
}

// blamesToken reports whether secure.checkToken says that the token is not valid: it is not about the app then.
func (e *vkError) blamesToken() bool {
	return e.Code == vkAccessDenied && e.Subcode != vkMethodNotAllowed && e.Subcode != vkAppNotAllowed
}

// passes reports whether the error says nothing of the request, and the same one may succeed later.
func (e *vkError) passes() bool {
	switch e.Code {
	case vkUnknown, vkTooMany, vkFlood, vkInternal, vkRateLimit:
		return true
	}
	return false
}

// VK's limits, of one service key: 5 requests a second, of which those to other methods than secure.* may be 3.
const (
	vkBurst         = 2
	vkInterval      = 255 * time.Millisecond // of a burst and 3 more are 5 in any second
	vkOtherInterval = 350 * time.Millisecond

	// vkYield is how long a request that is not urgent lets others go first.
	vkYield = 3 * time.Second

	// vkKeyInterval is how often VK is asked whether a service key is good.
	vkKeyInterval = time.Minute
)

// vkApp is an app of ours, with the pace of the requests that its service key may send.
type vkApp struct {
	settings.VKApp
	all, other *rate.Limiter // other holds for other methods than secure.*, besides

	asking  chan struct{} // of capacity 1: held by who uses the fields below
	asked   time.Time     // when VK was asked whether the service key is good
	refused error         // and what it said, nil if it is
}

func newVKApp(app settings.VKApp) *vkApp {
	return &vkApp{
		VKApp:  app,
		all:    rate.NewLimiter(rate.Every(vkInterval), vkBurst),
		other:  rate.NewLimiter(rate.Every(vkOtherInterval), 1),
		asking: make(chan struct{}, 1),
	}
}

// keyFault returns why VK refuses the app's service key, nil if it does not, as ask has found within the last minute.
// known reports whether it was known already.
func (a *vkApp) keyFault(ctx context.Context, ask func() error) (known bool, err error) {
	select {
	case a.asking <- struct{}{}:
		defer func() { <-a.asking }()
	case <-ctx.Done():
		return false, redacted(ctx.Err())
	}
	if !a.asked.IsZero() && time.Since(a.asked) < vkKeyInterval {
		return true, a.refused
	}
	a.refused = ask()
	a.asked = time.Now()
	return false, a.refused
}

// patience is how long a request waits for its turn.
type patience int

const (
	wait  patience = iota // in a row with others, unless that would take too long
	yield                 // behind others, for some seconds
)

var errBusy = errors.New("too many requests wait for VK's limit of 5 a second")

// turn waits until a method may be called.
func (a *vkApp) turn(ctx context.Context, method string, p patience) error {
	if !strings.HasPrefix(method, "secure.") {
		if err := inTurn(ctx, a.other); err != nil {
			return err
		}
	}
	if p == wait {
		return inTurn(ctx, a.all)
	}
	// Somebody who waits has reserved what comes next: nothing is allowed meanwhile.
	for end := time.Now().Add(vkYield); !a.all.Allow(); {
		if time.Now().After(end) {
			return inTurn(ctx, a.all)
		}
		if err := pause(ctx, vkInterval); err != nil {
			return err
		}
	}
	return nil
}

func inTurn(ctx context.Context, limiter *rate.Limiter) error {
	switch err := limiter.Wait(ctx); {
	case ctx.Err() != nil:
		return redacted(ctx.Err())
	case err != nil: // it would take longer than ctx has
		return errBusy
	}
	return nil
}

// pause waits, unless ctx would end before.
func pause(ctx context.Context, d time.Duration) error {
	if end, ok := ctx.Deadline(); ok && time.Until(end) < d {
		return errBusy
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return redacted(ctx.Err())
	}
}

// vkAPI is VK's API.
type vkAPI struct {
	hosts  []string
	works  atomic.Int32 // the index of the host that answered last
	client *httpClient
}

func newVKAPI(s settings.VK, client *httpClient) *vkAPI {
	return &vkAPI{hosts: s.Hosts(), client: client}
}

// call calls a method with an app's service key and decodes its response. It keeps to the limits of the key, and repeats
// what VK refuses for exceeding them, as others may use the key. The error is a *vkError if VK refuses the request.
func (v *vkAPI) call(ctx context.Context, app *vkApp, method string, form url.Values, p patience, response any) error {
	form.Set("access_token", app.ServiceKey)
	form.Set("v", vkVersion)
	for {
		if err := app.turn(ctx, method, p); err != nil {
			return err
		}
		err := v.try(ctx, method, form, response)
		if code := (*vkError)(nil); !errors.As(err, &code) || code.Code != vkTooMany {
			return err
		}
		// The limit is of a second: half of one is over for some of those who were refused together, a whole one for all.
		if pause(ctx, time.Second/2+rand.N(time.Second/2)) != nil {
			return err
		}
	}
}

// try calls a method once.
func (v *vkAPI) try(ctx context.Context, method string, form url.Values, response any) error {
	status, body, err := v.post(ctx, "/method/"+method, form)
	if err != nil {
		return err
	}
	if status != http.StatusOK {
		return unexpectedStatus(status)
	}
	var answer struct {
		Response *json.RawMessage `json:"response"`
		Error    *vkError         `json:"error"`
	}
	switch err := json.Unmarshal(body, &answer); {
	case err != nil:
		return errUnexpectedBody
	case answer.Error != nil:
		return answer.Error
	case answer.Response == nil || json.Unmarshal(*answer.Response, response) != nil:
		return errUnexpectedBody
	}
	return nil
}

// post sends a form to the host that worked last, and if it does not any more, to the others.
func (v *vkAPI) post(ctx context.Context, path string, form url.Values) (status int, body []byte, err error) {
	first := int(v.works.Load())
	var causes error
	for n := range v.hosts {
		host := (first + n) % len(v.hosts)
		status, body, err = v.client.post(ctx, v.hosts[host]+path, form, maxAnswerSize)
		if ctx.Err() != nil {
			return 0, nil, redacted(ctx.Err())
		}
		if err == nil && settings.HasMoved(status) {
			err = unexpectedStatus(status)
		}
		if err == nil {
			v.works.Store(int32(host)) //nolint:gosec // an index of a few
			return status, body, nil
		}
		if causes == nil {
			causes = err
		} else {
			causes = fmt.Errorf("%w; %w", causes, err)
		}
	}
	return 0, nil, causes
}
