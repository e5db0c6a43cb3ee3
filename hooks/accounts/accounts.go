// Package accounts is how people help themselves without the app: by links that are mailed to them, to choose a new password or to prove
// that they may delete their account. Endpoints and the page /account do it by these functions.
package accounts

import (
	"context"
	"errors"

	"github.com/privet/privet/hooks/mail"
	"github.com/privet/privet/hooks/order"
	"github.com/privet/privet/hooks/store"

	"github.com/pocketbase/pocketbase/core"
)

// Purpose is what a link is for.
type Purpose string

// The purposes.
const (
	Password Purpose = store.MailPassword // to choose a new password
	Proof    Purpose = store.MailProof    // to prove that one may delete an account that has no password
)

// ErrNoMail means that no mails can be sent, so that nobody can get a link.
var ErrNoMail = errors.New("accounts: mail is not available")

// ErrInvalidLink means that there is no such link: it was made up, used up or replaced by a new password, or is too old.
var ErrInvalidLink = errors.New("accounts: invalid link")

// RequestLink has a link mailed to whoever has the e-mail address, in the language "en" or "ru". It does the same, and takes the same
// time, for an address that nobody has, and for one that has had too many mails. The error is ErrNoMail if there is no mail server.
func RequestLink(ctx context.Context, app core.App, email string, purpose Purpose, language string) error {
	mails := mail.Of(app)
	if !mails.On() {
		return ErrNoMail
	}
	if err := mails.Add(ctx, app, store.NewMail{Kind: string(purpose), Email: email, Language: language}); err != nil {
		return err
	}
	mails.Wake()
	return nil
}

// FindLink returns whom a link is for, and leaves it usable. The error is ErrInvalidLink.
func FindLink(ctx context.Context, app core.App, token string, purpose Purpose) (*store.User, error) {
	user, err := store.FindLink(ctx, app, token, string(purpose))
	return user, invalidIfNotFound(err)
}

// UseLink is FindLink in a transaction, and uses the link up if the transaction commits.
func UseLink(ctx context.Context, tx core.App, token string, purpose Purpose) (*store.User, error) {
	user, err := store.UseLink(ctx, tx, token, string(purpose))
	return user, invalidIfNotFound(err)
}

func invalidIfNotFound(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return ErrInvalidLink
	}
	return err
}

// ResetPassword sets the password of the account that a link is for, which uses up all its links and signs out all its devices. from is for
// whom the password is hashed. The error is ErrInvalidLink, or a *admission.Busy if too many wait to set passwords.
func ResetPassword(ctx context.Context, app core.App, from store.Hasher, token, password string) error {
	user, err := FindLink(ctx, app, token, Password)
	if err != nil {
		return err
	}
	from.Account, from.Proven = user.Id, true // only the mailbox's owner has the link
	hashed, err := store.HashPassword(ctx, from, password)
	if err != nil {
		return err
	}
	ctx = context.WithoutCancel(ctx) // a client that hangs up undoes nothing
	return app.RunInTransaction(func(tx core.App) error {
		user, err := UseLink(ctx, tx, token, Password)
		if err != nil {
			return err
		}
		store.SetActor(user.Record, store.Actor{Side: order.Client, UserID: user.Id})
		user.SetPasswordHash(hashed)
		// Without validation: a field that an older version saved must not keep anybody out.
		return tx.SaveNoValidateWithContext(ctx, user)
	})
}
