package store

import (
	"context"
	"strings"
	"time"

	"github.com/privet/privet/hooks/store/query"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/security"
)

const (
	fieldEmail       = core.FieldNameEmail
	fieldEmailKey    = "email_key"
	fieldNickname    = "nickname"
	fieldName        = "name"
	fieldPhone       = "phone"
	fieldDescription = "description"
	fieldRole        = "role"
	fieldCategories  = "categories"
	fieldPrice       = "price"
	fieldFree        = "free"
	fieldInvite      = "invite"
	fieldSearch      = "search"
	fieldPasswordSet = "password_set"
	fieldEmailProven = "email_proven"
	fieldTerms       = "terms"
	fieldTermsAt     = "terms_at"
)

// The roles, in the words that moderators read.
const (
	RoleClient    = "client"
	RolePerformer = "performer"
)

// User is a record of users.
type User struct{ core.BaseRecordProxy }

// NewUser returns a new user.
func NewUser(app core.App) (*User, error) {
	record, err := query.NewRecord(app, Users)
	if err != nil {
		return nil, query.Wrap("new user", err)
	}
	return AsUser(record), nil
}

// AsUser wraps a record of users.
func AsUser(record *core.Record) *User {
	u := &User{}
	u.SetProxyRecord(record)
	return u
}

// FindUser loads a user by id. The error is ErrNotFound when there is none.
func FindUser(app core.App, id string) (*User, error) {
	record, err := app.FindRecordById(Users, id)
	if err != nil {
		return nil, query.Wrap("find user", query.NotFound(err))
	}
	return AsUser(record), nil
}

// FindUserByEmail loads a user by e-mail, ignoring case. The error is ErrNotFound when there is none.
func FindUserByEmail(app core.App, email string) (*User, error) {
	record, err := app.FindFirstRecordByData(Users, fieldEmailKey, EmailKey(email))
	if err != nil {
		return nil, query.Wrap("find user by e-mail", query.NotFound(err))
	}
	return AsUser(record), nil
}

// EmailTaken reports whether a user has the address, other than the one with the id except ("" for no exception).
func EmailTaken(ctx context.Context, app core.App, email, except string) (bool, error) {
	var taken bool
	err := app.DB().NewQuery(`SELECT EXISTS (SELECT 1 FROM users WHERE email_key = {:key} AND id <> {:except})`).
		Bind(dbx.Params{"key": EmailKey(email), "except": except}).WithContext(ctx).Row(&taken)
	return taken, query.Wrap("find e-mail", err)
}

// SetEmailProven records whether a social provider has verified the present address.
func (u *User) SetEmailProven(v bool) { u.Set(fieldEmailProven, v) }

// Nickname returns the name that other users see.
func (u *User) Nickname() string { return u.GetString(fieldNickname) }

// SetNickname sets the name that other users see.
func (u *User) SetNickname(v string) { u.Set(fieldNickname, v) }

// Name returns the full name, "" for none.
func (u *User) Name() string { return u.GetString(fieldName) }

// SetName sets the full name; "" is none.
func (u *User) SetName(v string) { u.Set(fieldName, v) }

// Phone returns the phone number, "" for none.
func (u *User) Phone() string { return u.GetString(fieldPhone) }

// SetPhone sets the phone number; "" is none.
func (u *User) SetPhone(v string) { u.Set(fieldPhone, v) }

// MaxSearched is how many characters of a description are searched.
const MaxSearched = 2000

// Description is a description with the part of it that is searched, folded.
type Description struct{ text, searched string }

// NewDescription folds a description; "" is none. Call it before a transaction and not inside.
func NewDescription(text string) Description {
	return Description{text, SearchKey(firstRunes(text, MaxSearched))}
}

// firstRunes returns the first n characters of a text.
func firstRunes(text string, n int) string {
	for at := range text {
		if n == 0 {
			return text[:at]
		}
		n--
	}
	return text
}

// keyDescription is the custom value by which a record carries its Description to Derive.
const keyDescription = "@description"

// SetDescription sets the description.
func (u *User) SetDescription(d Description) {
	u.Set(fieldDescription, d.text)
	u.SetRaw(keyDescription, d)
}

// FoldDescription folds a description that was set as a field: one that a moderator has typed. Call it before a
// transaction and not inside.
func (u *User) FoldDescription() {
	text := u.GetString(fieldDescription)
	if d, ok := u.GetRaw(keyDescription).(Description); ok && d.text == text || text == u.Original().GetString(fieldDescription) && !u.IsNew() {
		return
	}
	u.SetRaw(keyDescription, NewDescription(text))
}

// Role returns RoleClient or RolePerformer.
func (u *User) Role() string { return u.GetString(fieldRole) }

// SetRole sets the role.
func (u *User) SetRole(v string) { u.Set(fieldRole, v) }

// SetCategories sets the performer's categories.
func (u *User) SetCategories(v []string) { u.Set(fieldCategories, v) }

// Price returns what an order costs, 0 when there is no price.
func (u *User) Price() float64 { return u.GetFloat(fieldPrice) }

// SetPrice sets the price; nil is none. As PocketBase's numbers can't be null, the field free tells a price of 0 from
// none.
func (u *User) SetPrice(v *float64) {
	if v == nil {
		u.Set(fieldPrice, 0)
		u.Set(fieldFree, false)
		return
	}
	u.Set(fieldPrice, *v)
	u.Set(fieldFree, *v == 0)
}

// SetTerms records which version of the terms the user has agreed to, and when; "" is none.
func (u *User) SetTerms(version string, at time.Time) {
	if version == "" {
		return
	}
	u.Set(fieldTerms, version)
	u.Set(fieldTermsAt, at)
}

// PasswordSet reports whether the user has chosen a password and can sign in with it.
func (u *User) PasswordSet() bool { return u.GetBool(fieldPasswordSet) }

// PasswordHash returns the stored hash, which changes with the password.
func (u *User) PasswordHash() string { return u.GetString(core.FieldNamePassword + ":hash") }

// Derive sets the fields that are derived from others. It must run before each save. before is the user's row, nil for
// a new user.
func (u *User) Derive(before *User) {
	u.Set(fieldEmailKey, EmailKey(u.Email()))
	u.Set(fieldSearch, u.searchedNames()+u.searchedDescription(before))
	if u.Price() != 0 {
		u.Set(fieldFree, false)
	}
	if u.GetString(core.FieldNamePassword) != "" { // in plain text: it came from the dashboard
		u.Set(fieldPasswordSet, true)
	}
	if u.GetString(fieldInvite) == "" {
		u.Set(fieldInvite, security.RandomStringWithAlphabet(8, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"))
	}
}

// searchedNames returns what is searched of the names, each with the end of its line.
func (u *User) searchedNames() string {
	return SearchKey(u.GetString(fieldNickname) + "\n" + u.GetString(fieldName) + "\n")
}

// searchedDescription returns what is searched of the description. It was folded before the transaction: by
// SetDescription, by FoldDescription, or for the row as it was before.
func (u *User) searchedDescription(before *User) string {
	text := u.GetString(fieldDescription)
	if d, ok := u.GetRaw(keyDescription).(Description); ok && d.text == text {
		return d.searched
	}
	if before != nil && before.GetString(fieldDescription) == text {
		if searched, ok := strings.CutPrefix(before.GetString(fieldSearch), before.searchedNames()); ok {
			return searched
		}
	}
	return NewDescription(text).searched
}

// CountNewOrders returns how many new orders a performer has.
func CountNewOrders(app core.App, performer string) (int64, error) {
	count, err := app.CountRecords(Orders, dbx.HashExp{fieldPerformer: performer, fieldStatus: "new"})
	return count, query.Wrap("count new orders", err)
}

// CopyFrom sets all fields to those of another user.
func (u *User) CopyFrom(from *User) {
	for _, field := range u.Collection().Fields {
		u.SetRaw(field.GetName(), from.GetRaw(field.GetName()))
	}
}

// Rev returns the number of changes so far.
func (u *User) Rev() int { return u.GetInt(fieldRev) }

// SetRev sets the number of changes.
func (u *User) SetRev(v int) { u.Set(fieldRev, v) }

// HasOrders reports whether the user is the client or the performer of an order.
func HasOrders(ctx context.Context, app core.App, userID string) (bool, error) {
	var has bool
	err := app.DB().NewQuery(`SELECT EXISTS (SELECT 1 FROM orders WHERE client = {:user}) OR EXISTS (SELECT 1 FROM orders WHERE performer = {:user})`).
		Bind(dbx.Params{"user": userID}).WithContext(ctx).Row(&has)
	return has, query.Wrap("find orders of user", err)
}
