package social

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/privet/privet/hooks/panics"

	"github.com/go-jose/go-jose/v4"
	"golang.org/x/sync/singleflight"
)

const (
	maxKeySetSize = 256 << 10 // bytes

	keysMaxAge     = time.Hour        // a younger key set is used without a request to the provider
	keysMaxStale   = 24 * time.Hour   // a younger one is used while the provider fails
	keysStaleRetry = 10 * time.Second // pause between two attempts while the provider fails and stale keys are used
	keysRetryDelay = 2 * time.Second  // and while no keys can be used, where every token would cost a request otherwise

	// Everybody can invent key ids, and every unknown one would cost a request: keysFetchBurst requests in a row, for
	// keys that are new indeed, then one every keysFetchInterval. Google publishes a key a day before its first use.
	keysFetchBurst    = 2
	keysFetchInterval = 30 * time.Second
)

// keySet caches a provider's public keys (RFC 7517). go-oidc's RemoteKeySet would fetch them again for every token with
// an unknown key id or a wrong signature, would read an answer of any size, and would never drop a withdrawn key.
type keySet struct {
	url    string
	client *httpClient
	now    func() time.Time
	flight singleflight.Group // all that need a fetch wait for the same one

	mu       sync.Mutex
	keys     map[string]jose.JSONWebKey // by key id; never changed, only replaced
	fetched  time.Time                  // when keys were fetched
	failed   time.Time                  // when the last fetch failed
	cause    error                      // and why
	spent    time.Time                  // up to when the fetches for unknown key ids are used up
	fetching bool                       // a fetch is running
}

// verify checks the signature of a compact JWT and returns its payload. Its error wraps ErrInvalid or ErrUnavailable.
func (k *keySet) verify(ctx context.Context, token string) ([]byte, error) {
	signed, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.RS256, jose.ES256})
	if err != nil {
		return nil, invalid("it is not a JWT, or is signed by an unsupported algorithm")
	}
	header := signed.Signatures[0].Header
	key, err := k.find(ctx, header.KeyID)
	if err != nil {
		return nil, err
	}
	if key.Algorithm != "" && key.Algorithm != header.Algorithm {
		return nil, invalid("its key is for another algorithm")
	}
	payload, err := signed.Verify(key.Key)
	if err != nil {
		return nil, invalid("its signature is wrong")
	}
	return payload, nil
}

// find returns the key with an id, and fetches the key set if it is not known or too old.
func (k *keySet) find(ctx context.Context, id string) (*jose.JSONWebKey, error) {
	k.mu.Lock()
	now := k.now()
	key, known := k.keys[id]
	age := now.Sub(k.fetched)
	usable := known && age < keysMaxStale
	switch {
	case usable && (age < keysMaxAge || now.Sub(k.failed) < keysStaleRetry):
		k.mu.Unlock()
		return &key, nil
	case !known && age < keysMaxAge && !k.fetching && !k.allowFetch(now):
		k.mu.Unlock()
		return nil, invalid("its key is unknown")
	case !usable && age >= keysMaxAge && !k.fetching && now.Sub(k.failed) < keysRetryDelay:
		cause := k.cause
		k.mu.Unlock()
		return nil, unavailable("keys", cause)
	}
	k.fetching = true
	// The fetch outlives the request that starts it, as others wait for it too.
	done := k.flight.DoChan("", func() (any, error) { return k.refill(context.WithoutCancel(ctx)) })
	k.mu.Unlock()

	select {
	case <-ctx.Done():
		return nil, unavailable("keys", redacted(ctx.Err()))
	case result := <-done:
		if result.Err != nil {
			if usable {
				return &key, nil
			}
			return nil, unavailable("keys", result.Err)
		}
		keys, _ := result.Val.(map[string]jose.JSONWebKey)
		if key, known = keys[id]; !known {
			return nil, invalid("its key is unknown")
		}
		return &key, nil
	}
}

// allowFetch reports whether the key set may be fetched for an unknown key id, and counts the fetch if so. The caller
// holds k.mu.
func (k *keySet) allowFetch(now time.Time) bool {
	if earliest := now.Add(-keysFetchBurst * keysFetchInterval); k.spent.Before(earliest) {
		k.spent = earliest
	}
	next := k.spent.Add(keysFetchInterval)
	if next.After(now) {
		return false
	}
	k.spent = next
	return true
}

// refill fetches the key set into the cache and returns it.
func (k *keySet) refill(ctx context.Context) (map[string]jose.JSONWebKey, error) {
	keys, err := panics.Catch(func() (map[string]jose.JSONWebKey, error) { return k.fetch(ctx) })
	k.mu.Lock()
	defer k.mu.Unlock()
	if err == nil {
		k.keys, k.fetched = keys, k.now()
	} else {
		k.failed, k.cause = k.now(), err
	}
	k.fetching = false
	k.flight.Forget("") // a caller that finds fetching unset starts a fetch, and must not join this one
	return keys, err
}

func (k *keySet) fetch(ctx context.Context) (map[string]jose.JSONWebKey, error) {
	status, body, err := k.client.get(ctx, k.url, maxKeySetSize)
	if err != nil {
		return nil, err
	}
	if status != http.StatusOK {
		return nil, unexpectedStatus(status)
	}
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal(body, &set); err != nil {
		return nil, errUnexpectedBody
	}
	keys := map[string]jose.JSONWebKey{}
	for _, raw := range set.Keys {
		var key jose.JSONWebKey
		// RFC 7517, section 5: unsupported keys are skipped. A private key is not one to verify signatures with.
		if json.Unmarshal(raw, &key) != nil || !key.IsPublic() || key.KeyID == "" || key.Use == "enc" {
			continue
		}
		keys[key.KeyID] = key
	}
	if len(keys) == 0 {
		return nil, errors.New("it published no keys")
	}
	return keys, nil
}
