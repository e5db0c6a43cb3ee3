package laravel

import (
	"net/http"
	"strings"

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

// knownMethod returns the method with that name in any case, POST where there is none that can replace it.
func knownMethod(name string) string {
	switch name = strings.ToUpper(name); name {
	case http.MethodGet, http.MethodHead, http.MethodPut, http.MethodPatch, http.MethodDelete:
		return name
	}
	return http.MethodPost
}
