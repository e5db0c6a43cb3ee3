package routes

import (
	"fmt"
	"net/http"
	"net/url"
	"path"
	"strings"
	"unicode/utf8"

	"github.com/privet/privet/routes/laravel"
)

// Prefix is the path that all endpoints begin with.
const Prefix = "/api/v1/"

// normalizePath is the middleware around the router, where Go's router would answer otherwise than Laravel's: Go
// redirects paths that are not clean, which are no routes in Laravel, and does not let a POST name another method.
func normalizePath(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		clean := path.Clean(r.URL.Path)
		if strings.HasPrefix(r.URL.Path, Prefix) || strings.HasPrefix(clean+"/", Prefix) {
			// As in Laravel, trailing slashes are ignored, and an encoded character equals the character.
			r.URL.Path, r.URL.RawPath = strings.TrimRight(r.URL.Path, "/"), ""
			if r.URL.Path != clean || clean+"/" == Prefix {
				r.URL.Path = Prefix // which is no route
			}
			if r.Method == http.MethodPost {
				r.Method = laravel.OverriddenMethod(r)
			}
		} else if !strings.HasPrefix(clean, "/api/") && !strings.HasPrefix(clean, "/_/") {
			cleanSlashes(r.URL)
		}
		next.ServeHTTP(w, r)
	})
}

// cleanSlashes cleans a path in place where Go's router would redirect, so that files are found behind doubled slashes,
// as behind nginx. Like the router it looks at the path as sent: an encoded dot or slash is a part of a name.
func cleanSlashes(u *url.URL) {
	sent := u.EscapedPath()
	clean := path.Clean("/" + sent)
	if strings.HasSuffix(sent, "/") && clean != "/" {
		clean += "/"
	}
	if clean == sent {
		return
	}
	if decoded, err := url.PathUnescape(clean); err == nil {
		u.Path, u.RawPath = decoded, clean
	}
}

// sentPath returns a request's path as the client sent it, still encoded, without leading and trailing slashes: the
// one that error messages name (Laravel's Request::path).
func sentPath(r *http.Request) string {
	sent, _, _ := strings.Cut(r.RequestURI, "?")
	if scheme, address, absolute := strings.Cut(sent, "://"); absolute && !strings.Contains(scheme, "/") {
		_, sent, _ = strings.Cut(address, "/")
	}
	return escapeBytes(strings.Trim(sent, "/"))
}

// escapeBytes escapes what is not UTF-8 as in URLs: net/http accepts any bytes, but JSON can't hold them.
func escapeBytes(text string) string {
	if utf8.ValidString(text) {
		return text
	}
	var out strings.Builder
	for text != "" {
		r, size := utf8.DecodeRuneInString(text)
		if r == utf8.RuneError && size == 1 {
			fmt.Fprintf(&out, "%%%02X", text[0])
		} else {
			out.WriteString(text[:size])
		}
		text = text[size:]
	}
	return out.String()
}
