package store

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"runtime"
	"sync"
	"time"

	"github.com/privet/privet/hooks/admission"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/security"
	"golang.org/x/crypto/bcrypt"
)

// bcryptLimit is the number of bytes that bcrypt reads.
const bcryptLimit = 72

// Each hash takes about 50 ms of a core, and a burst of sign-ins must leave cores to other requests: at most half of the
// cores hash at once, those with a slot of signIns. Whoever sets a password queues in newPasswords first, and all of
// them together are one sender of signIns: however many wait to set a password, a sign-in waits for one of them at most.
var (
	hashingSlots = max(1, runtime.GOMAXPROCS(0)/2)
	signIns      = admission.New(admission.Limits{Slots: hashingSlots, Waiters: 64 * hashingSlots, MaxWait: 10 * time.Second})
	newPasswords = admission.New(admission.Limits{Slots: max(1, hashingSlots/2), Waiters: 256, MaxWait: 30 * time.Second})
)

// newPasswordsKey is the key of newPasswords in signIns.
const newPasswordsKey = "new passwords"

// HashingStats returns the numbers of the queues in which sign-ins and new passwords wait for their turn to be hashed.
func HashingStats() (signingIn, settingPassword admission.Stats) {
	return signIns.Stats(), newPasswords.Stats()
}

// AwaitNewPassword waits for a turn to have PocketBase hash a password, by the network that the request comes from. The
// caller calls release when it is done. The error is a *admission.Busy if too many wait, or that of ctx if it ends before.
func AwaitNewPassword(ctx context.Context, network string) (release func(), err error) {
	return newPasswords.Acquire(ctx, network)
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

// HashPassword hashes a password of any length for SetPasswordHash. As it waits for its turn, among those of other
// networks, and for bcrypt, call it before a transaction and not inside. The error is a *admission.Busy if too many wait.
func HashPassword(ctx context.Context, network, password string) (hashed string, err error) {
	next, err := newPasswords.Acquire(ctx, network)
	if err != nil {
		return "", wrap("wait to hash password", err)
	}
	defer next()
	release, err := signIns.Acquire(ctx, newPasswordsKey)
	if err != nil {
		return "", wrap("wait to hash password", err)
	}
	defer release()
	result, err := bcrypt.GenerateFromPassword([]byte(shorten(password)), bcrypt.DefaultCost)
	return string(result), wrap("hash password", err)
}

// SetPasswordHash sets a password by its hash, and ends the sessions of PocketBase's own API.
func (u *User) SetPasswordHash(hashed string) {
	u.SetRaw(core.FieldNamePassword, &core.PasswordFieldValue{Hash: hashed})
	u.RefreshTokenKey()
	u.Set(fieldPasswordSet, true)
}

// DisablePassword sets a password that nobody knows, so that the user can't sign in with one before setting another.
func (u *User) DisablePassword() {
	u.SetPasswordHash(string(dummyHash()))
	u.Set(fieldPasswordSet, false)
}

// dummyHash returns the hash of a password that nobody knows. It takes as long to compare as that of a user.
var dummyHash = sync.OnceValue(func() []byte {
	h, err := bcrypt.GenerateFromPassword([]byte(security.RandomString(30)), bcrypt.DefaultCost)
	if err != nil {
		panic(err) // only for a wrong cost or a too long password
	}
	return h
})

// CheckPassword reports whether password is the user's. For a nil user it returns false after the same time, so that
// the time does not reveal which e-mails are known. It waits for its turn among those of other networks; the error is a
// *admission.Busy if too many wait.
func CheckPassword(ctx context.Context, network string, u *User, password string) (bool, error) {
	stored := dummyHash()
	if u != nil {
		stored = []byte(u.GetString(core.FieldNamePassword + ":hash"))
	}
	return comparePassword(ctx, network, stored, shorten(password), u != nil)
}

// CheckSuperuserPassword reports whether password is the superuser's, as CheckPassword does for a user. PocketBase
// hashes superusers' passwords itself, and takes none that is too long for bcrypt.
func CheckSuperuserPassword(ctx context.Context, network string, superuser *core.Record, password string) (bool, error) {
	stored := dummyHash()
	if superuser != nil {
		stored = []byte(superuser.GetString(core.FieldNamePassword + ":hash"))
	}
	return comparePassword(ctx, network, stored, password, superuser != nil)
}

func comparePassword(ctx context.Context, network string, stored []byte, password string, known bool) (bool, error) {
	release, err := signIns.Acquire(ctx, network)
	if err != nil {
		return false, wrap("check password", err)
	}
	defer release()
	return bcrypt.CompareHashAndPassword(stored, []byte(password)) == nil && known, nil
}
