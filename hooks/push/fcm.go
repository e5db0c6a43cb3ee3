package push

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/privet/privet/hooks/settings"

	firebase "firebase.google.com/go/v4"
	"firebase.google.com/go/v4/errorutils"
	"firebase.google.com/go/v4/messaging"
	"google.golang.org/api/option"
)

// fcm is Firebase Cloud Messaging.
type fcm struct{ client *messaging.Client } // nil without credentials

// newFCM returns Firebase's sender as configured.
func newFCM(ctx context.Context, s settings.Firebase) (*fcm, error) {
	if s.Credentials == nil {
		return &fcm{}, nil
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
	f := &fcm{}
	f.client, err = app.Messaging(ctx)
	return f, err
}

// Name implements Sender.
func (*fcm) Name() string { return "fcm" }

// Prefix implements Sender.
func (*fcm) Prefix() string { return "" }

// Send implements Sender.
func (f *fcm) Send(ctx context.Context, m *Message) error {
	name, err := f.client.Send(ctx, fcmMessage(m))
	switch {
	case err != nil:
		return fcmFailure(err, time.Now())
	case !strings.HasPrefix(name, "projects/"):
		// FCM names each message that it takes: this is the answer of something else, such as a proxy's page.
		return &Failure{Verdict: Unavailable, Reason: "The answer is not Firebase's: check the proxies on the way to it.",
			Answer: "an answer of status 200 that names no message"}
	}
	return nil
}

// fcmMessage returns a message in FCM's form.
func fcmMessage(m *Message) *messaging.Message {
	return &messaging.Message{
		Token:        m.Address, // transport renames it where it is an installation id
		Data:         m.Data,
		Notification: &messaging.Notification{Title: m.Title, Body: m.Body},
		Android: &messaging.AndroidConfig{
			Priority: "high",
			TTL:      &m.TTL,
			Notification: &messaging.AndroidNotification{
				ChannelID:    m.Channel,
				Tag:          m.Tag,
				DefaultSound: true,
			},
		},
		APNS: &messaging.APNSConfig{
			Headers: map[string]string{
				"apns-priority":    "10",
				"apns-collapse-id": m.Tag,
				"apns-expiration":  unix(m.Expires),
			},
			Payload: &messaging.APNSPayload{Aps: &messaging.Aps{
				Alert:    &messaging.ApsAlert{Title: m.Title, Body: m.Body},
				Badge:    &m.Badge,
				Sound:    "default",
				ThreadID: m.Tag,
				Category: m.Category,
			}},
		},
	}
}

// fcmFailure returns what FCM's answer means. err has to be as the SDK returned it: its helpers don't unwrap errors.
func fcmFailure(err error, now time.Time) *Failure {
	f := &Failure{Verdict: Unavailable, Answer: truncate(err.Error(), 300)}
	details := fcmDetails{}
	response := errorutils.HTTPResponse(err) // the SDK has read it and holds a copy of its body
	if response != nil {
		content, _ := io.ReadAll(response.Body)
		response.Body.Close()
		details = parseFCMDetails(content)
		f.Wait, f.Asked = parseRetryAfter(cmp.Or(response.Header.Get(headerRetryAfter), response.Header.Get("Retry-After")), now)
	}
	switch {
	case messaging.IsUnregistered(err):
		f.Verdict, f.Reason = AddressGone, "The app was removed from the device, or its push token has changed."
	case messaging.IsSenderIDMismatch(err):
		f.Verdict, f.Reason = AddressGone, "The push address belongs to another Firebase project."
	case messaging.IsThirdPartyAuthError(err):
		f.Verdict, f.Reason = AppleRefused, "Apple refuses the credentials that Firebase has for it"+details.apple()+
			": check the APNs key in Firebase's console."
	case errorutils.IsResourceExhausted(err), messaging.IsQuotaExceeded(err):
		f.Verdict, f.Reason = OverQuota, "Firebase asked to wait: too many pushes."
		if details.quotaOfDevice() {
			f.Verdict, f.Reason = DeviceOverQuota, "Firebase asked to wait: too many pushes to this device."
		}
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled), errorutils.IsDeadlineExceeded(err):
		f.Reason = "Firebase did not answer in time."
	case response == nil:
		f.Reason = "Firebase could not be reached."
		if strings.HasPrefix(err.Error(), "error while parsing response") {
			f.Reason = "The answer is not Firebase's: check the proxies on the way to it."
		}
	case response.Header.Get(headerTokenError) != "":
		f.Verdict, f.Reason = Misconfigured, fmt.Sprintf("Google refuses the service account (%s): check the file of GOOGLE_APPLICATION_CREDENTIALS, "+
			"the account in Google's console, and this server's clock.", response.Header.Get(headerTokenError))
	default:
		f.Verdict, f.Reason = fcmStatus(response.StatusCode, details, err)
	}
	return f
}

// fcmStatus returns what an answer of FCM means that only its status and, for a 400, its details tell.
func fcmStatus(status int, details fcmDetails, err error) (v Verdict, reason string) {
	switch {
	case status == http.StatusUnauthorized, status == http.StatusForbidden, status == http.StatusNotFound:
		return Misconfigured, fmt.Sprintf("Firebase refuses this server (%d): check that Cloud Messaging is on in the project "+
			"of GOOGLE_APPLICATION_CREDENTIALS, and that the service account may send.", status)
	case status >= http.StatusInternalServerError:
		return Unavailable, fmt.Sprintf("Firebase is not well (%d).", status)
	case status == http.StatusBadRequest && details.blamesAddress():
		return AddressGone, "Firebase does not take the push address: " + truncate(err.Error(), 300)
	}
	return MessageWrong, "Firebase refused the push: " + truncate(err.Error(), 300)
}
