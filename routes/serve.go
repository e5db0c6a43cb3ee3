package routes

import (
	"net/http"
	"strconv"
	"time"

	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/routes/access"
	"github.com/privet/privet/routes/resource"

	"github.com/pocketbase/pocketbase/core"
)

// serve is what happens around an endpoint's handler.
func (a *api) serve(point endpoint) func(*core.RequestEvent) error {
	return func(e *core.RequestEvent) error {
		c := &call{api: a, event: e, req: e.Request}
		defer c.discardUploads()
		err := c.checkMethod(point)
		if err == nil {
			err = c.admit(point)
		}
		if err == nil {
			err = point.handle(c)
		}
		if err != nil {
			return c.fail(err)
		}
		return nil
	}
}

// allow lists the endpoint's methods. As in Laravel, what answers GET answers HEAD.
func (point endpoint) allow() string {
	if point.method == http.MethodGet {
		return "GET, HEAD"
	}
	return point.method
}

func (c *call) checkMethod(point endpoint) error {
	if c.req.Method == point.method || (c.req.Method == http.MethodHead && point.method == http.MethodGet) {
		return nil
	}
	c.event.Response.Header().Set("Allow", point.allow())
	return resource.NoMethod(c.req.Method, sentPath(c.req), point.allow())
}

// admit lets a request in: first its token, then the throttle (contract section 1).
func (c *call) admit(point endpoint) error {
	if point.admission != open && point.admission != tight {
		if err := c.authenticate(); err != nil {
			return err
		}
		if !c.mayEnter(point.admission) {
			return errNoToken
		}
	}
	if c.settings.RateLimit == 0 {
		return nil
	}
	key := "address " + c.address()
	if c.principal != nil && !c.principal.Invite {
		key = "user " + c.user()
	}
	if err := c.count(key, c.settings.RateLimit); err != nil || point.admission != tight {
		return err
	}
	verdict := c.throttle.Hit(point.path+" "+c.address(), tightLimit(c.settings.RateLimit))
	if verdict.Remaining == 0 {
		c.event.Response.Header().Set("X-RateLimit-Remaining", "0") // the next one is refused
	}
	return c.refuseOver(verdict)
}

func (c *call) mayEnter(to admission) bool {
	switch {
	case to == either:
		return true
	case c.principal == nil:
		return false
	case c.principal.Invite:
		return to == orInvite && c.pathID("user_id") == c.principal.UserID
	}
	return true
}

// authenticate finds out whom the request's token speaks for. No or a bad token leaves principal nil.
func (c *call) authenticate() error {
	id, secret, ok := access.Bearer(c.req.Header.Get("Authorization"))
	if !ok {
		return nil
	}
	principal, err := store.FindPrincipal(c.req.Context(), c.app, id, secret)
	if err != nil || principal == nil {
		return err
	}
	c.principal = principal
	if principal.DeviceID != 0 {
		c.lastUsed.Note(principal.DeviceID)
	}
	return nil
}

// tightLimit is what sign-in, sign-up, check-free and get-by-invite may be asked from one address, each: a third
// of the limit for all.
func tightLimit(limit int) int { return max(1, limit/3) }

// accountLimit is how often a wrong password may be tried on one account from one address: a sixth.
func accountLimit(limit int) int { return max(1, limit/6) }

// count hits the throttle that the answer's headers tell of.
func (c *call) count(key string, limit int) error {
	verdict := c.throttle.Hit(key, limit)
	header := c.event.Response.Header()
	header.Set("X-RateLimit-Limit", strconv.Itoa(verdict.Limit))
	header.Set("X-RateLimit-Remaining", strconv.Itoa(verdict.Remaining))
	return c.refuseOver(verdict)
}

// refuseOver answers a hit over a limit.
func (c *call) refuseOver(verdict access.Verdict) error {
	if verdict.Allowed {
		return nil
	}
	header := c.event.Response.Header()
	header.Set("X-RateLimit-Limit", strconv.Itoa(verdict.Limit))
	header.Set("X-RateLimit-Remaining", "0")
	seconds := int((verdict.RetryAfter + time.Second - 1) / time.Second)
	header.Set("Retry-After", strconv.Itoa(seconds))
	header.Set("X-RateLimit-Reset", strconv.FormatInt(verdict.Reset.Unix(), 10))
	return resource.TooMany
}
