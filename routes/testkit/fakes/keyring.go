package fakes

import (
	"fmt"
	"net/http"
	"sync"
)

// keyring holds the keys by which a provider signs tokens, and publishes them.
type keyring struct {
	mu    sync.Mutex
	keys  []Key // the last one is the current one
	added int
}

// Rotate makes a new RSA key the current one and publishes it along with the former ones.
func (k *keyring) Rotate() { k.add(newRSA()) }

// RotateEC is Rotate with a P-256 key.
func (k *keyring) RotateEC() { k.add(newEC()) }

func (k *keyring) add(secret any) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.added++
	k.keys = append(k.keys, Key{fmt.Sprintf("%040x", k.added), secret})
}

// Withdraw stops publishing all keys but the current one.
func (k *keyring) Withdraw() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.keys = k.keys[len(k.keys)-1:]
}

// Key returns the current key.
func (k *keyring) Key() Key {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.keys[len(k.keys)-1]
}

// Sign returns an ID token of any claims, signed by the current key.
func (k *keyring) Sign(claims map[string]any) string {
	key := k.Key()
	return key.Sign(map[string]any{"alg": key.Algorithm(), "kid": key.ID, "typ": "JWT"}, claims)
}

func (k *keyring) serveKeys(w http.ResponseWriter, _ *http.Request) {
	k.mu.Lock()
	defer k.mu.Unlock()
	published := []any{}
	for _, key := range k.keys {
		published = append(published, key.jwk())
	}
	w.Header().Set("Cache-Control", "public, max-age=19845, must-revalidate, no-transform")
	respond(w, http.StatusOK, map[string]any{"keys": published})
}
