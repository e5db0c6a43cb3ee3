package social

import (
	"crypto/rsa"
	"encoding/base64"
	"errors"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/privet/privet/hooks/settings"
	"github.com/privet/privet/routes/testkit/fakes"
)

// idVerifiers are the two ways to verify ID tokens of a fake VK.
func idVerifiers(fake *fakes.VK) map[string]*VK {
	byKey := fake.Settings()
	byKey.IDKeys = []*rsa.PublicKey{fake.IDPublicKey()}
	return map[string]*VK{"by the key": NewVK(byKey), "by VK ID": NewVK(fake.Settings())}
}

func TestVKIDToken(t *testing.T) {
	fake := fakes.NewVK(t)
	rotated := fake.Settings()
	rotated.IDKeys = []*rsa.PublicKey{&fakes.NewGoogle(t).Key().Secret.(*rsa.PrivateKey).PublicKey, fake.IDPublicKey()}
	ways := idVerifiers(fake)
	ways["by one of two keys"] = NewVK(rotated)
	for name, v := range ways {
		t.Run(name, func(t *testing.T) {
			before := fake.Calls(fakes.PublicInfo)
			wantIdentity(t, v, fake.IDToken(fakes.Android, olga), of(fakes.Android))
			for range 2 { // sign-in, then signup
				wantIdentity(t, v, fake.IDToken(fakes.IOS, olga), of(fakes.IOS))
			}
			quoted := fake.IDClaims(fakes.IOS, olga)
			delete(quoted, "jti")
			wantIdentity(t, v, fake.SignID(quoted), of(fakes.IOS))
			if asked := fake.Calls(fakes.PublicInfo) - before; asked != 0 && len(v.id.keys) > 0 {
				t.Errorf("VK ID was asked %d times although there is a key", asked)
			}
		})
	}
	if n := fake.Calls(fakes.CheckToken); n != 0 {
		t.Errorf("%d ID tokens were taken for access tokens", n)
	}
}

// Claims that make a well signed token worthless. None of them costs a call to VK ID.
func TestVKIDTokenClaims(t *testing.T) {
	fake := fakes.NewVK(t)
	worthless := changes{
		"other issuer":        func(c map[string]any) { c["iis"] = "vk" },
		"no issuer":           func(c map[string]any) { delete(c, "iis") },
		"the usual issuer":    func(c map[string]any) { delete(c, "iis"); c["iss"] = "VK" },
		"issuer is no text":   func(c map[string]any) { c["iis"] = 1 },
		"another's app":       func(c map[string]any) { c["app"] = 59999999 },
		"no app":              func(c map[string]any) { delete(c, "app") },
		"an audience instead": func(c map[string]any) { delete(c, "app"); c["aud"] = fakes.IOS.ClientID },
		"several apps":        func(c map[string]any) { c["app"] = []any{51000001, 51000002} },
		"expired":             func(c map[string]any) { c["exp"] = time.Now().Unix() - 1 },
		"no expiry":           func(c map[string]any) { delete(c, "exp") },
		"expiry is no number": func(c map[string]any) { c["exp"] = "later" },
		"no sub":              func(c map[string]any) { delete(c, "sub") },
		"sub of nobody":       func(c map[string]any) { c["sub"] = 0 },
		"sub of a community":  func(c map[string]any) { c["sub"] = -42 },
		"sub is no number":    func(c map[string]any) { c["sub"] = "me" },
		"sub is a fraction":   func(c map[string]any) { c["sub"] = 42.5 },
	}
	for way, v := range idVerifiers(fake) {
		t.Run(way, func(t *testing.T) {
			worthless.test(t, fake.IDClaims(fakes.IOS, olga), func(t *testing.T, claims map[string]any) {
				wantInvalid(t, v, fake.SignID(claims))
			})
		})
	}
	if n := fake.Calls(fakes.PublicInfo) + fake.Calls(fakes.CheckToken); n != 0 {
		t.Errorf("%d calls", n)
	}
}

// Tokens whose signature proves nothing.
func TestVKIDTokenSignature(t *testing.T) {
	fake := fakes.NewVK(t)
	claims := fake.IDClaims(fakes.IOS, olga)
	good := fake.SignID(claims)
	parts := strings.Split(good, ".")
	google := fakes.NewGoogle(t)
	google.RotateEC()
	garbage := func(header, payload string) string {
		return base64.RawURLEncoding.EncodeToString([]byte(header)) + "." + base64.RawURLEncoding.EncodeToString([]byte(payload)) + "." + parts[2]
	}
	tokens := forgeries(t, fake.IDKey(), claims)
	maps.Copy(tokens, map[string]string{
		"ES256":              google.Key().Sign(map[string]any{"alg": "ES256"}, claims),
		"ES256 called RS256": google.Key().Sign(map[string]any{"alg": "RS256"}, claims),
		"garbage header":     garbage(`{"alg":"RS256"`, "{}"),
		"garbage claims":     garbage(`{"alg":"RS256"}`, `{"iis":"VK","app":51000001,"sub":`),
		"header of a list":   garbage(`{"alg":["RS256"]}`, "{}"),
		"oversized":          parts[0] + "." + strings.Repeat("A", maxTokenLength) + "." + parts[2],
	})
	for name, token := range tokens {
		t.Run(name, func(t *testing.T) {
			for _, v := range idVerifiers(fake) {
				wantInvalid(t, v, token)
			}
		})
	}
	for _, v := range idVerifiers(fake) {
		wantIdentity(t, v, good, of(fakes.IOS)) // the token that the others were made of
	}
}

// What VK ID answers decides, also where the token looks good.
func TestVKIDAnswers(t *testing.T) {
	fake := fakes.NewVK(t)
	for _, c := range []struct {
		status int
		body   string
		want   error
	}{
		{200, `{"user":{"user_id":"42"}}`, nil},
		{200, `{"user":{"user_id":42}}`, nil},
		{200, `{"user":{"user_id":"43"}}`, ErrInvalid},
		{200, `{"user":{"user_id":"42"},"error":"invalid_token"}`, ErrInvalid},
		{200, `{"error":"invalid_token"}`, ErrInvalid},
		{401, `{"error":"invalid_token","error_description":"id_token is expired"}`, ErrInvalid},
		{400, `{"error":"invalid_request"}`, ErrInvalid},
		{400, `{"error":"invalid_client"}`, ErrUnavailable},
		{200, `{"error":"slow_down"}`, ErrUnavailable},
		{200, `{"error":"server_error"}`, ErrUnavailable},
		{400, `{"user":{"user_id":"42"}}`, ErrUnavailable},
		{200, `{"user":{}}`, ErrInvalid},
		{200, `{"user":null}`, ErrUnavailable},
		{200, `{}`, ErrUnavailable},
		{200, `<html>`, ErrUnavailable},
		{302, `{"user":{"user_id":"42"}}`, ErrUnavailable},
		{429, `{"error":"invalid_token"}`, ErrUnavailable},
		{502, ``, ErrUnavailable},
	} {
		s := fake.Settings()
		s.IDURL = answering(t, c.status, c.body)
		if who, err := verify(NewVK(s), fake.IDToken(fakes.IOS, olga)); !errors.Is(err, c.want) || (who == nil) == (err == nil) {
			t.Errorf("%d %s: %+v, %v", c.status, c.body, who, err)
		}
	}
}

// VK ID is asked by the app that the token names, with the token in the body alone.
func TestVKIDRequest(t *testing.T) {
	fake := fakes.NewVK(t)
	token := fake.IDToken(fakes.IOS, olga)
	var asked []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.Method+" "+r.URL.String()+" "+r.PostFormValue("id_token"))
		w.Write([]byte(`{"user":{"user_id":"42"}}`))
	}))
	defer server.Close()
	v := NewVK(settings.VK{Apps: []settings.VKApp{fakes.Android, fakes.IOS}, IDURL: server.URL})
	wantIdentity(t, v, token, of(fakes.IOS))
	if want := "POST /oauth2/public_info?client_id=51000002 " + token; len(asked) != 1 || asked[0] != want {
		t.Errorf("%q", asked)
	}
}

func TestVKIDUnavailable(t *testing.T) {
	wantOutages(t, func(t *testing.T) (*fakes.Server, Verifier, string, *clock) {
		fake, v := newVK(t)
		hasty(v.id.client, &v.timeout)
		return fake.Server, v, fake.IDToken(fakes.IOS, olga), nil
	}, fakes.PublicInfo)
}
