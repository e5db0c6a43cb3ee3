package routes

import (
	"cmp"
	"errors"
	"net/http"
	"strconv"

	"github.com/privet/privet/hooks/admission"
	"github.com/privet/privet/hooks/database"
	"github.com/privet/privet/hooks/disk"
	"github.com/privet/privet/hooks/health"
	"github.com/privet/privet/hooks/refusal"
	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/routes/bodydrain"
	"github.com/privet/privet/routes/idempotency"
	"github.com/privet/privet/routes/laravel"
	"github.com/privet/privet/routes/laravel/body"
	"github.com/privet/privet/routes/limits"
	"github.com/privet/privet/routes/resource"

	validation "github.com/pocketbase/ozzo-validation/v4"
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
	var overridden *laravel.Overridden
	var busy *admission.Busy
	switch {
	case errors.As(err, &answer):
		return answer
	case errors.As(err, &invalid):
		return validationError(invalid)
	case errors.Is(err, bodydrain.ErrTooSlow):
		return resource.TooSlow
	case disk.IsFull(err): // in spite of what uploads leave free
		health.Of(c.app).Report(health.Files, err)
		return resource.NoSpace
	case errors.Is(err, disk.ErrFull):
		return resource.NoSpace
	case errors.As(err, &malformed):
		return resource.Failure(http.StatusBadRequest, malformed.Message)
	case errors.Is(err, body.ErrInflated):
		return resource.Inflated
	case errors.Is(err, body.ErrTooLarge):
		return resource.TooLarge
	case errors.As(err, &overridden):
		c.event.Response.Header().Set("Allow", http.MethodPost)
		return resource.NoMethod(overridden.Method, sentPath(c.req), http.MethodPost)
	case errors.Is(err, body.ErrEncoding):
		c.event.Response.Header().Set("Accept-Encoding", "gzip") // what would be accepted (RFC 9110, section 12.5.3)
		return resource.Encoding
	case errors.Is(err, limits.ErrExceeded):
		return resource.TooMany
	case errors.Is(err, store.ErrNotFound):
		return resource.NotFound
	case errors.Is(err, errNoToken), errors.Is(err, store.ErrAccountDisabled):
		c.limits.Hide()
		return resource.Unauthorized
	case errors.Is(err, body.ErrMemory):
		c.event.Response.Header().Set("Retry-After", "10")
		return resource.Busy
	case errors.As(err, &busy):
		c.event.Response.Header().Set("Retry-After", limits.Seconds(busy.RetryAfter))
		return resource.Busy
	case c.req.Context().Err() != nil:
		return resource.Stopping // or the client has hung up, and nobody reads the answer
	}
	if refused, ok := refusal.Of(err); ok {
		return validationError(laravel.NewInvalid(refused.Field, refused.Error()))
	}
	if invalid := invalidField(err); invalid != nil {
		c.app.Logger().InfoContext(c.req.Context(), "a collection refused what the API's rules allow", "path", c.req.URL.Path, "error", err)
		return validationError(invalid)
	}
	return serverError(c.event, err)
}

// inputs are the API's fields in the reference's order, by the collections' fields that hold them.
var inputs = []struct{ column, input string }{
	{"email", "email"}, {"password", "password"}, {"phone", "phone"}, {"name", "name"}, {"nickname", "nickname"},
	{"description", "description"}, {"role", "role"}, {"price", "price"}, {"categories", "category_ids"}, {"file", "media"},
	{"device_id", "device_id"}, {"firebase_token", "firebase_token"},
	{"performer", "performer_id"}, {"occasion", "occasion_id"}, {"date_till", "date_till"}, {"status", "status"},
	{"rating_rate", "rating_rate"}, {"rating_text", "rating_text"}, {"cancel_text", "cancel_text"},
}

// brokenRules are Laravel's rules for PocketBase's error codes. A bound is the parameter of the code's error.
var brokenRules = map[string]struct{ rules, bound string }{
	"validation_required":              {"required", ""},
	"validation_is_email":              {"email", ""},
	"validation_not_unique":            {"unique", ""},
	"validation_not_a_number":          {"numeric", ""},
	"validation_only_int_constraint":   {"integer", ""},
	"validation_min_number_constraint": {"numeric|min:", "min"},
	"validation_max_number_constraint": {"numeric|max:", "max"},
	"validation_min_text_constraint":   {"string|min:", "min"},
	"validation_max_text_constraint":   {"string|max:", "max"},
}

// invalidField returns the validation error for a value that a collection's own limits refuse, though the API's rules
// allowed it: with Laravel's message where it has one, else with that of the rule in. It returns nil if that is not what
// err is, or if the field is none of the API's: then it is not the client's fault.
func invalidField(err error) *laravel.Invalid {
	var fields validation.Errors
	if !errors.As(err, &fields) {
		return nil
	}
	for _, field := range inputs {
		refused := fields[field.column]
		if refused == nil {
			continue
		}
		return laravel.NewBroken(field.input, brokenRule(refused))
	}
	return nil
}

// brokenRule returns the rules of Laravel of which a value broke the last, given PocketBase's error.
func brokenRule(refused error) string {
	var coded validation.Error
	if !errors.As(refused, &coded) {
		return "in:0"
	}
	broken, known := brokenRules[coded.Code()]
	if !known || broken.bound == "" {
		return cmp.Or(broken.rules, "in:0")
	}
	switch bound := coded.Params()[broken.bound].(type) {
	case int:
		return broken.rules + strconv.Itoa(bound)
	case float64:
		return broken.rules + strconv.FormatFloat(bound, 'f', 0, 64)
	}
	return "in:0"
}

func validationError(e *laravel.Invalid) *resource.Error {
	return &resource.Error{Status: http.StatusTooManyRequests, Body: invalid{e.Message(), e}}
}

// serverError logs an error that only the operator can act upon, and returns the answer to it. Of a database that can't be written to,
// which fails all changes, one line a minute is printed, as equal ones are.
func serverError(e *core.RequestEvent, err error) *resource.Error {
	if database.IsUnwritable(err) {
		e.App.Logger().InfoContext(e.Request.Context(), "a request failed", "path", e.Request.URL.Path, "error", err)
		e.App.Logger().Error("requests fail, as the files of the database can't be written or read", "error", causeOf(err))
		return resource.ServerError
	}
	return resource.LogServerError(e.Request.Context(), e.App.Logger(), "a request failed",
		"method", e.Request.Method, "path", e.Request.URL.Path, "error", causeOf(err))
}
