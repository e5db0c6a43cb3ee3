package fakes

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"strconv"
	"time"

	"github.com/privet/privet/hooks/settings"

	"github.com/go-jose/go-jose/v4"
)

// IDClaims returns the claims of a valid ID token of VK ID, for a test to change.
func (v *VK) IDClaims(app settings.VKApp, p VKPerson) map[string]any {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.people[p.ID] = p
	id, _ := strconv.ParseInt(app.ClientID, 10, 64)
	return map[string]any{"iis": "VK", "sub": p.ID, "app": id, "exp": time.Now().Unix() + 3600, "jti": 21}
}

// SignID returns an ID token of any claims, signed by IDKey.
func (v *VK) SignID(claims map[string]any) string {
	key := v.IDKey()
	return key.Sign(map[string]any{"alg": key.Algorithm(), "typ": "JWT"}, claims)
}

// IDToken returns a valid ID token.
func (v *VK) IDToken(app settings.VKApp, p VKPerson) string { return v.SignID(v.IDClaims(app, p)) }

// IDPublicKey returns the public key of ID tokens.
func (v *VK) IDPublicKey() *rsa.PublicKey { return &v.IDKey().Secret.(*rsa.PrivateKey).PublicKey }

// IDPEM returns the public key of ID tokens as a PEM file has it.
func (v *VK) IDPEM() []byte {
	der, err := x509.MarshalPKIXPublicKey(v.IDPublicKey())
	if err != nil {
		panic(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
}

// servePublicInfo tells whose an ID token is, with the surname masked, as VK ID does.
func (v *VK) servePublicInfo(w http.ResponseWriter, r *http.Request) {
	claims, ok := v.checkID(r.PostFormValue("id_token"))
	app, _ := claims["app"].(float64)
	expires, _ := claims["exp"].(float64)
	sub, _ := claims["sub"].(float64)
	switch {
	case r.URL.Query().Get("client_id") == "":
		respond(w, http.StatusBadRequest, map[string]any{"error": "invalid_request", "error_description": "client_id is missing"})
		return
	case !ok, int64(expires) <= time.Now().Unix(), strconv.FormatInt(int64(app), 10) != r.URL.Query().Get("client_id"):
		respond(w, http.StatusOK, map[string]any{"error": "invalid_token", "error_description": "id_token is invalid"})
		return
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	p := v.people[int64(sub)]
	surname := ""
	for _, letter := range p.LastName {
		surname = string(letter) + "."
		break
	}
	respond(w, http.StatusOK, map[string]any{"user": map[string]any{
		"user_id": strconv.FormatInt(int64(sub), 10), "first_name": p.FirstName, "last_name": surname, "phone": "+7 *** *** ** 01", "avatar": p.Photo,
	}})
}

// checkID returns the claims of a token that IDKey has signed.
func (v *VK) checkID(token string) (claims map[string]any, ok bool) {
	signed, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		return nil, false
	}
	payload, err := signed.Verify(v.IDPublicKey())
	if err != nil {
		return nil, false
	}
	ok = json.Unmarshal(payload, &claims) == nil
	return claims, ok
}
