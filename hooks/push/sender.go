package push

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/privet/privet/hooks/settings"
)

// Sender hands pushes over to one push service. A further service is a file with its Sender and a line in newSenders:
// pauses, retries, limits of devices and the log are the worker's, for each sender by itself.
type Sender interface {
	// Name is what the outbox and the log call the service. It is stored, and so never changes.
	Name() string

	// Prefix is how the addresses of the service's devices begin in firebase_token; "" takes all that no other sender
	// takes. The prefix is no part of Message.Address.
	Prefix() string

	// Send returns nil if the service has taken the message, else a *Failure. It is called from several goroutines.
	Send(ctx context.Context, m *Message) error
}

// newSenders returns a sender for each service. on says of each whether it is configured: of one that is not, Send must
// not be called.
func newSenders(ctx context.Context, s *settings.Settings) (all []Sender, on []bool, err error) {
	firebase, err := newFCM(ctx, s.Firebase)
	if err != nil {
		return nil, nil, err
	}
	return []Sender{newRuStore(s.RuStore), firebase}, []bool{s.RuStore.Token != "", firebase.client != nil}, nil
}

// Verdict is what the answer of a push service means for a push.
type Verdict int

// The verdicts.
const (
	Unavailable     Verdict = iota // the service failed, or could not be reached: later
	AddressGone                    // the service no longer knows the address, or it is another app's: it is forgotten
	MessageWrong                   // the message is wrong, which no other try changes; the address is kept
	Misconfigured                  // the server's credentials, rights or project are wrong: no push gets through, and all wait
	OverQuota                      // the project sends too much: all wait
	DeviceOverQuota                // too much is sent to this device: its pushes wait
	AppleRefused                   // Apple refuses what the service has for it: this push waits
)

// String returns what the metrics call it.
func (v Verdict) String() string {
	return [...]string{"transient", "unknown_token", "invalid_message", "misconfigured", "quota_exceeded", "device_quota_exceeded",
		"apns_misconfigured"}[v]
}

// Failure is why a push service did not take a message.
type Failure struct {
	Verdict Verdict
	Reason  string        // a sentence for the outbox, without secrets
	Answer  string        // what the service said, for the log
	Wait    time.Duration // how long the service asks to wait
	Asked   bool          // it does ask
}

// Error implements error.
func (f *Failure) Error() string { return f.Reason }

// failureOf returns the failure that an error of Send is. Any other error counts as an outage.
func failureOf(err error) *Failure {
	var failure *Failure
	if errors.As(err, &failure) {
		return failure
	}
	return &Failure{Verdict: Unavailable, Reason: "The push service could not be reached.", Answer: err.Error()}
}

// maxWait is the longest wait that a service may ask for.
const maxWait = time.Hour

// parseRetryAfter returns how long a Retry-After header asks to wait (RFC 9110), at most maxWait and 0 for a time in the
// past. ok is false when it asks for nothing.
func parseRetryAfter(header string, now time.Time) (wait time.Duration, ok bool) {
	header = strings.TrimSpace(header)
	if seconds, err := strconv.Atoi(header); err == nil {
		return time.Duration(min(max(0, seconds), int(maxWait/time.Second))) * time.Second, true
	}
	if at, err := http.ParseTime(header); err == nil {
		return min(max(0, at.Sub(now)), maxWait), true
	}
	return 0, false
}
