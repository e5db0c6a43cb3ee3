package social

import (
	"crypto/rsa"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/privet/privet/routes/testkit/fakes"
)

// clock is a time of day that tests turn.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func newClock(keys *keySet) *clock {
	c := &clock{at: time.Now()}
	keys.now = c.now
	return c
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

func wantFetches(t *testing.T, fake *fakes.Google, want int) {
	t.Helper()
	if got := fake.Calls(fakes.Keys); got != want {
		t.Fatalf("%d fetches of keys, want %d", got, want)
	}
}

func wantGood(t *testing.T, v Verifier, token string) {
	t.Helper()
	if _, err := verify(v, token); err != nil {
		t.Fatal(err)
	}
}

func unknown(fake *fakes.Google, n int) string {
	header := map[string]any{"alg": "RS256", "kid": fmt.Sprint("unknown-", n)}
	return fake.Key().Sign(header, fake.Claims(ivan))
}

func TestKeysFetchedOnce(t *testing.T) {
	fake, g := google(t)
	tokens := make([]string, 50)
	for i := range tokens {
		tokens[i] = fake.IDToken(ivan)
	}
	each(len(tokens), func(i int) {
		if _, err := verify(g, tokens[i]); err != nil {
			t.Error(err)
		}
	})
	wantFetches(t, fake, 1)
	broken := tokens[0][:len(tokens[0])-8] + "AAAAAAAA"
	wantInvalid(t, g, broken)
	wantFetches(t, fake, 1)
}

// each runs f(0)…f(n-1) at the same time and waits for their end.
func each(n int, f func(int)) {
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { f(i) })
	}
	all.Wait()
}

func TestKeyRotation(t *testing.T) {
	fake, g := google(t)
	first := fake.IDToken(ivan)
	wantGood(t, g, first)
	fake.Rotate()
	wantGood(t, g, fake.IDToken(ivan))
	wantFetches(t, fake, 2)
	wantGood(t, g, first) // still published

	fake.Withdraw()
	fake.RotateEC()
	wantGood(t, g, fake.IDToken(ivan))
	wantInvalid(t, g, first)
}

// Two hundred unknown key ids at once, and more one after another, cost a few fetches; then one each half a minute.
func TestUnknownKeyStorm(t *testing.T) {
	fake, g := google(t)
	clock := newClock(g.keys)
	tokens := make([]string, 200)
	for i := range tokens {
		tokens[i] = unknown(fake, i)
	}
	each(len(tokens), func(i int) {
		if _, err := verify(g, tokens[i]); !errors.Is(err, ErrInvalid) {
			t.Error(err)
		}
	})
	for _, token := range tokens {
		wantInvalid(t, g, token)
	}
	wantFetches(t, fake, 1+keysFetchBurst)
	wantGood(t, g, fake.IDToken(ivan))

	clock.pass(keysFetchInterval)
	for _, token := range tokens {
		wantInvalid(t, g, token)
	}
	wantFetches(t, fake, 2+keysFetchBurst)
	fake.Rotate()
	clock.pass(keysFetchInterval)
	wantGood(t, g, fake.IDToken(ivan))
}

// Keys are looked at again each hour, so that a withdrawn one is forgotten.
func TestKeysGrowOld(t *testing.T) {
	fake, g := google(t)
	clock := newClock(g.keys)
	token := fake.IDToken(ivan)
	wantGood(t, g, token)
	fake.Rotate()
	fake.Withdraw()
	clock.pass(keysMaxAge - time.Second)
	wantGood(t, g, token)
	wantFetches(t, fake, 1)
	clock.pass(time.Second)
	wantInvalid(t, g, token)
	wantFetches(t, fake, 2)
}

// While Google fails, the keys of the last day do; it is not asked for each token, and found again when it is back.
func TestStaleKeys(t *testing.T) {
	fake, g := google(t)
	clock := newClock(g.keys)
	token := fake.IDToken(ivan)
	wantGood(t, g, token)
	fake.Set(fakes.Fails)
	clock.pass(keysMaxAge)
	for range 5 {
		wantGood(t, g, token)
	}
	wantFetches(t, fake, 2)
	clock.pass(keysRetryDelay)
	wantUnavailable(t, g, unknown(fake, 1)) // it may well be good
	wantFetches(t, fake, 3)
	clock.pass(keysStaleRetry)
	wantGood(t, g, token)
	wantFetches(t, fake, 4)

	clock.pass(keysMaxStale)
	wantUnavailable(t, g, token)
	fake.Set(fakes.Works)
	clock.pass(keysRetryDelay)
	wantGood(t, g, token)
}

// Keys that are not for checking signatures, or can't be read, are skipped; one that can is used.
func TestKeysSkipped(t *testing.T) {
	fake, _ := google(t)
	key := fake.Key()
	rsaKey := func(id, more string) string {
		n := base64.RawURLEncoding.EncodeToString(key.Secret.(*rsa.PrivateKey).N.Bytes())
		return fmt.Sprintf(`{"kty":"RSA","kid":%q,"e":"AQAB","n":%q%s}`, id, n, more)
	}
	set := `{"keys":[` + strings.Join([]string{
		rsaKey("enc", `,"use":"enc"`),
		rsaKey("other", `,"alg":"RS512"`),
		rsaKey("", ``),
		`{"kty":"oct","kid":"oct","k":"AAAA"}`,
		`{"kty":"OKP","crv":"Ed448","kid":"okp","x":"AAAA"}`,
		`{"kty":"RSA","kid":"empty","e":"AQAB","n":""}`,
		`{"kty":"RSA","kid":"half"}`, `{}`, `[]`, `null`, `42`,
		rsaKey("good", ``),
	}, ",") + `]}`
	changed := fake.Settings()
	changed.JWKSURL = answering(t, 200, set)
	g := NewGoogle(changed)
	for _, id := range []string{"enc", "other", "", "oct", "okp", "empty", "half"} {
		wantInvalid(t, g, key.Sign(map[string]any{"alg": "RS256", "kid": id}, fake.Claims(ivan)))
	}
	wantGood(t, g, key.Sign(map[string]any{"alg": "RS256", "kid": "good"}, fake.Claims(ivan)))

	for _, none := range []string{`{"keys":[]}`, `{}`, `null`, `{"keys":{}}`, `{"keys":[{"kty":"oct","kid":"oct","k":"AAAA"}]}`, `{"keys":[` + rsaKey("enc", `,"use":"enc"`) + `]}`} {
		changed.JWKSURL = answering(t, 200, none)
		wantUnavailable(t, NewGoogle(changed), fake.IDToken(ivan))
	}
}

func TestKeysUnavailable(t *testing.T) {
	wantOutages(t, func(t *testing.T) (*fakes.Server, Verifier, string, *clock) {
		fake, g := google(t)
		hasty(g.client, &g.timeout)
		return fake.Server, g, fake.IDToken(ivan), newClock(g.keys)
	}, fakes.Keys)
}

// A caller who gives up takes nothing from the others who wait for the same fetch.
func TestFetchOutlivesItsFirstCaller(t *testing.T) {
	fake, g := google(t)
	token := fake.IDToken(ivan)
	fake.Set(fakes.Hangs, fakes.Keys)
	g.timeout = 50 * time.Millisecond
	wantUnavailable(t, g, token)
	g.keys.mu.Lock()
	waiting := g.keys.fetching
	g.keys.mu.Unlock()
	if !waiting || fake.Calls(fakes.Keys) != 1 {
		t.Fatalf("under way: %v, fetches: %d", waiting, fake.Calls(fakes.Keys))
	}
}

// While the provider gives no keys at all, a storm of tokens costs a fetch every two seconds, and each is told so.
func TestNoKeysStorm(t *testing.T) {
	fake, g := google(t)
	clock := newClock(g.keys)
	fake.Set(fakes.Fails)
	for i := range 40 {
		if _, err := verify(g, unknown(fake, i)); !errors.Is(err, ErrUnavailable) {
			t.Fatal(err)
		}
	}
	wantFetches(t, fake, 1)
	fake.Set(fakes.Works)
	clock.pass(keysRetryDelay)
	wantGood(t, g, fake.IDToken(ivan))
}

// A panic while keys are fetched, which is in a goroutine of its own, is one more way in which a fetch fails.
func TestKeysPanic(t *testing.T) {
	fake, g := google(t)
	clock := newClock(g.keys)
	works := g.keys.client.transport
	g.keys.client.transport = panicking{}
	wantUnavailable(t, g, fake.IDToken(ivan))
	g.keys.client.transport = works
	clock.pass(keysRetryDelay)
	wantGood(t, g, fake.IDToken(ivan))
}
