package settings

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"os"
	"path/filepath"
	"testing"
)

// pemFile returns the path of a PEM file with blocks of a type.
func pemFile(t *testing.T, kind string, blocks ...[]byte) string {
	t.Helper()
	var content []byte
	for _, block := range blocks {
		content = append(content, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: block})...)
	}
	path := filepath.Join(t.TempDir(), "key.pem")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// A key of VK ID may be in either form of a public key, and beside the next one.
func TestVKIDKey(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	pkix, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	for path, keys := range map[string]int{
		pemFile(t, "PUBLIC KEY", pkix, pkix):                                     2,
		pemFile(t, "RSA PUBLIC KEY", x509.MarshalPKCS1PublicKey(&key.PublicKey)): 1,
	} {
		s, err := Read(env("PRIVET_VK_ID_KEY", path))
		if err != nil || len(s.VK.IDKeys) != keys || !s.VK.IDKeys[0].Equal(&key.PublicKey) {
			t.Errorf("%d keys, %v", len(s.VK.IDKeys), err)
		}
	}
}
