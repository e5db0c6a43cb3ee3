package social

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/privet/privet/routes/testkit/fakes"
)

// changes are changes to the claims of a token, by their names.
type changes map[string]func(map[string]any)

// and returns these changes and some more.
func (c changes) and(more changes) changes {
	all := maps.Clone(c)
	maps.Copy(all, more)
	return all
}

// test runs a test for each change with the claims that it makes of good ones.
func (c changes) test(t *testing.T, good map[string]any, test func(t *testing.T, claims map[string]any)) {
	for name, change := range c {
		t.Run(name, func(t *testing.T) {
			claims := maps.Clone(good)
			change(claims)
			test(t, claims)
		})
	}
}

// worthlessClaims are changes that make a well signed token of any issuer worthless (OpenID Connect Core, section
// 3.1.3.7). One of the audiences is ours, the other is not.
func worthlessClaims(issuer, ours, foreign string) changes {
	now := time.Now().Unix()
	return changes{
		"other audience":      func(c map[string]any) { c["aud"] = foreign },
		"two audiences":       func(c map[string]any) { c["aud"] = []string{ours, foreign} },
		"ours comes second":   func(c map[string]any) { c["aud"] = []string{foreign, ours} },
		"ours and none":       func(c map[string]any) { c["aud"] = []string{ours, ""} },
		"audience as a part":  func(c map[string]any) { c["aud"] = ours + ".widget" },
		"audience in capital": func(c map[string]any) { c["aud"] = strings.ToUpper(ours) },
		"empty audience":      func(c map[string]any) { c["aud"] = "" },
		"no audiences":        func(c map[string]any) { c["aud"] = []string{} },
		"no audience":         func(c map[string]any) { delete(c, "aud") },
		"azp is no audience":  func(c map[string]any) { c["aud"], c["azp"] = "evil", ours },
		"other issuer":        func(c map[string]any) { c["iss"] = "https://accounts.evil.example" },
		"issuer with a slash": func(c map[string]any) { c["iss"] = issuer + "/" },
		"issuer without TLS":  func(c map[string]any) { c["iss"] = strings.Replace(issuer, "https:", "http:", 1) },
		"no issuer":           func(c map[string]any) { delete(c, "iss") },
		"expired":             func(c map[string]any) { c["exp"] = now - 1 },
		"no expiry":           func(c map[string]any) { delete(c, "exp") },
		"expiry is no number": func(c map[string]any) { c["exp"] = "later" },
		"nbf ahead":           func(c map[string]any) { c["nbf"] = now + 600 },
		"iat ahead":           func(c map[string]any) { c["iat"] = now + 600 },
		"no sub":              func(c map[string]any) { delete(c, "sub") },
		"empty sub":           func(c map[string]any) { c["sub"] = "" },
		"sub is no text":      func(c map[string]any) { c["sub"] = 42 },
	}
}

// forgeries returns tokens of good claims whose signature proves nothing. The key is the RSA key of the provider, which
// signs by RS256.
func forgeries(t *testing.T, key fakes.Key, claims map[string]any) map[string]string {
	public, err := x509.MarshalPKIXPublicKey(key.Secret.(*rsa.PrivateKey).Public())
	if err != nil {
		t.Fatal(err)
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public})
	header := func(alg string) map[string]any {
		header := map[string]any{"alg": alg}
		if key.ID != "" {
			header["kid"] = key.ID
		}
		return header
	}
	with := func(name string, value any) map[string]any {
		header := header("RS256")
		header[name] = value
		return header
	}
	attacker := fakes.NewApple(t)
	forged := fakes.Key{ID: key.ID, Secret: attacker.Key().Secret}
	jwk := map[string]any{
		"kty": "RSA", "e": "AQAB",
		"n": base64.RawURLEncoding.EncodeToString(forged.Secret.(*rsa.PrivateKey).N.Bytes()),
	}
	critical := with("crit", []string{"x"})
	critical["x"] = 1
	noAlgorithm := header("")
	delete(noAlgorithm, "alg")
	parts := strings.Split(key.Sign(header("RS256"), claims), ".")
	others := maps.Clone(claims)
	others["sub"] = "1"
	evil := strings.Split(key.Sign(header("RS256"), others), ".")[1]

	tokens := map[string]string{
		"none":                fakes.Key{}.Sign(header("none"), claims),
		"none, spelled apart": fakes.Key{}.Sign(header("nOnE"), claims),
		"none, signed":        key.Sign(header("none"), claims),
		"no alg":              key.Sign(noAlgorithm, claims),
		"HS256, public PEM":   fakes.Key{Secret: text}.Sign(header("HS256"), claims),
		"HS256, public DER":   fakes.Key{Secret: public}.Sign(header("HS256"), claims),
		"HS256 called RS256":  fakes.Key{Secret: text}.Sign(header("RS256"), claims),
		"RS256 called ES256":  key.Sign(header("ES256"), claims),
		"RS256 called RS512":  key.Sign(header("RS512"), claims),
		"RS256 called PS256":  key.Sign(header("PS256"), claims),
		"another's key":       forged.Sign(header("RS256"), claims),
		"key brought along":   forged.Sign(with("jwk", jwk), claims),
		"key elsewhere":       forged.Sign(with("jku", attacker.URL+fakes.AppleKeys), claims),
		"unknown crit":        key.Sign(critical, claims),
		"bit turned":          parts[0] + "." + parts[1] + "." + turned(parts[2]),
		"claims exchanged":    parts[0] + "." + evil + "." + parts[2],
		"signature cut off":   parts[0] + "." + parts[1] + ".",
		"short signature":     parts[0] + "." + parts[1] + ".AA",
		"two parts":           parts[0] + "." + parts[1],
		"claims no JSON":      key.Sign(header("RS256"), nil),
	}
	if key.ID != "" {
		tokens["other key id"] = key.Sign(with("kid", "other"), claims)
		tokens["no key id"] = key.Sign(map[string]any{"alg": "RS256"}, claims)
	}
	return tokens
}

func turned(signature string) string {
	bytes, err := base64.RawURLEncoding.DecodeString(signature)
	if err != nil {
		panic(err)
	}
	bytes[len(bytes)/2] ^= 1
	return base64.RawURLEncoding.EncodeToString(bytes)
}

// fuzz fails if anything that a client sends stops the server, or stands for anybody but the one who signed in.
func fuzz(f *testing.F, v Verifier, id string, seeds ...string) {
	for _, seed := range seeds {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, token string) {
		who, err := verify(v, token)
		if (who == nil) == (err == nil) || who != nil && who.ID != id {
			t.Fatalf("%q: %+v, %v", token, who, err)
		}
	})
}
