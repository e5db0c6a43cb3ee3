// Package social asks Google and VK whose a token is. It knows nothing of accounts: it takes a token and gives
// back an Identity, or says whose fault it is that it can't.
//
//	google.go   which kind of token it is; google_idtoken.go, google_access.go: the two kinds; keys.go: Google's keys
//	vk.go       VK's tokens and profiles
//	http.go     calls out: bounded in time and size, never to another host than asked for
//	picture.go  profile pictures
//
// Tokens, keys and secrets stand in no error: every reason is worded here, and what a library or a provider
// says is passed on only where it can't repeat them.
package social

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Names of the providers, as they are kept with the links.
const (
	ProviderGoogle = "google"
	ProviderVK     = "vk"
)

// Identity is what a provider says of the holder of a token. Texts are as the provider gave them: unbounded but by
// the size of its answer, and "" where it gave none.
type Identity struct {
	Provider    string // ProviderGoogle or ProviderVK
	ID          string // the provider's own id of the person: Google's sub, VK's user_id
	Email       string
	EmailProven bool // the provider is the authority for this address, not merely told of it once
	Name        string
	Nickname    string
	PictureURL  string

	// ProfileError is why Name, Nickname and PictureURL could not be had although the token is good; for the log.
	ProfileError error
}

// Verifier asks one provider whose a token is. Verifiers are safe for concurrent use, take 8 seconds at most, and
// return an error that is either ErrInvalid or ErrUnavailable.
type Verifier interface {
	Verify(ctx context.Context, token string) (*Identity, error)
}

// ErrInvalid says that the token is not good: the user's fault. The error that wraps it says why.
var ErrInvalid = errors.New("the token is not good")

// ErrUnavailable says that the provider is down, slow or not set up as it should be: no fault of the user's. The
// error that wraps it wraps the cause too (context.Canceled among others).
var ErrUnavailable = errors.New("the provider is not available")

const (
	callLimit   = 5 * time.Second // for one call to a provider
	verifyLimit = 8 * time.Second // for all calls of one Verify

	// tokenLimit is beyond the longest of them: Google documents 2048 bytes for access tokens, ID tokens have half more.
	tokenLimit = 8 << 10
)

// invalid is an ErrInvalid with a reason.
func invalid(reason string) error {
	return fmt.Errorf("%w: %s", ErrInvalid, reason)
}

// unavailable is an ErrUnavailable of a call, with a cause that holds no secrets.
func unavailable(call string, cause error) error {
	return fmt.Errorf("%w: %s: %w", ErrUnavailable, call, cause)
}

// plausible tells whether a text may be a token at all, so that junk costs no call.
func plausible(token string) bool {
	if token == "" || len(token) > tokenLimit {
		return false
	}
	for i := range len(token) {
		if token[i] <= ' ' || token[i] > '~' {
			return false
		}
	}
	return true
}
