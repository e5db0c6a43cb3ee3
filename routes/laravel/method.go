package laravel

import (
	"io"
	"net/http"
	"strings"

	"github.com/privet/privet/routes/laravel/body"
	"github.com/privet/privet/routes/laravel/php"
)

// methodOverride is the header by which a POST asks for another method.
const methodOverride = "X-HTTP-Method-Override"

// Overridden is the error of a POST whose body asks for another method by the field _method, as HTML forms do. Endpoints
// that read a body support POST only, so the answer is 405.
type Overridden struct{ Method string }

// Error implements error.
func (o *Overridden) Error() string { return "laravel: the body asks for " + o.Method }

// OverriddenMethod returns the method that a POST asks for by its header X-HTTP-Method-Override or, without one, by
// _method in its query, as Symfony's Request::getMethod does; POST unless it is another one that exists.
func OverriddenMethod(r *http.Request) string {
	method := r.Header.Get(methodOverride)
	if method == "" && strings.Contains(r.URL.RawQuery, "_method=") {
		method = r.URL.Query().Get("_method")
	}
	return knownMethod(method)
}

// overriddenByBody returns the method other than POST that the body of a POST asks for. The header
// takes precedence.
func overriddenByBody(r *http.Request, in *php.Array) (method string, ok bool) {
	value, _ := in.Get("_method")
	text, _ := value.(string)
	if r.Method != http.MethodPost || r.Header.Get(methodOverride) != "" {
		return "", false
	}
	method = knownMethod(text)
	return method, method != http.MethodPost
}

// maxRefusedBody is the longest body, in bytes, that OverriddenByBody reads: it needs no budget of memory, see body.Memory.
const maxRefusedBody = 16 << 10

// OverriddenByBody returns the error of a request whose body asks for another method, nil if it doesn't. It is for a
// request that is refused before its body is read, as Laravel chooses the route, by the method, before its middleware
// asks for an access token. It consumes the body, if that is short enough to be a form without files; of a longer one it
// reads nothing, as nobody should pay for a body that is refused anyway.
func OverriddenByBody(r *http.Request) *Overridden {
	if r.Method != http.MethodPost || r.ContentLength <= 0 || r.ContentLength > maxRefusedBody {
		return nil
	}
	in, _, err := body.Read(r, body.Options{
		MaxBody:   maxRefusedBody,
		MaxFields: maxRefusedBody,
		File: func(_, _ string, content io.Reader) (any, error) {
			_, err := io.Copy(io.Discard, content)
			return nil, err
		},
	})
	if err != nil {
		return nil // the refusal comes first
	}
	if method, ok := overriddenByBody(r, in); ok {
		return &Overridden{method}
	}
	return nil
}

// knownMethod returns the method with that name in any case, POST where there is none that can replace it.
func knownMethod(name string) string {
	switch name = strings.ToUpper(name); name {
	case http.MethodGet, http.MethodHead, http.MethodPut, http.MethodPatch, http.MethodDelete:
		return name
	}
	return http.MethodPost
}
