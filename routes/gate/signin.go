package gate

import (
	"database/sql"
	"errors"
	"slices"
	"sync"

	"github.com/privet/privet/hooks/store"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
	"github.com/pocketbase/pocketbase/tools/security"
)

// registerSignIn counts superusers' wrong passwords and requests for one-time passwords as those of the API's accounts
// are counted, and has their passwords hashed in turn with all others.
func (g *gate) registerSignIn(app core.App) {
	app.OnRecordAuthWithPasswordRequest(core.CollectionNameSuperusers).Bind(&hook.Handler[*core.RecordAuthWithPasswordRequestEvent]{
		Id:       "privet_gate",
		Priority: 999, // the last one: it takes the place of PocketBase's own comparison, which waits for nobody
		Func:     g.authWithPassword,
	})
	app.OnRecordRequestOTPRequest(core.CollectionNameSuperusers).Bind(&hook.Handler[*core.RecordCreateOTPRequestEvent]{
		Id:   "privet_gate",
		Func: g.requestOTP,
	})
}

// authWithOTP counts a one-time password as an attempt to sign in to the account that it was made for, and has it compared
// in turn with the passwords. PocketBase's own limit is one of each address. The number of one that does not exist is
// counted by the address alone.
func (g *gate) authWithOTP(e *core.RequestEvent) error {
	var form struct {
		ID string `form:"otpId" json:"otpId"`
	}
	if err := e.BindBody(&form); err != nil {
		return e.BadRequestError("The body could not be read.", err)
	}
	from, refund := store.Hasher{Network: sender(e), Moderator: true}, func() {}
	otp, err := e.App.FindOTPById(form.ID)
	if err == nil {
		var superuser *core.Record
		if superuser, err = e.App.FindRecordById(otp.CollectionRef(), otp.RecordRef()); err == nil {
			from, refund, err = g.countAttempt(e, "code", superuser.Collection(), superuser, "")
		}
	}
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return tooMany(e, err)
	}
	release, err := store.AwaitNewPassword(e.Request.Context(), from)
	if err != nil {
		refund() // it was not compared
		return busy(e, err)
	}
	defer release()
	err = e.Next()
	if err == nil || errors.Is(err, apis.ErrMFA) { // the password is due
		refund()
	}
	return err
}

// authWithPassword signs a superuser in by the password. Neither the answer nor the time that it takes reveals whether
// the account exists.
func (g *gate) authWithPassword(e *core.RecordAuthWithPasswordRequestEvent) error {
	from, refund, err := g.countAttempt(e.RequestEvent, "superuser", e.Collection, e.Record, e.Identity)
	if err != nil {
		return tooMany(e.RequestEvent, err)
	}
	matches, err := store.CheckSuperuserPassword(e.Request.Context(), from, e.Record, e.Password)
	if err != nil {
		refund() // the password was not compared
		return busy(e.RequestEvent, err)
	}
	if !matches {
		return e.BadRequestError("Failed to authenticate.", nil)
	}
	refund()
	return apis.RecordAuthResponse(e.RequestEvent, e.Record, core.MFAMethodPassword, nil)
}

// requestOTP has PocketBase make a one-time password and mail it. For an unknown account it takes as long. Where it is the
// second factor, an account of which nobody has given the password is one: strangers can't have mails sent to it, nor use
// up what its owner may request.
func (g *gate) requestOTP(e *core.RecordCreateOTPRequestEvent) error {
	if e.Record != nil && e.Collection.PasswordAuth.Enabled && e.Collection.MFA.Enabled && e.Collection.MFA.Rule == "" {
		signingIn, err := e.App.FindAllMFAsByRecord(e.Record)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(signingIn, func(m *core.MFA) bool {
			return m.Method() == core.MFAMethodPassword && !m.HasExpired(e.Collection.MFA.DurationTime())
		}) {
			e.Record = nil
		}
	}
	info, err := e.RequestInfo()
	if err != nil {
		return err
	}
	email, _ := info.Body["email"].(string)
	from, _, err := g.countAttempt(e.RequestEvent, "one-time password", e.Collection, e.Record, email)
	if err != nil {
		return tooMany(e.RequestEvent, err)
	}
	if e.Record == nil {
		if _, err := store.HashPassword(e.Request.Context(), from, e.Password); err != nil {
			return busy(e.RequestEvent, err)
		}
		return e.Next()
	}
	release, err := store.AwaitNewPassword(e.Request.Context(), from)
	if err != nil {
		return busy(e.RequestEvent, err)
	}
	defer release()
	return e.Next()
}

// countAttempt counts an attempt of a kind for a superuser, or for a name that no superuser of the collection has, and
// returns for whom the password is hashed. A browser that the superuser has signed in with from the same address before
// is exempt from the limits of the account, so that an attack can't lock the owner out.
func (g *gate) countAttempt(e *core.RequestEvent, kind string, collection *core.Collection, superuser *core.Record, name string) (from store.Hasher, refund func(), err error) {
	from = store.Hasher{Network: sender(e), Account: store.TokenHash(store.EmailKey(name)), Moderator: true}
	if superuser != nil {
		from.Account = accountOf(superuser)
	} else {
		superuser = core.NewRecord(collection) // looking for its origins takes as long
	}
	known := sync.OnceValues(func() (bool, error) { return hasOrigin(e, superuser) })
	refund, err = g.limits(e).Attempt(kind+" "+from.Account, func() (string, error) {
		known, err := known()
		if !known || err != nil {
			return "", err
		}
		return originOf(e), nil
	})
	if err != nil {
		return from, nil, err
	}
	if from.Proven, err = known(); err != nil {
		refund()
	}
	return from, refund, err
}

// hasOrigin reports whether a superuser has signed in with the browser and from the address of a request before.
func hasOrigin(e *core.RequestEvent, superuser *core.Record) (bool, error) {
	fingerprint := originOf(e)
	origins, err := e.App.FindAllAuthOriginsByRecord(superuser)
	return slices.ContainsFunc(origins, func(o *core.AuthOrigin) bool { return o.Fingerprint() == fingerprint }), err
}

// originOf returns PocketBase's fingerprint of where a request comes from.
func originOf(e *core.RequestEvent) string {
	return security.MD5(e.RealIP() + e.Request.UserAgent())
}
