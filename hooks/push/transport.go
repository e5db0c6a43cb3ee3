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
	googlehttp "google.golang.org/api/transport/http"
)

const (
	scope = "https://www.googleapis.com/auth/firebase.messaging"

	// Headers that transport adds to the responses that the SDK gets.
	headerTokenError = "X-Privet-No-Token"    // why there is no access token: the response is not FCM's
	headerRetryAfter = "X-Privet-Retry-After" // FCM's own Retry-After

	// sdkRetryCutoff is a Retry-After in seconds that makes the SDK return the response at once: it waits for up to two
	// minutes in the middle of a call, and not at all when asked for more.
	sdkRetryCutoff = "86400"
)

// newHTTPClient returns the HTTP client that the SDK sends by. The SDK converts the errors of a client to text and
// retries all of them; transport turns those that need something else into responses.
func newHTTPClient(ctx context.Context, s settings.Firebase) (*http.Client, error) {
	client, _, err := googlehttp.NewClient(ctx, option.WithScopes(scope),
		option.WithAuthCredentialsJSON(option.ServiceAccount, s.Credentials))
	if err != nil {
		return nil, err
	}
	client.Transport = transport{client.Transport}
	return client, nil
}

type transport struct{ base http.RoundTripper }

// maxAnswer is how many bytes of an answer are read: FCM's have a few hundred.
const maxAnswer = 1 << 20

// RoundTrip implements http.RoundTripper. An address that is an installation id goes out as such. The refusal of an access
// token becomes a 401. The Retry-After of a 5xx moves to a header that the worker reads, as the wait would outlast the call.
func (t transport) RoundTrip(r *http.Request) (*http.Response, error) {
	r, err := withFID(r)
	if err != nil {
		return nil, err
	}
	response, err := t.base.RoundTrip(r)
	var refusal *auth.Error
	if errors.As(err, &refusal) && refusal.Response != nil && refusal.Response.StatusCode < http.StatusInternalServerError && !refusal.Temporary() {
		return tokenRefused(r, refusal), nil
	}
	if err != nil {
		return response, err
	}
	response.Body = struct {
		io.Reader
		io.Closer
	}{io.LimitReader(response.Body, maxAnswer), response.Body}
	if response.StatusCode >= http.StatusInternalServerError {
		if after := response.Header.Get("Retry-After"); after != "" {
			response.Header.Set(headerRetryAfter, after)
			response.Header.Set("Retry-After", sdkRetryCutoff)
		}
	}
	return response, nil
}

// withFID returns a copy of a request with the body that addressAsFID makes of its own, which it reads and closes.
func withFID(r *http.Request) (*http.Request, error) {
	if r.Body == nil {
		return r, nil
	}
	body, err := io.ReadAll(r.Body)
	r.Body.Close()
	if err != nil {
		return nil, err
	}
	body = addressAsFID(body)
	r = r.Clone(r.Context())
	r.Body = io.NopCloser(bytes.NewReader(body))
	r.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
	r.ContentLength = int64(len(body))
	return r, nil
}

// tokenRefused returns the response to a request for which Google issued no access token. headerTokenError holds
// OAuth's error code (RFC 6749, section 5.2), such as invalid_grant, or the status when there is none.
func tokenRefused(r *http.Request, refusal *auth.Error) *http.Response {
	var oauth struct {
		Error       string `json:"error"`
		Description string `json:"error_description"`
	}
	reason := strconv.Itoa(refusal.Response.StatusCode)
	if json.Unmarshal(refusal.Body, &oauth) == nil && oauth.Error != "" {
		reason = truncate(oauth.Error, 100)
	}
	body, _ := json.Marshal(map[string]any{"error": map[string]any{ // can't fail: numbers and strings alone
		"code": http.StatusUnauthorized, "status": "UNAUTHENTICATED", "message": truncate(oauth.Description, 300)}})
	return &http.Response{
		Status: "401 Unauthorized", StatusCode: http.StatusUnauthorized, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header:        http.Header{headerTokenError: {reason}, "Content-Type": {"application/json"}},
		Body:          io.NopCloser(bytes.NewReader(body)),
		ContentLength: int64(len(body)),
		Request:       r,
	}
}
