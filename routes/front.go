package routes

import (
	"net/http"
	"path"
	"strings"

	"github.com/privet/privet/routes/output"
)

// front stands before the router, for what Go's would answer otherwise than the original: it redirects unclean
// paths, which are no routes there, and does not know that a POST may name another method.
func front(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, prefix) {
			if path.Clean(r.URL.Path) != strings.TrimSuffix(r.URL.Path, "/") {
				refuseUnclean(w, r)
				return
			}
			if len(r.URL.Path) > len(prefix) { // Laravel ignores a slash at the end
				r.URL.Path = strings.TrimSuffix(r.URL.Path, "/")
			}
			if r.Method == http.MethodPost {
				r.Method = overridden(r)
			}
		}
		next.ServeHTTP(w, r)
	})
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

func refuseUnclean(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Access-Control-Allow-Origin", "*")
	header.Set("Cache-Control", "no-cache, private")
	header.Set("Content-Type", "application/json")
	unknown := output.NoRoute(strings.TrimPrefix(r.URL.Path, "/"))
	w.WriteHeader(unknown.Status)
	if body, err := marshal(unknown.Body); err == nil {
		_, _ = w.Write(body)
	}
}
