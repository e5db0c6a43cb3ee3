package push

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/privet/privet/hooks/settings"

	firebase "firebase.google.com/go/v4"
	"firebase.google.com/go/v4/errorutils"
	"firebase.google.com/go/v4/messaging"
	"google.golang.org/api/option"
)

// newSender returns Firebase's messaging client as configured, or nil without credentials.
func newSender(ctx context.Context, s settings.Firebase) (*messaging.Client, error) {
	if s.Credentials == nil {
		return nil, nil
	}
	client, err := newHTTPClient(ctx, s)
	if err != nil {
		return nil, err
	}
	options := []option.ClientOption{option.WithHTTPClient(client)}
	if s.Endpoint != "" {
		options = append(options, option.WithEndpoint(s.Endpoint))
	}
	app, err := firebase.NewApp(ctx, &firebase.Config{ProjectID: s.ProjectID}, options...)
	if err != nil {
		return nil, err
	}
	return app.Messaging(ctx)
}

// verdict is what an answer of FCM means for a push.
type verdict int

const (
	accepted          verdict = iota
	unknownToken              // FCM no longer knows the push token, or it belongs to another project
	invalidArgument           // the push token or the message is invalid: FCM does not say which
	invalidMessage            // the message is invalid
	misconfigured             // the server's credentials, rights or project are wrong: no push gets through
	quotaExceeded             // all pushes have to wait
	apnsMisconfigured         // Firebase's credentials for Apple are wrong
	transient                 // FCM failed, or could not be reached
)

// String returns what the metrics call it.
func (v verdict) String() string {
	return [...]string{"accepted", "unknown_token", "invalid_argument", "invalid_message", "misconfigured", "quota_exceeded",
		"apns_misconfigured", "transient"}[v]
}

// errNoReceipt means that an answer with status 200 lacks the name of the message, which FCM gives to each that it takes:
// it comes from something else, such as a proxy's page.
var errNoReceipt = errors.New("push: the answer names no message")

// classify returns what FCM's answer means, and a sentence about it for the outbox, "" for accepted. err has to be as
// the SDK returned it: its helpers don't unwrap errors.
func classify(err error) (v verdict, reason string) {
	switch {
	case err == nil:
		return accepted, ""
	case messaging.IsUnregistered(err):
		return unknownToken, "The app was removed from the device, or its push token has changed."
	case messaging.IsSenderIDMismatch(err):
		return unknownToken, "The push address belongs to another Firebase project."
	case messaging.IsInvalidArgument(err):
		return invalidArgument, "Firebase does not take the push token or the message: " + truncate(err.Error(), 300)
	case messaging.IsQuotaExceeded(err), errorutils.IsResourceExhausted(err):
		return quotaExceeded, "Firebase asked to wait: too many pushes."
	case messaging.IsThirdPartyAuthError(err):
		return apnsMisconfigured, "Apple refuses the credentials that Firebase has for it: check the APNs key in Firebase's console."
	case errors.Is(err, errNoReceipt):
		return transient, "The answer is not Firebase's: check the proxies on the way to it."
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled), errorutils.IsDeadlineExceeded(err):
		return transient, "Firebase did not answer in time."
	}
	response := errorutils.HTTPResponse(err) //nolint:bodyclose // the SDK has read and closed it
	if response == nil {
		return transient, "Firebase could not be reached."
	}
	switch status := response.StatusCode; {
	case response.Header.Get(headerTokenError) != "":
		return misconfigured, fmt.Sprintf("Google refuses the service account (%s): check the file of GOOGLE_APPLICATION_CREDENTIALS, "+
			"the account in Google's console, and this server's clock.", response.Header.Get(headerTokenError))
	case status == http.StatusUnauthorized, status == http.StatusForbidden, status == http.StatusNotFound:
		return misconfigured, fmt.Sprintf("Firebase refuses this server (%d): check that Cloud Messaging is on in the project "+
			"of GOOGLE_APPLICATION_CREDENTIALS, and that the service account may send.", status)
	case status >= http.StatusInternalServerError:
		return transient, fmt.Sprintf("Firebase is not well (%d).", status)
	}
	return invalidMessage, "Firebase refused the push: " + truncate(err.Error(), 300)
}

// retryAfter returns how long FCM asks to wait (RFC 9110, Retry-After), at most an hour and 0 for a time in the past.
// ok is false when it does not ask.
func retryAfter(err error, now time.Time) (wait time.Duration, ok bool) {
	response := errorutils.HTTPResponse(err) //nolint:bodyclose // the SDK has read and closed it
	if response == nil {
		return 0, false
	}
	after := cmp.Or(response.Header.Get(headerRetryAfter), response.Header.Get("Retry-After"))
	if seconds, err := strconv.Atoi(after); err == nil {
		return time.Duration(min(max(0, seconds), 3600)) * time.Second, true
	}
	if at, err := http.ParseTime(after); err == nil {
		return min(max(0, at.Sub(now)), time.Hour), true
	}
	return 0, false
}

// unix formats a time as seconds since 1970.
func unix(t time.Time) string { return strconv.FormatInt(t.Unix(), 10) }
