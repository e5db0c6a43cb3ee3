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
	"github.com/privet/privet/hooks/store/query"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/security"
	"golang.org/x/crypto/bcrypt"
)

// bcryptLimit is the number of bytes that bcrypt reads.
const bcryptLimit = 72

// Each hash takes about 50 ms of a core, and a burst of sign-ins must leave cores to other requests: at most half of the
// cores hash at once, those with a slot of signIns. Whoever sets a password queues in newPasswords first, and all of
// them together are one sender of signIns that goes behind the others: however many wait to set a password, a sign-in
// waits for one of them at most.
//
// A sign-in whose turn comes after seconds is of no use to a person, so in a flood it is refused before. A burst of one
// network has turns all the time, and may wait longer.
var (
	hashingSlots = max(1, runtime.GOMAXPROCS(0)/2)
	signIns      = admission.New(admission.Limits{Slots: hashingSlots, Waiters: 256, MaxWait: 45 * time.Second, MaxIdle: 2500 * time.Millisecond, Memory: 8192})
	newPasswords = admission.New(admission.Limits{Slots: max(1, hashingSlots/2), Waiters: 256, MaxWait: 90 * time.Second, MaxIdle: 5 * time.Second, Memory: 1024})
	familiar     = admission.NewFamiliar(50_000)
)

// The classes of those who wait for a hash. A flood of one of them delays the others by a few hashes at most.
const (
	proven       = iota // who have signed in to the account before
	fromFamiliar        // whose network somebody has signed in from, to any account
	moderators          // who want to sign in to the dashboard
	strangers
	passwords // all that set new ones, once it is their turn among themselves
)

// Hasher is for whom a password is hashed: from that follows when it is their turn.
type Hasher struct {
	Network   string // that the request comes from
	Account   string // a name of bounded length that the account alone has; "" for none
	Proven    bool   // by a device, or otherwise by what an attacker can't know, that the account is signed in on
	Moderator bool   // wants to sign in to the dashboard
}

// caller returns the hasher as a caller of a queue. Whether there is such an account must not matter here: the time
// that the answer takes would reveal it.
func (h Hasher) caller() admission.Caller {
	account := "account " + h.Account
	switch {
	case h.Proven:
		return admission.Caller{Class: proven, Keys: []string{account}}
	case familiar.Has(h.Network):
		return admission.Caller{Class: fromFamiliar, Keys: []string{h.Network, account}}
	case h.Moderator:
		return admission.Caller{Class: moderators, Keys: []string{h.Network, account}}
	case h.Account == "":
		return admission.Caller{Class: strangers, Keys: []string{h.Network}}
	}
	return admission.Caller{Class: strangers, Keys: []string{h.Network, account}}
}

// NoteNetwork notes that somebody who is signed in to an account was seen in a network: sign-ins from there go before
// those of networks where nobody was.
func NoteNetwork(account, network string) { familiar.Note(account, network) }

// HashingStats returns the numbers of the queues in which sign-ins and new passwords wait for their turn to be hashed.
func HashingStats() (signingIn, settingPassword admission.Stats) {
	return signIns.Stats(), newPasswords.Stats()
}

// AwaitNewPassword waits for a turn to have PocketBase hash a password. The caller calls release when it is done. The
// error is a *admission.Busy if too many wait, or that of ctx if it ends before.
func AwaitNewPassword(ctx context.Context, h Hasher) (release func(), err error) {
	return newPasswords.AcquireAs(ctx, h.caller())
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

// HashPassword hashes a password of any length for SetPasswordHash. As it waits for its turn and for bcrypt, call it
// before a transaction and not inside. The error is a *admission.Busy if too many wait.
func HashPassword(ctx context.Context, h Hasher, password string) (hashed string, err error) {
	next, err := AwaitNewPassword(ctx, h)
	if err != nil {
		return "", query.Wrap("wait to hash password", err)
	}
	defer next()
	release, err := signIns.AcquireAs(ctx, admission.Caller{Class: passwords})
	if err != nil {
		return "", query.Wrap("wait to hash password", err)
	}
	defer release()
	result, err := bcrypt.GenerateFromPassword([]byte(shorten(password)), bcrypt.DefaultCost)
	return string(result), query.Wrap("hash password", err)
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
// the time does not reveal which e-mails are known. It waits for its turn; the error is a *admission.Busy if too many
// wait.
func CheckPassword(ctx context.Context, h Hasher, u *User, password string) (bool, error) {
	stored := dummyHash()
	if u != nil {
		stored = []byte(u.GetString(core.FieldNamePassword + ":hash"))
	}
	return comparePassword(ctx, h, stored, shorten(password), u != nil)
}

// CheckSuperuserPassword reports whether password is the superuser's, as CheckPassword does for a user. PocketBase
// hashes superusers' passwords itself, and takes none that is too long for bcrypt.
func CheckSuperuserPassword(ctx context.Context, h Hasher, superuser *core.Record, password string) (bool, error) {
	stored := dummyHash()
	if superuser != nil {
		stored = []byte(superuser.GetString(core.FieldNamePassword + ":hash"))
	}
	return comparePassword(ctx, h, stored, password, superuser != nil)
}

func comparePassword(ctx context.Context, h Hasher, stored []byte, password string, known bool) (bool, error) {
	release, err := signIns.AcquireAs(ctx, h.caller())
	if err != nil {
		return false, query.Wrap("check password", err)
	}
	defer release()
	return bcrypt.CompareHashAndPassword(stored, []byte(password)) == nil && known, nil
}
