// Package social verifies access tokens and ID tokens of Google, VK and Apple. It knows nothing of privet's accounts: it turns
// a token into an Identity, or into an error that tells a bad token from an unavailable provider.
//
// No error contains a token, a key or a secret: every reason is worded here, and the text of a library or a provider
// is passed on only where it can't repeat one.
package social

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Names of the providers, as stored with a user's links.
const (
	ProviderGoogle = "google"
	ProviderVK     = "vk"
	ProviderApple  = "apple"
)

// Identity is the person that a token belongs to, as the provider describes them. Texts are as the provider gave them:
// limited by the size of its answer alone, and "" where it gave none.
type Identity struct {
	Provider     string // ProviderGoogle, ProviderVK or ProviderApple
	ID           string // the provider's id of the person: sub of Google and Apple, VK's user_id
	Email        string
	EmailProven  bool // the provider is the authority for this address, and was not merely told it once
	EmailPrivate bool // the address is that of a relay, made to tell nobody who the person is
	Name         string
	Nickname     string
	PictureURL   string

	App string // the client id of the app whose token it was, where the provider is asked for the profile by it
}

// Names returns the name and the nickname as an account can have them: valid UTF-8 of at most 255 characters. Without a
// nickname the name stands in for it; both may be "".
func (i *Identity) Names() (name, nickname string) {
	name = shortened(i.Name)
	return name, cmp.Or(shortened(i.Nickname), name)
}

func shortened(text string) string {
	runes := []rune(strings.TrimSpace(strings.ToValidUTF8(text, "")))
	return string(runes[:min(len(runes), 255)])
}

// Verifier verifies the tokens of one provider. Verifiers are safe for concurrent use, take at most 8 seconds, and
// return errors that wrap either ErrInvalid or ErrUnavailable.
type Verifier interface {
	Verify(ctx context.Context, token string) (*Identity, error)
}

// Profiler is a Verifier whose provider describes a person only when it is asked to.
type Profiler interface {
	// Profile sets the Name, the Nickname and the PictureURL of an identity that Verify has returned, with names in the
	// language "ru" or else in English. It takes at most 8 seconds, and lets those go first who sign in. The error wraps
	// ErrUnavailable.
	Profile(ctx context.Context, identity *Identity, language string) error
}

// ErrInvalid means that the token is not valid. The error that wraps it says why.
var ErrInvalid = errors.New("the token is not valid")

// ErrUnavailable means that the provider is down, slow or misconfigured, and that the token may be valid. The error
// that wraps it wraps the cause as well (context.Canceled, for example).
var ErrUnavailable = errors.New("the provider is not available")

// ErrKnownFault is wrapped by an ErrUnavailable whose cause is a wrong setting that was told within the last minute.
var ErrKnownFault = errors.New("as before")

const (
	callTimeout   = 5 * time.Second // for one call to a provider
	dialTimeout   = 3 * time.Second // for a connection, so that there is time left for another host
	verifyTimeout = 8 * time.Second // for all calls of one Verify

	// maxTokenLength exceeds that of all known tokens: Google documents up to 2048 bytes for access tokens, and ID tokens
	// have about 3000.
	maxTokenLength = 8 << 10
)

// invalid returns an ErrInvalid with a reason.
func invalid(reason string) error {
	return fmt.Errorf("%w: %s", ErrInvalid, reason)
}

// Reasons of more than one provider for which a token is not valid.
var (
	errOtherApp  = invalid("it was made for another app")
	errExpired   = invalid("it has expired")
	errNoSubject = invalid("it has no subject")
	errBadClaims = invalid("its claims are malformed")
)

// unavailable returns an ErrUnavailable of a call to the provider, with a cause that contains no secrets.
func unavailable(call string, cause error) error {
	return fmt.Errorf("%w: %s: %w", ErrUnavailable, call, cause)
}

// plausibleToken reports whether a text may be a token at all, so that garbage costs no call to the provider.
func plausibleToken(token string) bool {
	if token == "" || len(token) > maxTokenLength {
		return false
	}
	for i := range len(token) {
		if token[i] <= ' ' || token[i] > '~' {
			return false
		}
	}
	return true
}

// addressAt reports whether an e-mail address is one of some domains. It doesn't lower the address: that would make an i of
// İ, which is a letter of another domain.
func addressAt(email string, domains ...string) bool {
	name, domain, _ := strings.Cut(email, "@")
	return name != "" && slices.ContainsFunc(domains, func(d string) bool { return strings.EqualFold(d, domain) })
}
