// Package access tells who a request is from and whether it may come in: bearer tokens, addresses, throttle.
package access

import (
	"strconv"
	"strings"
)

// Bearer takes the access token out of an Authorization header as Laravel's bearerToken and Sanctum do: what
// follows the last "Bearer ", up to a comma; before a bar stands the token's id. id is 0 for a token without a
// bar. ok is false when the header holds no token that could be one.
func Bearer(header string) (id int64, secret string, ok bool) {
	at := strings.LastIndex(header, "Bearer ")
	if at < 0 {
		return 0, "", false
	}
	token, _, _ := strings.Cut(header[at+len("Bearer "):], ",")
	before, after, bar := strings.Cut(token, "|")
	if !bar {
		return 0, token, token != ""
	}
	if after == "" || before == "" || strings.Trim(before, "0123456789") != "" {
		return 0, "", false
	}
	id, err := strconv.ParseInt(before, 10, 64)
	return id, after, err == nil && id > 0
}
