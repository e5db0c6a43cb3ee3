package push

import (
	"context"
	"errors"
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
	options := []option.ClientOption{option.WithAuthCredentialsJSON(option.ServiceAccount, s.Credentials)}
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
	ourFault            // our message or our set-up is wrong
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
		return badArgument, "Firebase does not take the push address or the message: " + err.Error()
	case messaging.IsQuotaExceeded(err), errorutils.IsResourceExhausted(err):
		return tooMany, "Firebase asked to wait: too many pushes."
	case messaging.IsThirdPartyAuthError(err):
		return iosOff, "Apple refuses the credentials that Firebase has for it: check the APNs key in Firebase's console."
	case messaging.IsInternal(err), messaging.IsUnavailable(err):
		return later, "Firebase is not well: " + err.Error()
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return later, "Firebase did not answer in time."
	}
	answer := errorutils.HTTPResponse(err) //nolint:bodyclose // the SDK has read it to its end
	if answer == nil || answer.StatusCode >= http.StatusInternalServerError {
		return later, "Firebase could not be reached: " + err.Error()
	}
	return ourFault, "Firebase refused the push: " + err.Error()
}

// retryAfter is how long FCM asks to wait: as its header says, else a minute.
func retryAfter(err error, now time.Time) time.Duration {
	answer := errorutils.HTTPResponse(err) //nolint:bodyclose // the SDK has read it to its end
	if answer == nil {
		return time.Minute
	}
	asked := answer.Header.Get("Retry-After")
	if seconds, err := strconv.Atoi(asked); err == nil && seconds >= 0 {
		return min(time.Duration(seconds)*time.Second, time.Hour)
	}
	if at, err := http.ParseTime(asked); err == nil && at.After(now) {
		return min(at.Sub(now), time.Hour)
	}
	return time.Minute
}

func unix(t time.Time) string { return strconv.FormatInt(t.Unix(), 10) }
