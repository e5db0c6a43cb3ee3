package store

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"runtime"
	"sync"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/security"
	"golang.org/x/crypto/bcrypt"
)

// bcryptLimit is the number of bytes that bcrypt reads.
const bcryptLimit = 72

// hashingSlots bounds how many passwords are hashed at once. Each hash takes about 50 ms of a core, and a burst of
// sign-ins must leave cores to other requests.
var hashingSlots = make(chan struct{}, max(1, runtime.NumCPU()/2))

// withHashingSlot runs work when a slot is free. The error is that of ctx if it ends before.
func withHashingSlot(ctx context.Context, work func()) error {
	select {
	case hashingSlots <- struct{}{}:
		defer func() { <-hashingSlots }()
		work()
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// shorten returns a password that bcrypt reads whole: a longer one is replaced by a digest.
func shorten(password string) string {
	if len(password) <= bcryptLimit {
		return password
	}
	digest := hmac.New(sha256.New, []byte("privet long password"))
	digest.Write([]byte(password))
	return base64.StdEncoding.EncodeToString(digest.Sum(nil))
}

// HashPassword hashes a password of any length for SetPasswordHash. As it waits for a slot and for bcrypt, call it
// before a transaction and not inside.
func HashPassword(ctx context.Context, password string) (hashed string, err error) {
	var result []byte
	waited := withHashingSlot(ctx, func() {
		result, err = bcrypt.GenerateFromPassword([]byte(shorten(password)), bcrypt.DefaultCost)
	})
	return string(result), wrap("hash password", errors.Join(waited, err))
}

// SetPasswordHash sets a password by its hash, and ends the sessions of PocketBase's own API.
func (u *User) SetPasswordHash(hashed string) {
	u.SetRaw(core.FieldNamePassword, &core.PasswordFieldValue{Hash: hashed})
	u.RefreshTokenKey()
	u.Set(fieldPasswordSet, true)
}

// DisablePassword sets a random password, so that the user can't sign in with one before setting another.
func (u *User) DisablePassword(ctx context.Context) error {
	hashed, err := HashPassword(ctx, security.RandomString(30))
	u.SetPasswordHash(hashed)
	u.Set(fieldPasswordSet, false)
	return err
}

// dummyHash returns the hash of an unknown password, which takes as long to compare as that of a user.
var dummyHash = sync.OnceValue(func() []byte {
	h, err := bcrypt.GenerateFromPassword([]byte(security.RandomString(30)), bcrypt.DefaultCost)
	if err != nil {
		panic(err) // only for a wrong cost or a too long password
	}
	return h
})

// CheckPassword reports whether password is the user's. For a nil user it returns false after the same time, so that
// the time does not reveal which e-mails are known.
func CheckPassword(ctx context.Context, u *User, password string) (bool, error) {
	stored := dummyHash()
	if u != nil {
		stored = []byte(u.GetString(core.FieldNamePassword + ":hash"))
	}
	var ok bool
	err := withHashingSlot(ctx, func() {
		ok = bcrypt.CompareHashAndPassword(stored, []byte(shorten(password))) == nil
	})
	return ok && u != nil, wrap("check password", err)
}
