package social

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
)

const (
	keysLimit = 256 << 10 // bytes of a key set

	keysFresh = time.Hour        // for so long a key set is used without a look at the provider
	keysStale = 24 * time.Hour   // and for so long while the provider fails
	keysPause = 10 * time.Second // between two tries while the provider fails and stale keys do
	keysRetry = 2 * time.Second  // and where no keys do: tokens cost a fetch each otherwise

	// Unknown key ids cost a fetch each, and anybody can think of key ids: some fetches in a row are for keys that
	// were changed just now, afterwards there is one each keysPace. Google publishes a key a day before its first use.
	keysBurst = 2
	keysPace  = 30 * time.Second
)

// keySet keeps a provider's public keys (RFC 7517). go-oidc's own RemoteKeySet would fetch them anew for each token
// with an unknown key id or a broken signature, read any amount, and never forget a withdrawn key.
type keySet struct {
	url   string
	calls *caller
	now   func() time.Time

	mu      sync.Mutex
	keys    map[string]jose.JSONWebKey // by key id; never changed, only replaced
	fetched time.Time                  // when the keys came
	failed  time.Time                  // when the last fetch failed
	cause   error                      // why it did
	paid    time.Time                  // up to when the fetches for unknown key ids are used up
	flight  *flight                    // the fetch that is under way, if one is
}

// flight is a fetch that all who need it wait for.
type flight struct {
	done chan struct{} // closed at its end; then the others are set
	keys map[string]jose.JSONWebKey
	err  error
}

// verify checks the signature of a compact JWT and returns its payload. The error is ErrInvalid or ErrUnavailable.
func (k *keySet) verify(ctx context.Context, token string) ([]byte, error) {
	signed, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.RS256, jose.ES256})
	if err != nil {
		return nil, invalid("it is no JWT, or signed in a way that is not taken")
	}
	header := signed.Signatures[0].Header
	key, err := k.find(ctx, header.KeyID)
	if err != nil {
		return nil, err
	}
	if key.Algorithm != "" && key.Algorithm != header.Algorithm {
		return nil, invalid("its key is for another way of signing")
	}
	payload, err := signed.Verify(key.Key)
	if err != nil {
		return nil, invalid("its signature is wrong")
	}
	return payload, nil
}

// find returns the key of that id and fetches the keys where it must.
func (k *keySet) find(ctx context.Context, id string) (*jose.JSONWebKey, error) {
	k.mu.Lock()
	now := k.now()
	key, known := k.keys[id]
	age := now.Sub(k.fetched)
	usable := known && age < keysStale
	switch {
	case usable && (age < keysFresh || now.Sub(k.failed) < keysPause):
		k.mu.Unlock()
		return &key, nil
	case !known && age < keysFresh && k.flight == nil && !k.pay(now):
		k.mu.Unlock()
		return nil, invalid("its key is unknown")
	case !usable && age >= keysFresh && k.flight == nil && now.Sub(k.failed) < keysRetry:
		cause := k.cause
		k.mu.Unlock()
		return nil, unavailable("keys", cause)
	}
	fetch := k.join(ctx)
	k.mu.Unlock()

	select {
	case <-ctx.Done():
		return nil, unavailable("keys", safe(ctx.Err()))
	case <-fetch.done:
	}
	if fetch.err != nil {
		if usable {
			return &key, nil
		}
		return nil, unavailable("keys", fetch.err)
	}
	if key, known = fetch.keys[id]; !known {
		return nil, invalid("its key is unknown")
	}
	return &key, nil
}

// pay tells whether a fetch for an unknown key id is due, and counts it: keysBurst of them may be saved up. The
// lock is held.
func (k *keySet) pay(now time.Time) bool {
	if saved := now.Add(-keysBurst * keysPace); k.paid.Before(saved) {
		k.paid = saved
	}
	next := k.paid.Add(keysPace)
	if next.After(now) {
		return false
	}
	k.paid = next
	return true
}

// join returns the fetch that is under way, or begins one. It outlives the request that began it, since others
// wait for it too. The lock is held.
func (k *keySet) join(ctx context.Context) *flight {
	if k.flight == nil {
		k.flight = &flight{done: make(chan struct{})}
		go k.fly(context.WithoutCancel(ctx), k.flight)
	}
	return k.flight
}

func (k *keySet) fly(ctx context.Context, f *flight) {
	f.keys, f.err = k.fetch(ctx)
	k.mu.Lock()
	if f.err == nil {
		k.keys, k.fetched = f.keys, k.now()
	} else {
		k.failed, k.cause = k.now(), f.err
	}
	k.flight = nil
	k.mu.Unlock()
	close(f.done)
}

func (k *keySet) fetch(ctx context.Context) (map[string]jose.JSONWebKey, error) {
	status, body, err := k.calls.get(ctx, k.url, "", keysLimit)
	if err != nil {
		return nil, err
	}
	if status != http.StatusOK {
		return nil, unexpected(status)
	}
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal(body, &set); err != nil {
		return nil, errNotUnderstood
	}
	keys := map[string]jose.JSONWebKey{}
	for _, raw := range set.Keys {
		var key jose.JSONWebKey
		// RFC 7517 section 5: keys that are not understood are skipped. A secret one is no key to check with.
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
