package store

import (
	"context"
	"database/sql"
	"errors"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// ErrIdentityConflict means that an identity is linked to another account, or that the account is linked to another
// identity of the provider.
var ErrIdentityConflict = errors.New("store: linked otherwise")

// FindUserByIdentity loads the user to whom an identity is linked: an account at a social provider. The error is
// ErrNotFound when there is none.
func FindUserByIdentity(app core.App, provider, id string) (*User, error) {
	link, err := findIdentity(app, provider, id)
	if err != nil {
		return nil, wrap("find identity", err)
	}
	return FindUser(app, link.RecordRef())
}

// findIdentity returns the link of an identity to a user. The error is ErrNotFound when there is none.
func findIdentity(app core.App, provider, id string) (*core.ExternalAuth, error) {
	users, err := app.FindCachedCollectionByNameOrId(Users)
	if err != nil {
		return nil, err
	}
	link, err := app.FindFirstExternalAuthByExpr(dbx.HashExp{"collectionRef": users.Id, "provider": provider, "providerId": id})
	return link, notFound(err)
}

// LinkIdentity lets a user sign in with an identity. It does nothing if they are linked already. The error is
// ErrIdentityConflict when they can't be linked.
func LinkIdentity(tx core.App, u *User, provider, id string) error {
	taken, err := findIdentity(tx, provider, id)
	if err == nil {
		if taken.RecordRef() == u.Id {
			return nil
		}
		return ErrIdentityConflict
	}
	if !errors.Is(err, ErrNotFound) {
		return wrap("find identity", err)
	}
	own, err := identityOf(tx, u, provider)
	if err != nil {
		return wrap("find links of user", err)
	}
	if own != nil {
		return ErrIdentityConflict
	}
	link := core.NewExternalAuth(tx)
	link.SetCollectionRef(u.Collection().Id)
	link.SetRecordRef(u.Id)
	link.SetProvider(provider)
	link.SetProviderId(id)
	return wrap("link identity", tx.Save(link))
}

// UnlinkIdentity deletes a user's link to a provider, if there is one. It returns false and deletes nothing if the user
// could not sign in without it.
func UnlinkIdentity(tx core.App, u *User, provider string) (done bool, err error) {
	links, err := tx.FindAllExternalAuthsByRecord(u.Record)
	if err != nil {
		return false, wrap("find links of user", err)
	}
	own, err := identityOf(tx, u, provider)
	if err != nil || own == nil {
		return err == nil, wrap("find links of user", err)
	}
	if len(links) == 1 && !u.PasswordSet() {
		return false, nil
	}
	// What the provider knows of them is none of ours any more.
	err = write(context.Background(), tx, `DELETE FROM profile_fetches WHERE user = :user AND provider = :provider`,
		sql.Named("user", u.Id), sql.Named("provider", provider))
	if err != nil {
		return false, wrap("end fetch of a profile", err)
	}
	return true, wrap("unlink identity", tx.Delete(own))
}

// identityOf returns a user's link to a provider, or nil.
func identityOf(tx core.App, u *User, provider string) (*core.ExternalAuth, error) {
	links, err := tx.FindAllExternalAuthsByRecord(u.Record)
	if err != nil {
		return nil, err
	}
	for _, link := range links {
		if link.Provider() == provider {
			return link, nil
		}
	}
	return nil, nil
}
