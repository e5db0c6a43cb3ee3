package routes

import (
	"errors"
	"net/http"

	"github.com/privet/privet/hooks/refusal"
	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/routes/idempotency"
	"github.com/privet/privet/routes/laravel"
	"github.com/privet/privet/routes/laravel/body"
	"github.com/privet/privet/routes/resource"

	"github.com/pocketbase/pocketbase/core"
)

// errNoToken is the 401 of a request without a valid access token, the only answer without rate limit headers.
var errNoToken = errors.New("routes: no token")

// invalid is the body of a validation error.
type invalid struct {
	Message string           `json:"message"`
	Errors  *laravel.Invalid `json:"errors"`
}

// fail answers with an error. All errors of endpoints are answered here.
func (c *call) fail(err error) error {
	var answered *idempotency.Answered
	if errors.As(err, &answered) {
		resource.WriteEncoded(c.event.Response, answered.Status, answered.Body)
		return nil
	}
	return c.answerOf(err).Write(c.event.Response)
}

// answerOf returns the contract's answer to an error. Errors that the client did not cause are logged and become a 500.
func (c *call) answerOf(err error) *resource.Error {
	var answer *resource.Error
	var invalid *laravel.Invalid
	var malformed *body.Malformed
	switch {
	case errors.As(err, &answer):
		return answer
	case errors.As(err, &invalid):
		return validationError(invalid)
	case errors.As(err, &malformed):
		return resource.Failure(http.StatusBadRequest, malformed.Message)
	case errors.Is(err, body.ErrTooLarge):
		return resource.TooLarge
	case errors.Is(err, store.ErrNotFound):
		return resource.NotFound
	case errors.Is(err, errNoToken), errors.Is(err, store.ErrAccountDisabled):
		c.event.Response.Header().Del("X-RateLimit-Limit")
		c.event.Response.Header().Del("X-RateLimit-Remaining")
		return resource.Unauthorized
	case c.req.Context().Err() != nil:
		return resource.Stopping // or the client has hung up, and nobody reads the answer
	}
	if refused, ok := refusal.Of(err); ok {
		return validationError(laravel.NewInvalid(refused.Field, refused.Error()))
	}
	return serverError(c.event, err)
}

func validationError(e *laravel.Invalid) *resource.Error {
	return &resource.Error{Status: http.StatusTooManyRequests, Body: invalid{e.Message(), e}}
}

// serverError logs an error that only the operator can act upon, and returns the answer to it.
func serverError(e *core.RequestEvent, err error) *resource.Error {
	return resource.LogServerError(e.Response, e.App.Logger(), "a request failed",
		"method", e.Request.Method, "path", e.Request.URL.Path, "error", err)
}
