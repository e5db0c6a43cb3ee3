package store

import (
	"cmp"
	"context"
	"time"

	"github.com/privet/privet/hooks/store/personal"
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

// UserRow is a user as the API reads it.
type UserRow struct {
	ID          int64
	Email       string
	Phone       string // "" for none, as in all texts here
	Name        string
	Nickname    string
	Description string
	Role        string
	Price       *float64 // nil for none
	Invite      string
	Categories  choices
	Media       mediaRows
	Created     Moment
	Updated     Moment
}

// userField is a field of users: what it tells about a person, what an erasure does with it, and where the API reads it.
type userField struct {
	personal.Column
	sql  string             // what is read, "" for the field itself
	into func(*UserRow) any // nil for a field that the API does not read
}

// userFields declares all fields of users, each once. Erasure, audit, search and the API's reads follow from it.
var userFields = readAsNamed([]userField{
	{Column: personal.Column{Name: "id", Kind: personal.Impersonal}, into: func(u *UserRow) any { return query.ID(&u.ID) }},
	{Column: personal.Column{Name: fieldEmail, Kind: personal.Contact, Erased: personal.Replaced}, into: func(u *UserRow) any { return &u.Email }},
	{Column: personal.Column{Name: fieldPhone, Kind: personal.Contact, Erased: personal.Emptied}, into: func(u *UserRow) any { return &u.Phone }},
	{Column: personal.Column{Name: fieldNickname, Kind: personal.Personal, Erased: personal.Replaced, Written: true, Searched: true}, into: func(u *UserRow) any { return &u.Nickname }},
	{Column: personal.Column{Name: fieldName, Kind: personal.Personal, Erased: personal.Emptied, Written: true, Searched: true}, into: func(u *UserRow) any { return &u.Name }},
	{Column: personal.Column{Name: fieldDescription, Kind: personal.Personal, Erased: personal.Emptied, Written: true, Searched: true}, into: func(u *UserRow) any { return &u.Description }},
	{Column: personal.Column{Name: fieldRole, Kind: personal.Impersonal}, into: func(u *UserRow) any { return &u.Role }},
	{
		Column: personal.Column{Name: fieldPrice, Kind: personal.Impersonal, Erased: personal.Emptied},
		sql:    `CASE WHEN u.price <> 0 OR u.free THEN u.price END`, into: func(u *UserRow) any { return &u.Price },
	},
	{Column: personal.Column{Name: fieldFree, Kind: personal.Impersonal, Erased: personal.Emptied}},
	{Column: personal.Column{Name: fieldCategories, Kind: personal.Impersonal, Erased: personal.Emptied}, into: func(u *UserRow) any { return &u.Categories }},
	// Emptied, it is made anew at each save.
	{Column: personal.Column{Name: fieldInvite, Kind: personal.Personal, Erased: personal.Emptied}, into: func(u *UserRow) any { return &u.Invite }},
	{Column: personal.Column{Name: fieldCreated, Kind: personal.Impersonal}, into: func(u *UserRow) any { return &u.Created }},
	{Column: personal.Column{Name: fieldUpdated, Kind: personal.Impersonal}, into: func(u *UserRow) any { return &u.Updated }},

	{Column: personal.Column{Name: fieldTerms, Kind: personal.Personal, Erased: personal.Emptied}},
	{Column: personal.Column{Name: fieldTermsAt, Kind: personal.Impersonal, Erased: personal.Emptied}},
	{Column: personal.Column{Name: core.FieldNamePassword, Kind: personal.Secret, Erased: personal.Replaced}},
	{Column: personal.Column{Name: core.FieldNameTokenKey, Kind: personal.Secret, Erased: personal.Replaced}},
	{Column: personal.Column{Name: fieldPasswordSet, Kind: personal.Impersonal, Erased: personal.Replaced}},
	{Column: personal.Column{Name: fieldEmailProven, Kind: personal.Impersonal, Erased: personal.Emptied}},
	{Column: personal.Column{Name: core.FieldNameEmailVisibility, Kind: personal.Impersonal}},
	{Column: personal.Column{Name: core.FieldNameVerified, Kind: personal.Impersonal}},
	{Column: personal.Column{Name: fieldEmailKey, Kind: personal.Personal, Erased: personal.Replaced, Derived: true}},
	{Column: personal.Column{Name: fieldSearch, Kind: personal.Personal, Erased: personal.Replaced, Derived: true}},
	{Column: personal.Column{Name: fieldRev, Kind: personal.Impersonal, Derived: true}},

	{Column: personal.Column{Name: fieldBanned, Kind: personal.Impersonal, Erased: personal.Replaced}},
	{Column: personal.Column{Name: fieldBannedUntil, Kind: personal.Impersonal, Erased: personal.Emptied}},
	{Column: personal.Column{Name: fieldBanReason, Kind: personal.Personal, Erased: personal.Emptied}},
	{Column: personal.Column{Name: fieldErase, Kind: personal.Contact, Erased: personal.Emptied, Unstored: true}},
	{Column: personal.Column{Name: fieldErased, Kind: personal.Impersonal, Erased: personal.Replaced}},
	{Column: personal.Column{Name: fieldModeratedBy, Kind: personal.Staff}},
	{Column: personal.Column{Name: fieldModeratedAt, Kind: personal.Impersonal}},
})

// readAsNamed completes the fields that are read as they are.
func readAsNamed(fields []userField) []userField {
	for i := range fields {
		fields[i].sql = cmp.Or(fields[i].sql, "u."+fields[i].Name)
	}
	return fields
}

// userColumns are the columns of a user with the media of the profile.
var userColumns = query.Map("u", func(c *query.Columns, u *UserRow) {
	for i := range userFields {
		if f := &userFields[i]; f.into != nil {
			c.Add(f.sql, f.into(u))
		}
	}
	c.Add(profileMedia, &u.Media)
})

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
