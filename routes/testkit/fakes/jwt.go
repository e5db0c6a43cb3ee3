package fakes

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
)

// Key signs tokens.
type Key struct {
	ID     string
	Secret any // *rsa.PrivateKey, *ecdsa.PrivateKey, []byte for an HMAC, or nil for no signature
}

// Sign returns a JWT with any header and claims. The key determines the algorithm, whatever the header says.
func (k Key) Sign(header, claims map[string]any) string {
	signed := encoded(header) + "." + encoded(claims)
	sum := sha256.Sum256([]byte(signed))
	var signature []byte
	var err error
	switch secret := k.Secret.(type) {
	case *rsa.PrivateKey:
		signature, err = rsa.SignPKCS1v15(rand.Reader, secret, crypto.SHA256, sum[:])
	case *ecdsa.PrivateKey:
		var r, s *big.Int
		if r, s, err = ecdsa.Sign(rand.Reader, secret, sum[:]); err == nil {
			signature = make([]byte, 64)
			r.FillBytes(signature[:32])
			s.FillBytes(signature[32:])
		}
	case []byte:
		mac := hmac.New(sha256.New, secret)
		mac.Write([]byte(signed))
		signature = mac.Sum(nil)
	}
	if err != nil {
		panic(err)
	}
	return signed + "." + base64.RawURLEncoding.EncodeToString(signature)
}

// Algorithm returns the key's algorithm as JWT names it: "RS256", "ES256", "HS256" or "none".
func (k Key) Algorithm() string {
	switch k.Secret.(type) {
	case *rsa.PrivateKey:
		return "RS256"
	case *ecdsa.PrivateKey:
		return "ES256"
	case []byte:
		return "HS256"
	}
	return "none"
}

// jwk returns the public key as Google publishes it.
func (k Key) jwk() map[string]any {
	jwk := map[string]any{"kid": k.ID, "use": "sig", "alg": k.Algorithm()}
	switch secret := k.Secret.(type) {
	case *rsa.PrivateKey:
		jwk["kty"] = "RSA"
		jwk["n"] = base64.RawURLEncoding.EncodeToString(secret.N.Bytes())
		jwk["e"] = base64.RawURLEncoding.EncodeToString(big.NewInt(int64(secret.E)).Bytes())
	case *ecdsa.PrivateKey:
		point, err := secret.PublicKey.Bytes() // 4, X, Y
		if err != nil {
			panic(err)
		}
		jwk["kty"], jwk["crv"] = "EC", "P-256"
		jwk["x"] = base64.RawURLEncoding.EncodeToString(point[1:33])
		jwk["y"] = base64.RawURLEncoding.EncodeToString(point[33:])
	}
	return jwk
}

func newRSA() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
}

func newEC() *ecdsa.PrivateKey {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	return key
}

func encoded(part map[string]any) string {
	text, err := json.Marshal(part)
	if err != nil {
		panic(fmt.Sprint("a part of a JWT: ", err))
	}
	return base64.RawURLEncoding.EncodeToString(text)
}
