package store

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash/crc32"

	"github.com/pocketbase/pocketbase/tools/security"
)

// newSecret makes the secret part of an access token as Sanctum does: 40 random characters and their CRC-32.
func newSecret() string {
	random := security.RandomStringWithAlphabet(40, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")
	return random + fmt.Sprintf("%08x", crc32.ChecksumIEEE([]byte(random)))
}

// TokenHash is what is kept of a secret, and what it is looked up by: its SHA-256 in hex.
func TokenHash(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}
