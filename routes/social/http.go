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

	"golang.org/x/oauth2"
)

// maxAnswerSize limits a provider's answer, in bytes.
const maxAnswerSize = 64 << 10

// httpClient sends requests that are limited in time and size. It uses the transport without an http.Client, so no
// redirect is followed (the token would be sent along), and no error repeats the URL, which may contain the token.
type httpClient struct {
	transport http.RoundTripper
	timeout   time.Duration // for one request, the body of its answer included
}

// newTransport returns a transport that reuses connections. It speaks HTTP/1.1 alone: a connection with a timed-out
// request is closed then, while one of HTTP/2 would remain in use and fail every request until TCP notices, minutes
// later.
func newTransport() *http.Transport {
	var http1 http.Protocols
	http1.SetHTTP1(true)
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		Protocols:              &http1,
		MaxIdleConnsPerHost:    16,
		MaxConnsPerHost:        64,
		IdleConnTimeout:        90 * time.Second,
		TLSHandshakeTimeout:    dialTimeout,
		MaxResponseHeaderBytes: 64 << 10,
		DialContext:            (&net.Dialer{Timeout: dialTimeout, KeepAlive: 30 * time.Second}).DialContext,
	}
}

// authorized returns a client that sends an access token with its requests.
func (c *httpClient) authorized(accessToken string) *httpClient {
	source := oauth2.StaticTokenSource(&oauth2.Token{AccessToken: accessToken})
	return &httpClient{&oauth2.Transport{Source: source, Base: c.transport}, c.timeout}
}

// get sends a GET. It returns the status and the body, which has at most maxSize bytes. The error contains no secrets.
func (c *httpClient) get(ctx context.Context, address string, maxSize int64) (int, []byte, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return 0, nil, redacted(err)
	}
	return c.do(request, maxSize)
}

// post sends a form. It returns what get does.
func (c *httpClient) post(ctx context.Context, address string, form url.Values, maxSize int64) (int, []byte, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		return 0, nil, redacted(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return c.do(request, maxSize)
}

func (c *httpClient) do(request *http.Request, maxSize int64) (int, []byte, error) {
	request.Header.Set("Accept", "application/json")
	answer, err := c.transport.RoundTrip(request)
	if err != nil {
		return 0, nil, redacted(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, maxSize+1))
	switch {
	case err != nil:
		return 0, nil, redacted(err)
	case int64(len(body)) > maxSize:
		return 0, nil, fmt.Errorf("the answer is over %d bytes", maxSize)
	}
	return answer.StatusCode, body, nil
}

var errTimeout = fmt.Errorf("no answer in time: %w", context.DeadlineExceeded)

// redacted returns an error of a request in a form that contains no secrets: a *url.Error repeats the URL, which may
// contain the token, and the error of a malformed answer repeats the answer, which may repeat the request. Errors of
// the connection itself contain nothing but names and addresses of hosts.
func redacted(err error) error {
	var timeout net.Error
	var connection *net.OpError
	var certificate *tls.CertificateVerificationError
	switch {
	case errors.Is(err, context.Canceled):
		return context.Canceled
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return errTimeout
	case errors.As(err, &connection):
		return connection
	case errors.As(err, &certificate):
		return certificate
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return io.ErrUnexpectedEOF
	}
	return errors.New("the connection was lost, or the answer is not HTTP")
}

// unexpectedStatus is the cause when a provider answers with a status that says nothing about the token.
func unexpectedStatus(status int) error {
	return fmt.Errorf("it answered with status %d", status)
}

var errUnexpectedBody = errors.New("its answer is malformed")

var errVKIDFault = errors.New("it refuses our request, or is overloaded")

// number is an integer that JSON contains as such or in quotes: Google's tokeninfo quotes all of its values.
type number int64

// UnmarshalJSON implements json.Unmarshaler.
func (n *number) UnmarshalJSON(data []byte) error {
	value, err := strconv.ParseInt(unquoted(data), 10, 64)
	*n = number(value)
	return err
}

// String returns the number in decimal.
func (n number) String() string { return strconv.FormatInt(int64(n), 10) }

// flag is "true", "false" or, if it is missing, "". Google sends it as a boolean or in quotes.
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
