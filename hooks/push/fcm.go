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

// newSender makes Firebase's messaging client out of the settings; nil when none is configured.
func newSender(ctx context.Context, s settings.Firebase) (*messaging.Client, error) {
	if s.Credentials == nil {
		return nil, nil
	}
	client, err := newLine(ctx, s)
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
	accepted    verdict = iota
	unknown             // nobody has this push address any more
	badArgument         // the address or our message is wrong: which, only FCM knows
	ourFault            // our message is wrong
	setUp               // the server's credentials, rights or project are wrong: no push gets through
	tooMany             // everything must wait
	iosOff              // Apple's credentials at Firebase are wrong
	later               // FCM is unwell, or could not be reached
)

// judge reads FCM's answer. The SDK's own helpers must see the error as it came: they look through no wrapping.
func judge(err error) (v verdict, inWords string) {
	switch {
	case err == nil:
		return accepted, ""
	case messaging.IsUnregistered(err):
		return unknown, "The app was removed from the device, or its push address has changed."
	case messaging.IsSenderIDMismatch(err):
		return unknown, "The push address belongs to another Firebase project."
	case messaging.IsInvalidArgument(err):
		return badArgument, "Firebase does not take the push address or the message: " + cut(err.Error(), 300)
	case messaging.IsQuotaExceeded(err), errorutils.IsResourceExhausted(err):
		return tooMany, "Firebase asked to wait: too many pushes."
	case messaging.IsThirdPartyAuthError(err):
		return iosOff, "Apple refuses the credentials that Firebase has for it: check the APNs key in Firebase's console."
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled), errorutils.IsDeadlineExceeded(err):
		return later, "Firebase did not answer in time."
	}
	answer := errorutils.HTTPResponse(err) //nolint:bodyclose // the SDK has read it to its end
	if answer == nil {
		return later, "Firebase could not be reached."
	}
	switch status := answer.StatusCode; {
	case answer.Header.Get(headerNoToken) != "":
		return setUp, fmt.Sprintf("Google refuses the service account (%s): check the file of GOOGLE_APPLICATION_CREDENTIALS, "+
			"the account in Google's console, and this server's clock.", answer.Header.Get(headerNoToken))
	case status == http.StatusUnauthorized, status == http.StatusForbidden, status == http.StatusNotFound:
		return setUp, fmt.Sprintf("Firebase refuses this server (%d): check that Cloud Messaging is on in the project "+
			"of GOOGLE_APPLICATION_CREDENTIALS, and that the service account may send.", status)
	case status >= http.StatusInternalServerError:
		return later, fmt.Sprintf("Firebase is not well (%d).", status)
	}
	return ourFault, "Firebase refused the push: " + cut(err.Error(), 300)
}

// retryAfter is how long FCM asks to wait, an hour at most; ok is false when it does not say. A time that has come
// already is no wait.
func retryAfter(err error, now time.Time) (wait time.Duration, ok bool) {
	answer := errorutils.HTTPResponse(err) //nolint:bodyclose // the SDK has read it to its end
	if answer == nil {
		return 0, false
	}
	asked := cmp.Or(answer.Header.Get(headerAsked), answer.Header.Get("Retry-After"))
	if seconds, err := strconv.Atoi(asked); err == nil {
		return time.Duration(min(max(0, seconds), 3600)) * time.Second, true
	}
	if at, err := http.ParseTime(asked); err == nil {
		return min(max(0, at.Sub(now)), time.Hour), true
	}
	return 0, false
}

func unix(t time.Time) string { return strconv.FormatInt(t.Unix(), 10) }
