package push

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"

	"github.com/privet/privet/hooks/settings"

	"cloud.google.com/go/auth"
	"google.golang.org/api/option"
	transport "google.golang.org/api/transport/http"
)

const (
	scope = "https://www.googleapis.com/auth/firebase.messaging"

	// Headers of our own, on answers as the SDK gets them.
	headerNoToken = "X-Privet-No-Token" // why there is no token: it is no answer of FCM at all
	headerAsked   = "X-Privet-Retry-After"

	// The SDK waits by itself for up to two minutes, in the middle of a call; what asks for more it gives back.
	tooLong = "86400"
)

// newLine makes the HTTP client that the SDK sends through. The SDK turns the errors of a client into text and
// tries them all again; some it is better told as answers.
func newLine(ctx context.Context, s settings.Firebase) (*http.Client, error) {
	client, _, err := transport.NewClient(ctx, option.WithScopes(scope),
		option.WithAuthCredentialsJSON(option.ServiceAccount, s.Credentials))
	if err != nil {
		return nil, err
	}
	client.Transport = line{client.Transport}
	return client, nil
}

type line struct{ base http.RoundTripper }

// RoundTrip implements http.RoundTripper. A refused token becomes a 401; and a wait that an unwell FCM asks for is
// handed to the worker, as it would outlast the call.
func (l line) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := l.base.RoundTrip(r)
	var refusal *auth.Error
	if errors.As(err, &refusal) && refusal.Response != nil && refusal.Response.StatusCode < http.StatusInternalServerError && !refusal.Temporary() {
		return noToken(r, refusal), nil
	}
	if err == nil && answer.StatusCode >= http.StatusInternalServerError {
		if asked := answer.Header.Get("Retry-After"); asked != "" {
			answer.Header.Set(headerAsked, asked)
			answer.Header.Set("Retry-After", tooLong)
		}
	}
	return answer, err
}

// noToken is the answer to a request that got no token to go with. It names OAuth's error code, as invalid_grant.
func noToken(r *http.Request, refusal *auth.Error) *http.Response {
	var said struct {
		Error       string `json:"error"`
		Description string `json:"error_description"`
	}
	why := strconv.Itoa(refusal.Response.StatusCode)
	if json.Unmarshal(refusal.Body, &said) == nil && said.Error != "" {
		why = cut(said.Error, 100)
	}
	body, _ := json.Marshal(map[string]any{"error": map[string]any{ // strings alone: it can't fail
		"code": http.StatusUnauthorized, "status": "UNAUTHENTICATED", "message": cut(said.Description, 300)}})
	return &http.Response{
		Status: "401 Unauthorized", StatusCode: http.StatusUnauthorized, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header:        http.Header{headerNoToken: {why}, "Content-Type": {"application/json"}},
		Body:          io.NopCloser(bytes.NewReader(body)),
		ContentLength: int64(len(body)),
		Request:       r,
	}
}
