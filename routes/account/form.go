package account

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"
)

// maxForm is the size of the largest form in bytes: 2,000 characters of an appeal take 24 KB of it at most, a password the rest.
const maxForm = 64 << 10

// form is what a form has sent. Nothing of it comes from the address.
type form url.Values

// get returns a field's value without spaces around it, "" for none.
func (f form) get(name string) string { return strings.TrimSpace(url.Values(f).Get(name)) }

// raw returns a field's value as it was typed: of a password each byte counts.
func (f form) raw(name string) string { return url.Values(f).Get(name) }

// passwords are the fields that may hold any bytes, as in the API.
var passwords = map[string]bool{"password": true, "password_confirmation": true}

// readForm reads the body of a POST.
func (v *visit) readForm() error {
	kind, _, err := mime.ParseMediaType(v.req.Header.Get("Content-Type"))
	if err != nil || kind != "application/x-www-form-urlencoded" || v.req.Header.Get("Content-Encoding") != "" {
		return errType
	}
	content, err := io.ReadAll(http.MaxBytesReader(v.event.Response, v.req.Body, maxForm))
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return errLarge
	}
	if err != nil {
		return errors.Join(errForm, err) // what cut it off counts, if it is known
	}
	values, err := url.ParseQuery(string(content))
	if err != nil {
		return errForm
	}
	for name, all := range values {
		for _, value := range all {
			if !passwords[name] && !utf8.ValidString(value) {
				return errText
			}
		}
	}
	v.form = form(values)
	return nil
}

// isForeign reports whether another site has sent the form: by Sec-Fetch-Site, which all browsers of today send to secure
// addresses, else by Origin. With Referrer-Policy: no-referrer the page's own forms have the Origin null. A form in which
// neither says anything is taken: there is no cookie that another site could make use of.
func (v *visit) isForeign() bool {
	switch v.req.Header.Get("Sec-Fetch-Site") {
	case "same-origin", "none":
		return false
	case "":
	default:
		return true
	}
	origin := v.req.Header.Get("Origin")
	if origin == "" || origin == "null" {
		return false
	}
	from, err := url.Parse(origin)
	if err != nil {
		return true
	}
	public, err := url.Parse(v.Settings.PublicURL)
	return !strings.EqualFold(from.Host, v.req.Host) && (err != nil || !strings.EqualFold(from.Host, public.Host))
}
