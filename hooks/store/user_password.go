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

// bcryptLimit is how many bytes bcrypt looks at.
const bcryptLimit = 72

// hashingSlots bounds how many passwords are hashed at once: each takes some 50 ms of a core, and a storm of
// sign-ins must leave the others theirs.
var hashingSlots = make(chan struct{}, max(1, runtime.NumCPU()/2))

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

// shorten makes a password fit bcrypt: one that is longer than bcrypt reads is replaced by a digest of all of it.
func shorten(password string) string {
	if len(password) <= bcryptLimit {
		return password
	}
	digest := hmac.New(sha256.New, []byte("privet long password"))
	digest.Write([]byte(password))
	return base64.StdEncoding.EncodeToString(digest.Sum(nil))
}

// HashPassword hashes a password of any length, to be given to SetPasswordHash. It takes as long as bcrypt and
// waits for its turn, so it belongs before a transaction and not inside.
func HashPassword(ctx context.Context, password string) (hashed string, err error) {
	var result []byte
	waited := withHashingSlot(ctx, func() {
		result, err = bcrypt.GenerateFromPassword([]byte(shorten(password)), bcrypt.DefaultCost)
	})
	return string(result), errors.Join(waited, err)
}

// SetPasswordHash gives the user the password that was hashed.
func (u *User) SetPasswordHash(hashed string) {
	u.SetRaw(core.FieldNamePassword, &core.PasswordFieldValue{Hash: hashed})
	u.RefreshTokenKey()
	u.Set(fieldPasswordSet, true)
}

// DisablePassword makes an account that can't be entered by a password until its user sets one.
func (u *User) DisablePassword(ctx context.Context) error {
	hashed, err := HashPassword(ctx, security.RandomString(30))
	u.SetPasswordHash(hashed)
	u.Set(fieldPasswordSet, false)
	return err
}

// dummyHash is a hash that no password fits, as costly as a real one.
var dummyHash = sync.OnceValue(func() []byte {
	h, err := bcrypt.GenerateFromPassword([]byte(security.RandomString(30)), bcrypt.DefaultCost)
	if err != nil {
		panic(err) // only for a wrong cost or a too long password
	}
	return h
})

// CheckPassword tells whether password is the user's. A nil user takes the same time and is false, so that
// nobody learns from it which e-mails are known.
func CheckPassword(ctx context.Context, u *User, password string) (bool, error) {
	stored := dummyHash()
	if u != nil {
		stored = []byte(u.GetString(core.FieldNamePassword + ":hash"))
	}
	var ok bool
	err := withHashingSlot(ctx, func() {
		ok = bcrypt.CompareHashAndPassword(stored, []byte(shorten(password))) == nil
	})
	return ok && u != nil, err
}
