package laravel

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/privet/privet/routes/laravel/body"
	"github.com/privet/privet/routes/laravel/php"
)

// pageParameter is the query parameter that selects a page.
const pageParameter = "page"

// Page returns the number of the page that a request asks for: 1 unless its parameter is a whole number from 1, as
// Laravel's paginator resolves it.
func Page(req *http.Request) int64 {
	query := body.ParseForm(req.URL.RawQuery)
	trim(query)
	asked, _ := query.Get(pageParameter)
	text, ok := asked.(string)
	if !ok || !php.Integer(text) {
		return 1
	}
	number, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
	if err != nil || number < 1 {
		return 1
	}
	return number
}

// QueryWithoutPage returns the other query parameters of a request, encoded as Laravel's paginator appends them to its
// links (PHP's http_build_query): nested names with their keys, blank values left out.
func QueryWithoutPage(req *http.Request) string {
	query := body.ParseForm(req.URL.RawQuery)
	trim(query)
	query.Remove(pageParameter)
	var pairs []string
	appendPairs(&pairs, "", query)
	return strings.Join(pairs, "&")
}

// appendPairs appends name=value for each value of an array, at every depth.
func appendPairs(pairs *[]string, prefix string, a *php.Array) {
	for i, v := range a.Values() {
		name := a.Key(i)
		if prefix != "" {
			name = prefix + "[" + name + "]"
		}
		switch v := v.(type) {
		case *php.Array:
			appendPairs(pairs, name, v)
		case string:
			*pairs = append(*pairs, rawURLEncode(name)+"="+rawURLEncode(v))
		}
	}
}

// rawURLEncode is PHP's rawurlencode (RFC 3986): it percent-encodes all but letters, digits and -_.~.
func rawURLEncode(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }
