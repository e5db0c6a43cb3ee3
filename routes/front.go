package routes

import (
	"net/http"
	"path"
	"strings"
)

// front stands before the router, for what Go's would answer otherwise than the original: it redirects unclean
// paths, which are no routes there, and does not know that a POST may name another method.
func front(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		clean := path.Clean(r.URL.Path)
		if strings.HasPrefix(r.URL.Path, Prefix) || strings.HasPrefix(clean+"/", Prefix) {
			// As in Laravel, slashes at the end don't count, and an encoded character is the character.
			r.URL.Path, r.URL.RawPath = strings.TrimRight(r.URL.Path, "/"), ""
			if r.URL.Path != clean || clean+"/" == Prefix {
				r.URL.Path = Prefix // which is no route
			}
			if r.Method == http.MethodPost {
				r.Method = overridden(r)
			}
		}
		next.ServeHTTP(w, r)
	})
}

// sentPath is a request's path as the client wrote it, still encoded, without the slashes around it: what errors name
// (Laravel's Request::path).
func sentPath(r *http.Request) string {
	sent, _, _ := strings.Cut(r.RequestURI, "?")
	if scheme, address, absolute := strings.Cut(sent, "://"); absolute && !strings.Contains(scheme, "/") {
		_, sent, _ = strings.Cut(address, "/")
	}
	return strings.Trim(sent, "/")
}

// overridden is the method that a POST stands for (Symfony's X-HTTP-Method-Override and _method).
func overridden(r *http.Request) string {
	method := r.Header.Get("X-HTTP-Method-Override")
	if method == "" && strings.Contains(r.URL.RawQuery, "_method=") {
		method = r.URL.Query().Get("_method")
	}
	switch method = strings.ToUpper(method); method {
	case http.MethodGet, http.MethodHead, http.MethodPut, http.MethodPatch, http.MethodDelete:
		return method
	}
	return http.MethodPost
}
