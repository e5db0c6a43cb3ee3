package store

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash/crc32"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
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

// AddInviteToken makes a token that shows one profile until it expires.
func AddInviteToken(tx core.App, userID string, expires time.Time) (token string, err error) {
	record, err := newRecord(tx, InviteTokens)
	if err != nil {
		return "", err
	}
	secret := newSecret()
	record.Set(fieldUser, userID)
	record.Set(fieldExpires, expires)
	record.Set(fieldToken, TokenHash(secret))
	if err := tx.Save(record); err != nil {
		return "", err
	}
	return record.Id + "|" + secret, nil
}

// RevokeInviteTokens ends the tokens that were handed out for a user's share link.
func RevokeInviteTokens(tx core.App, userID string) error {
	_, err := tx.NonconcurrentDB().Delete(InviteTokens, dbx.HashExp{fieldUser: userID}).Execute()
	return err
}

// DeleteExpiredInviteTokens clears away the tokens that show nothing any more.
func DeleteExpiredInviteTokens(app core.App, now time.Time) error {
	_, err := app.NonconcurrentDB().Delete(InviteTokens, dbx.NewExp("expires < {:now}",
		dbx.Params{"now": timestamp(now)})).Execute()
	return err
}
