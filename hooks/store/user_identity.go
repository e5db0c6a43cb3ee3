package store

import (
	"errors"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// ErrIdentityConflict says that an identity is another account's, or that the account has another identity at the provider.
var ErrIdentityConflict = errors.New("store: linked otherwise")

// FindUserByIdentity loads the user whom a provider's identity is linked to; ErrNotFound when nobody is.
func FindUserByIdentity(app core.App, provider, id string) (*User, error) {
	link, err := findIdentity(app, provider, id)
	if err != nil {
		return nil, err
	}
	return FindUser(app, link.RecordRef())
}

func findIdentity(app core.App, provider, id string) (*core.ExternalAuth, error) {
	users, err := app.FindCachedCollectionByNameOrId(Users)
	if err != nil {
		return nil, err
	}
	link, err := app.FindFirstExternalAuthByExpr(dbx.HashExp{"collectionRef": users.Id, "provider": provider, "providerId": id})
	return link, notFound(err)
}

// LinkIdentity lets a user sign in by a provider's identity. The same link again is no error; ErrIdentityConflict when it can't be.
func LinkIdentity(tx core.App, u *User, provider, id string) error {
	taken, err := findIdentity(tx, provider, id)
	if err == nil {
		if taken.RecordRef() == u.Id {
			return nil
		}
		return ErrIdentityConflict
	}
	if !errors.Is(err, ErrNotFound) {
		return err
	}
	own, err := identityOf(tx, u, provider)
	if err != nil {
		return err
	}
	if own != nil {
		return ErrIdentityConflict
	}
	link := core.NewExternalAuth(tx)
	link.SetCollectionRef(u.Collection().Id)
	link.SetRecordRef(u.Id)
	link.SetProvider(provider)
	link.SetProviderId(id)
	return tx.Save(link)
}

// UnlinkIdentity removes a user's link to a provider, unless it is the last way to sign in: then done is false and
// nothing changes. No link is no error.
func UnlinkIdentity(tx core.App, u *User, provider string) (done bool, err error) {
	links, err := tx.FindAllExternalAuthsByRecord(u.Record)
	if err != nil {
		return false, err
	}
	own, err := identityOf(tx, u, provider)
	if err != nil || own == nil {
		return err == nil, err
	}
	if len(links) == 1 && !u.PasswordSet() {
		return false, nil
	}
	return true, tx.Delete(own)
}

// identityOf is a user's link to a provider, or nil.
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
