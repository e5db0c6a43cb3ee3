package social

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// answerLimit is how many bytes a provider's answer may have.
const answerLimit = 64 << 10

// caller makes calls bounded in time and size. It uses the transport without an http.Client, so no redirect is
// followed (the token would go along to wherever it points), and no error repeats the address with the token in it.
type caller struct {
	transport http.RoundTripper
	limit     time.Duration // for one call, its body included
}

// newTransport keeps connections open for reuse. It speaks HTTP/1.1 alone: a connection that times out is then
// given up, while one of HTTP/2 would stay and fail every call until TCP notices, minutes later.
func newTransport() *http.Transport {
	var http1 http.Protocols
	http1.SetHTTP1(true)
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		Protocols:              &http1,
		MaxIdleConnsPerHost:    16,
		MaxConnsPerHost:        64,
		IdleConnTimeout:        90 * time.Second,
		TLSHandshakeTimeout:    callLimit,
		MaxResponseHeaderBytes: 64 << 10,
	}
}

// get fetches an address, with a bearer token unless that is "". It returns the status and the body, which is not
// over max bytes; the error holds no secrets.
func (c *caller) get(ctx context.Context, address, bearer string, max int64) (int, []byte, error) {
	ctx, cancel := context.WithTimeout(ctx, c.limit)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return 0, nil, safe(err)
	}
	if bearer != "" {
		request.Header.Set("Authorization", "Bearer "+bearer)
	}
	return c.do(request, max)
}

// post sends a form, as get otherwise.
func (c *caller) post(ctx context.Context, address string, form url.Values, max int64) (int, []byte, error) {
	ctx, cancel := context.WithTimeout(ctx, c.limit)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		return 0, nil, safe(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return c.do(request, max)
}

func (c *caller) do(request *http.Request, max int64) (int, []byte, error) {
	request.Header.Set("Accept", "application/json")
	answer, err := c.transport.RoundTrip(request)
	if err != nil {
		return 0, nil, safe(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, max+1))
	switch {
	case err != nil:
		return 0, nil, safe(err)
	case int64(len(body)) > max:
		return 0, nil, fmt.Errorf("the answer is over %d bytes", max)
	}
	return answer.StatusCode, body, nil
}

var errSlow = fmt.Errorf("no answer in time: %w", context.DeadlineExceeded)

// safe turns the error of a call into one that holds no secrets: a *url.Error repeats the address with the token
// in it, and that of an answer which is no HTTP repeats the answer, which may repeat the request. Errors of the
// connection itself hold names and addresses of hosts only.
func safe(err error) error {
	var timed net.Error
	var connection *net.OpError
	var certificate *tls.CertificateVerificationError
	switch {
	case errors.Is(err, context.Canceled):
		return context.Canceled
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timed) && timed.Timeout():
		return errSlow
	case errors.As(err, &connection):
		return connection
	case errors.As(err, &certificate):
		return certificate
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return io.ErrUnexpectedEOF
	}
	return errors.New("the exchange broke off, or the answer is no HTTP")
}

// unexpected is the cause where a provider answers with a status that says nothing of the token.
func unexpected(status int) error {
	return fmt.Errorf("it answered with status %d", status)
}

var errNotUnderstood = errors.New("its answer is not understood")

// number is an integer that JSON holds as such or in quotes: Google's tokeninfo quotes all of its values.
type number int64

// UnmarshalJSON implements json.Unmarshaler.
func (n *number) UnmarshalJSON(data []byte) error {
	value, err := strconv.ParseInt(unquoted(data), 10, 64)
	*n = number(value)
	return err
}

// flag is "true", "false" or, where it is not given, "". Google sends it as a boolean or in quotes.
type flag string

// UnmarshalJSON implements json.Unmarshaler.
func (f *flag) UnmarshalJSON(data []byte) error {
	*f = flag(unquoted(data))
	return nil
}

func unquoted(data []byte) string {
	var text string
	if json.Unmarshal(data, &text) == nil {
		return text
	}
	return string(data)
}
