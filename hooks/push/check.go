package push

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/privet/privet/hooks/settings"
	"github.com/privet/privet/hooks/store"

	"cloud.google.com/go/auth"
	"cloud.google.com/go/auth/credentials"
	"github.com/pocketbase/pocketbase/tools/security"
)

// CheckCredentials asks Google for an access token, as the worker does before it sends.
func CheckCredentials(ctx context.Context, s settings.Firebase) error {
	account, err := credentials.NewCredentialsFromJSON(credentials.ServiceAccount, s.Credentials, &credentials.DetectOptions{Scopes: []string{scope}})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	_, err = account.Token(ctx)
	var refusal *auth.Error
	if errors.As(err, &refusal) && refusal.Response != nil {
		return fmt.Errorf("google refuses the service account (%s %s): check the file, the account in Google's console and this machine's clock",
			refusal.Response.Status, truncate(string(refusal.Body), 300))
	}
	return err
}

// CheckRuStore asks RuStore whether it takes the project's token: by a message to an address that no device has.
func CheckRuStore(ctx context.Context, s settings.RuStore) error {
	ctx, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	now := time.Now()
	err := newRuStore(s).Send(ctx, messageOf(&store.PushContent{
		Event: "check", Type: "test", PushToken: "privet-doctor-no-device", Language: "en", Expires: now.Add(time.Minute),
	}, now))
	if failure := (*Failure)(nil); errors.As(err, &failure) && (failure.Verdict == AddressGone || failure.Verdict == MessageWrong) {
		return nil
	}
	return err
}

// ErrOff means that no credentials are set.
var ErrOff = errors.New("pushes to this address are off: the service that delivers them is not configured")

// SendTest sends the test push to a push token at once, past the outbox. The error says what the service has answered.
func SendTest(ctx context.Context, s *settings.Settings, address, language string) error {
	senders, on, err := newSenders(ctx, s)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	for i, sender := range senders {
		token, is := strings.CutPrefix(address, sender.Prefix())
		if !is {
			continue
		}
		if !on[i] {
			return ErrOff
		}
		now := time.Now()
		return sender.Send(ctx, messageOf(&store.PushContent{
			Event: "test-" + security.RandomString(15), Type: "test", PushToken: token, Language: language, Expires: now.Add(10 * time.Minute),
		}, now))
	}
	return ErrOff
}
