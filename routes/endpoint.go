package routes

import (
	"net/http"

	"github.com/privet/privet/hooks/logs"
	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/routes/access"
	"github.com/privet/privet/routes/idempotency"
	"github.com/privet/privet/routes/laravel"
	"github.com/privet/privet/routes/resource"

	"github.com/pocketbase/pocketbase/core"
)

// accessLevel is who may call an endpoint.
type accessLevel int

const (
	public        accessLevel = iota // everybody, limited by network; access tokens are ignored
	publicLimited                    // as public, with a stricter limit of the endpoint's own besides
	signedIn                         // a device's access token
	userOrInvite                     // a device's access token, or an invite token for the requested profile
	optionalUser                     // everybody; the handler looks at the access token, if there is one
)

// endpoint is a row of the route table.
type endpoint struct {
	method, path string
	access       accessLevel
	handle       func(*call) error
}

// allow returns the endpoint's methods for the header Allow. As in Laravel, an endpoint for GET also answers HEAD.
func (point endpoint) allow() string {
	if point.method == http.MethodGet {
		return "GET, HEAD"
	}
	return point.method
}

// serve returns the handler of an endpoint with what is common to all of them around it.
func (a *api) serve(point endpoint) func(*core.RequestEvent) error {
	return func(e *core.RequestEvent) error {
		c := &call{api: a, event: e, req: e.Request, limits: a.limiter.Request(clientNetworks(e), e.Response.Header())}
		defer c.discardUploads()
		err := c.checkMethod(point)
		if err == nil {
			err = c.authorize(point)
			if err != nil {
				if overridden := laravel.OverriddenByBody(c.req); overridden != nil {
					c.limits.Hide() // as on any answer to a wrong method
					err = overridden
				}
			}
		}
		if err == nil && point.access == signedIn && point.method == http.MethodPost {
			c.idempotency, err = idempotency.New(c.req, c.userID())
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

func (c *call) checkMethod(point endpoint) error {
	if c.req.Method == point.method || (c.req.Method == http.MethodHead && point.method == http.MethodGet) {
		return nil
	}
	c.event.Response.Header().Set("Allow", point.allow())
	return resource.NoMethod(c.req.Method, sentPath(c.req), point.allow())
}

// authorize checks the request's access token, then counts it against the limits (contract section 1).
func (c *call) authorize(point endpoint) error {
	if point.access != public && point.access != publicLimited {
		if err := c.authenticate(); err != nil {
			return err
		}
		if !c.allowed(point.access) {
			return errNoToken
		}
	}
	if c.principal != nil && !c.principal.Invite {
		return c.limits.User(c.userID())
	}
	own := ""
	if point.access == publicLimited {
		own = point.path
	}
	return c.limits.Anonymous(own)
}

// authenticate sets the principal that the request's access token belongs to. It stays nil without a valid token.
func (c *call) authenticate() error {
	lines := c.req.Header.Values("Authorization")
	if len(lines) == 0 {
		return nil
	}
	id, secret, ok := access.Bearer(lines[len(lines)-1])
	if !ok {
		return nil
	}
	principal, err := store.FindPrincipal(c.req.Context(), c.app, id, secret)
	if err != nil || principal == nil {
		return err
	}
	c.principal = principal
	if request := logs.RequestOf(c.req.Context()); request != nil && !principal.Invite {
		request.User = c.userID()
	}
	if principal.DeviceID != 0 {
		c.lastUsed.Note(principal.DeviceID)
		store.NoteNetwork(c.userID(), c.sender())
	}
	return nil
}

// allowed reports whether the principal may call an endpoint with an access level above public.
func (c *call) allowed(level accessLevel) bool {
	switch {
	case level == optionalUser:
		return true
	case c.principal == nil:
		return false
	case c.principal.Invite:
		return level == userOrInvite && c.pathID("user_id") == c.principal.UserID
	}
	return true
}
