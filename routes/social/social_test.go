package social

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/privet/privet/hooks/settings"
	"github.com/privet/privet/routes/testkit/fakes"
)

var ivan = fakes.GooglePerson{
	Sub: "110000000000000000042", Email: "ivan@gmail.com", Verified: true,
	Name: "Ivan Ivanov", Picture: "https://lh3.googleusercontent.com/a/ivan=s96-c",
}

// largeIvan is ivan's picture in the size that is shown.
const largeIvan = "https://lh3.googleusercontent.com/a/ivan=s512-c"

// google is a verifier of a fake Google's tokens.
func google(t *testing.T) (*fakes.Google, *Google) {
	fake := fakes.NewGoogle(t)
	return fake, NewGoogle(fake.Settings())
}

// panicking is a transport at whose answers our code panics.
type panicking struct{}

func (panicking) RoundTrip(*http.Request) (*http.Response, error) {
	panic("an answer that nobody thought of")
}

// hasty shortens the waiting for slow providers.
func hasty(calls *httpClient, limit *time.Duration) {
	calls.timeout, *limit = 150*time.Millisecond, 400*time.Millisecond
}

func verify(v Verifier, token string) (*Identity, error) {
	return v.Verify(context.Background(), token)
}

// wantIdentity fails unless the token is good and stands for that identity.
func wantIdentity(t *testing.T, v Verifier, token string, want Identity) {
	t.Helper()
	got, err := verify(v, token)
	if err != nil {
		t.Fatal(err)
	}
	if *got != want {
		t.Fatalf("got  %+v\nwant %+v", *got, want)
	}
}

// wantInvalid fails unless the token is refused as the user's fault.
func wantInvalid(t *testing.T, v Verifier, token string) {
	t.Helper()
	who, err := verify(v, token)
	if who != nil || !errors.Is(err, ErrInvalid) || errors.Is(err, ErrUnavailable) {
		t.Fatalf("not invalid: %+v, %v", who, err)
	}
	wantNoSecret(t, err, token)
}

// wantUnavailable fails unless the provider is blamed, within the time that Verify may take.
func wantUnavailable(t *testing.T, v Verifier, token string) {
	t.Helper()
	began := time.Now()
	who, err := verify(v, token)
	if who != nil || !errors.Is(err, ErrUnavailable) || errors.Is(err, ErrInvalid) {
		t.Fatalf("not unavailable: %+v, %v", who, err)
	}
	if took := time.Since(began); took > 2*time.Second {
		t.Fatalf("took %v", took)
	}
	wantNoSecret(t, err, token)
}

// wantNoSecret fails if an error shows a token or a key, as it is, escaped or in pieces.
func wantNoSecret(t *testing.T, err error, token string) {
	t.Helper()
	secrets := []string{token, url.QueryEscape(token), "secret", "access_token="}
	for _, app := range []settings.VKApp{fakes.Android, fakes.IOS, fakes.Foreign} {
		secrets = append(secrets, app.SecureKey, app.ServiceKey)
	}
	for part := range strings.SplitSeq(token, ".") {
		if len(part) > 8 {
			secrets = append(secrets, part)
		}
	}
	for _, secret := range secrets {
		if secret != "" && strings.Contains(err.Error(), secret) {
			t.Fatalf("%q shows %q", err, secret)
		}
	}
}

// answering is the address of a server that always gives the same answer.
func answering(t *testing.T, status int, body string) string {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		if status != http.StatusNoContent {
			io.WriteString(w, body)
		}
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// brokenModes are the ways of failing in which a provider gives no verdict.
var brokenModes = map[string]fakes.Mode{
	"500": fakes.Fails, "garbage": fakes.Garbage, "huge": fakes.Huge, "hangs": fakes.Hangs, "stalls": fakes.Stalls,
	"drops": fakes.Drops, "babbles": fakes.Echoes, "redirects": fakes.Redirects,
}

// wantOutages fails unless a verifier blames its provider while that, or one path of it, is broken, and takes the same
// token afterwards. A clock that start returns is that of the provider's keys.
func wantOutages(t *testing.T, start func(*testing.T) (*fakes.Server, Verifier, string, *clock), paths ...string) {
	for name, mode := range brokenModes {
		t.Run(name, func(t *testing.T) {
			fake, v, token, clock := start(t)
			fake.Set(mode, paths...)
			wantUnavailable(t, v, token)
			if fake.Redirected() != 0 {
				t.Fatal("a redirect was followed, with the token and our keys")
			}
			fake.Set(fakes.Works)
			if clock != nil {
				clock.pass(keysRetryDelay)
			}
			wantGood(t, v, token)
		})
	}
	t.Run("dead", func(t *testing.T) {
		fake, v, token, _ := start(t)
		fake.Stop()
		wantUnavailable(t, v, token)
	})
}

// Junk costs no call to the provider.
func TestJunk(t *testing.T) {
	fakeGoogle, g := google(t)
	fakeApple, a := apple(t)
	fakeVK := fakes.NewVK(t)
	for name, token := range map[string]string{
		"empty":         "",
		"megabyte":      strings.Repeat("eyJ.", 1<<18),
		"too long":      strings.Repeat("a", maxTokenLength+1),
		"space":         "ya29.a b",
		"newline":       "ya29.a\r\nX-Evil: 1",
		"not text":      "ya29.\xff\x00",
		"cyrillic":      "ya29.токен",
		"JWT, space":    "eyJ.a b.c",
		"JWT, not text": "eyJ.\xff.\x00",
		"half a JWT":    "eyJ.e30.AA",
	} {
		t.Run(name, func(t *testing.T) {
			wantInvalid(t, g, token)
			wantInvalid(t, NewVK(fakeVK.Settings()), token)
			wantInvalid(t, a, token)
		})
	}
	wantInvalid(t, a, `{"payload":"e30","signature":"AA"}`)
	calls := fakeVK.Calls(fakes.CheckToken) + fakeApple.Calls(fakes.AppleKeys)
	for _, path := range []string{fakes.Keys, fakes.TokenInfo, fakes.UserInfo} {
		calls += fakeGoogle.Calls(path)
	}
	if calls != 0 {
		t.Fatalf("%d calls for junk", calls)
	}
}

// A provider that is off takes no token and is not asked.
func TestNotConfigured(t *testing.T) {
	fake, _ := google(t)
	off := fake.Settings()
	off.ClientIDs = nil
	wantInvalid(t, NewGoogle(off), fake.IDToken(ivan))
	wantInvalid(t, NewGoogle(off), fake.AccessToken(ivan))
	wantInvalid(t, NewVK(settings.VK{}), "vk1.a.some-token")
	fakeApple, _ := apple(t)
	appleOff := fakeApple.Settings()
	appleOff.ClientIDs = nil
	wantInvalid(t, NewApple(appleOff), fakeApple.IdentityToken(vera))
	if n := fake.Calls(fakes.Keys) + fake.Calls(fakes.TokenInfo) + fakeApple.Calls(fakes.AppleKeys); n != 0 {
		t.Fatalf("%d calls", n)
	}
}

// Where no address is set the providers' own are asked.
func TestRealAddresses(t *testing.T) {
	g, v, a := NewGoogle(settings.Google{}), NewVK(settings.VK{}), NewApple(settings.Apple{})
	for _, c := range []struct{ got, want string }{
		{g.keys.url, "https://www.googleapis.com/oauth2/v3/certs"},
		{g.tokenInfo, "https://oauth2.googleapis.com/tokeninfo"},
		{g.userInfo, "https://www.googleapis.com/oauth2/v3/userinfo"},
		{strings.Join(v.api.hosts, ","), "https://api.vk.ru,https://api.vk.com"},
		{v.id.url, "https://id.vk.ru"},
		{a.keys.url, "https://appleid.apple.com/auth/keys"},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
}

// A provider whose certificate nobody vouches for is told nothing, and the log can say why.
func TestCertificate(t *testing.T) {
	told := false
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { told = true }))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	v := NewVK(settings.VK{Apps: []settings.VKApp{fakes.Android}, APIURLs: []string{server.URL}})
	_, err := verify(v, "vk1.a.some-token")
	var reason *tls.CertificateVerificationError
	if !errors.Is(err, ErrUnavailable) || !errors.As(err, &reason) || told {
		t.Fatal(err)
	}
	wantNoSecret(t, err, "vk1.a.some-token")
}

// A caller who gives up gets an answer at once, and can tell why.
func TestCallerGivesUp(t *testing.T) {
	fakeGoogle, g := google(t)
	fakeVK := fakes.NewVK(t)
	fakeGoogle.Set(fakes.Hangs)
	fakeVK.Set(fakes.Hangs)
	for name, try := range map[string]struct {
		v     Verifier
		token string
	}{
		"id token":     {g, fakeGoogle.IDToken(ivan)},
		"access token": {g, fakeGoogle.AccessToken(ivan)},
		"vk":           {NewVK(fakeVK.Settings()), fakeVK.Token(fakes.Android, olga)},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(context.Background())
			time.AfterFunc(50*time.Millisecond, cancel)
			began := time.Now()
			_, err := try.v.Verify(ctx, try.token)
			if !errors.Is(err, ErrUnavailable) || !errors.Is(err, context.Canceled) {
				t.Fatal(err)
			}
			if took := time.Since(began); took > 2*time.Second {
				t.Fatalf("took %v", took)
			}
			wantNoSecret(t, err, try.token)
		})
	}
}
