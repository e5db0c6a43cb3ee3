package push

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/privet/privet/hooks/settings"

	"golang.org/x/oauth2"
)

// rustoreAPI is RuStore's own address.
const rustoreAPI = "https://vkpns.rustore.ru"

// rustore is RuStore's push service, for phones without Google's services. Its API has FCM's form
// (https://www.rustore.ru/help/en/sdk/push-notifications/send-push-notifications), but no priorities, and no message takes
// the place of another one.
type rustore struct {
	client *http.Client // authorized
	send   string       // the URL
}

// newRuStore returns RuStore's sender as configured.
func newRuStore(s settings.RuStore) *rustore {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = concurrency
	ctx := context.WithValue(context.Background(), oauth2.HTTPClient, &http.Client{Transport: transport})
	client := oauth2.NewClient(ctx, oauth2.StaticTokenSource(&oauth2.Token{AccessToken: s.Token}))
	client.CheckRedirect = func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse // the token is for RuStore alone
	}
	return &rustore{client, cmp.Or(s.URL, rustoreAPI) + "/v1/projects/" + url.PathEscape(s.Project) + "/messages:send"}
}

// Name implements Sender.
func (*rustore) Name() string { return "rustore" }

// Prefix implements Sender.
func (*rustore) Prefix() string { return "rustore:" }

// rustoreMessage is a message in RuStore's form. What Android shows is said twice: for all platforms, and for Android, which
// also has the channel.
type rustoreMessage struct {
	Token        string              `json:"token"`
	Data         map[string]string   `json:"data"`
	Notification rustoreNotification `json:"notification"`
	Android      struct {
		TTL          string              `json:"ttl"`
		Notification rustoreNotification `json:"notification"`
	} `json:"android"`
}

type rustoreNotification struct {
	Title     string `json:"title"`
	Body      string `json:"body"`
	ChannelID string `json:"channel_id,omitempty"`
}

// Send implements Sender.
func (s *rustore) Send(ctx context.Context, m *Message) error {
	message := rustoreMessage{Token: m.Address, Data: m.Data, Notification: rustoreNotification{Title: m.Title, Body: m.Body}}
	message.Android.TTL = strconv.FormatInt(max(1, int64(m.TTL/time.Second)), 10) + "s"
	message.Android.Notification = rustoreNotification{Title: m.Title, Body: m.Body, ChannelID: m.Channel}
	body, err := json.Marshal(map[string]any{"message": message})
	if err != nil {
		return &Failure{Verdict: MessageWrong, Reason: "The push can't be written as JSON.", Answer: err.Error()}
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.send, bytes.NewReader(body))
	if err != nil {
		return &Failure{Verdict: Misconfigured, Reason: "The address of RuStore makes no sense: check PRIVET_RUSTORE_URL.", Answer: err.Error()}
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := s.client.Do(request)
	if err != nil {
		return rustoreUnreachable(ctx, err)
	}
	defer response.Body.Close()
	content, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return rustoreUnreachable(ctx, err)
	}
	return rustoreFailure(response, content, time.Now())
}

func rustoreUnreachable(ctx context.Context, err error) error {
	f := &Failure{Verdict: Unavailable, Reason: "RuStore could not be reached.", Answer: truncate(err.Error(), 300)}
	if ctx.Err() != nil {
		f.Reason = "RuStore did not answer in time."
	}
	return f
}

// rustoreFailure returns what RuStore's answer means, nil if it has taken the message.
func rustoreFailure(response *http.Response, content []byte, now time.Time) error {
	content = bytes.TrimSpace(content)
	var answer map[string]json.RawMessage
	ours := len(content) == 0 || json.Unmarshal(content, &answer) == nil // anything else is another server's
	f := &Failure{Answer: truncate(fmt.Sprintf("%d %s", response.StatusCode, content), 300)}
	f.Wait, f.Asked = parseRetryAfter(response.Header.Get("Retry-After"), now)
	switch status := response.StatusCode; {
	case status == http.StatusOK && ours && answer["error"] == nil:
		return nil
	case status == http.StatusOK:
		f.Verdict, f.Reason = Unavailable, "The answer is not RuStore's: check the proxies on the way to it."
	case (status == http.StatusNotFound || status == http.StatusGone) && ours:
		f.Verdict, f.Reason = AddressGone, "The app was removed from the device, or its push token has changed."
	case status == http.StatusTooManyRequests:
		f.Verdict, f.Reason = OverQuota, "RuStore asked to wait: too many pushes."
	case status >= http.StatusInternalServerError:
		f.Verdict, f.Reason = Unavailable, fmt.Sprintf("RuStore is not well (%d).", status)
	case status == http.StatusUnauthorized, status == http.StatusForbidden, status == http.StatusNotFound, status == http.StatusGone,
		status < http.StatusBadRequest: // a redirect
		f.Verdict, f.Reason = Misconfigured, fmt.Sprintf("RuStore refuses this server (%d): check PRIVET_RUSTORE_PROJECT and PRIVET_RUSTORE_TOKEN.", status)
	default:
		f.Verdict, f.Reason = MessageWrong, fmt.Sprintf("RuStore refused the push (%d): %s", status, truncate(string(content), 300))
	}
	return f
}
