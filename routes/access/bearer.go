// Package access identifies the sender of a request and limits how often one may send: access tokens, client networks,
// rate limits, and when a device was last used.
package access

import (
	"strconv"
	"strings"
)

// Bearer parses the access token in an Authorization header as Laravel's bearerToken and Sanctum do: it is what follows
// the last "Bearer ", up to a comma, in the form id|secret. id is 0 for a token without a bar, all of which is the
// secret. ok is false if the header contains no well-formed token.
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
