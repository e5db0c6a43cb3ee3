package routes

import (
	"errors"
	"net/http"
	"strings"

	"github.com/privet/privet/hooks/refusal"
	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/routes/laravel"
	"github.com/privet/privet/routes/laravel/body"
	"github.com/privet/privet/routes/resource"

	"github.com/pocketbase/pocketbase/core"
)

// errNoToken is the 401 for want of a token, which alone has no throttle headers.
var errNoToken = errors.New("routes: no token")

// invalid is the shape of a validation error.
type invalid struct {
	Message string           `json:"message"`
	Errors  *laravel.Invalid `json:"errors"`
}

// fail is the one exit for errors of an endpoint: it answers what the contract says, and logs what is our fault.
func (c *call) fail(err error) error {
	shown := c.shape(err)
	return writeJSON(c.event, shown.Status, shown.Body)
}

// shape turns an error into its documented answer.
func (c *call) shape(err error) *resource.Error {
	var known *resource.Error
	var broken *laravel.Invalid
	var malformed *body.Malformed
	switch {
	case errors.As(err, &known):
		return known
	case errors.As(err, &broken):
		return validationError(broken)
	case errors.As(err, &malformed):
		return resource.Failure(http.StatusBadRequest, malformed.Message)
	case errors.Is(err, body.ErrTooLarge):
		return resource.TooLarge
	case errors.Is(err, store.ErrNotFound):
		return resource.NotFound
	case errors.Is(err, errNoToken), errors.Is(err, store.ErrShutOut):
		c.event.Response.Header().Del("X-RateLimit-Limit")
		c.event.Response.Header().Del("X-RateLimit-Remaining")
		return resource.Unauthorized
	case c.req.Context().Err() != nil:
		return resource.Stopping // unless the client is gone, and nobody reads it
	}
	if refused, ok := refusal.Of(err); ok {
		return validationError(laravel.NewInvalid(refused.Field, refused.Error()))
	}
	c.app.Logger().Error("a request failed", "method", c.req.Method, "path", c.req.URL.Path, "error", err)
	return resource.ServerError
}

func validationError(e *laravel.Invalid) *resource.Error {
	return &resource.Error{Status: http.StatusTooManyRequests, Body: invalid{e.Message(), e}}
}

// noRoute answers addresses under the prefix that are no endpoint.
func (a *api) noRoute(e *core.RequestEvent) error {
	unknown := resource.NoRoute(sentPath(e.Request))
	return writeJSON(e, unknown.Status, unknown.Body)
}

// lastResort stands before everything PocketBase does with a request: it sets what each answer of the contract
// carries, lets a stop wait for it, and turns what nobody else turned into an answer (a panic, a refusal of PocketBase's) into one.
func (a *api) lastResort(e *core.RequestEvent) error {
	if e.Request.URL.Path != "/api/realtime" { // which ends when somebody closes it
		defer a.requests.enter()()
	}
	if !strings.HasPrefix(e.Request.URL.Path, Prefix) {
		return e.Next()
	}
	header := e.Response.Header()
	header.Set("Access-Control-Allow-Origin", "*")
	header.Set("Cache-Control", "no-cache, private")
	if e.Request.Method == http.MethodOptions && e.Request.Header.Get("Access-Control-Request-Method") == "" {
		return a.options(e)
	}
	err := e.Next()
	if err == nil || e.Written() {
		return err
	}
	a.app.Logger().Error("a request failed", "method", e.Request.Method, "path", e.Request.URL.Path, "error", err)
	return writeJSON(e, resource.ServerError.Status, resource.ServerError.Body)
}

// options answers OPTIONS. A browser's preflight is left to PocketBase's CORS.
func (a *api) options(e *core.RequestEvent) error {
	for _, point := range a.endpoints() {
		if e.Request.Pattern == Prefix+point.path {
			e.Response.Header().Set("Allow", strings.ReplaceAll(point.allow(), " ", ""))
			e.Response.WriteHeader(http.StatusOK)
			return nil
		}
	}
	return a.noRoute(e)
}
