package laravel

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/privet/privet/routes/laravel/php"
)

// pageParameter is the query parameter that chooses a page.
const pageParameter = "page"

// Page is the page that a request asks for: 1 unless its parameter is a whole number from 1, as Laravel's paginator
// resolves it.
func Page(req *http.Request) int64 {
	query := readForm(req.URL.RawQuery)
	trim(query)
	asked, _ := query.get(pageParameter)
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

// QueryWithoutPage is a request's other query parameters, encoded as Laravel's paginator appends them to its links
// (PHP's http_build_query): nested names with their keys, blank values left out.
func QueryWithoutPage(req *http.Request) string {
	query := readForm(req.URL.RawQuery)
	trim(query)
	query.remove(pageParameter)
	var parts []string
	appendQuery(&parts, "", query)
	return strings.Join(parts, "&")
}

func appendQuery(parts *[]string, prefix string, of *array) {
	for i, v := range of.vals {
		name := of.key(i)
		if prefix != "" {
			name = prefix + "[" + name + "]"
		}
		switch v := v.(type) {
		case *array:
			appendQuery(parts, name, v)
		case string:
			*parts = append(*parts, rawURLEncode(name)+"="+rawURLEncode(v))
		}
	}
}

// rawURLEncode is PHP's rawurlencode (RFC 3986): all but letters, digits and -_.~ becomes percent-encoded bytes.
func rawURLEncode(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }
