package store

import (
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
)

// The roles, in the words that moderators read.
const (
	RoleClient    = "client"
	RolePerformer = "performer"
)

// User is a record of users.
type User struct{ core.BaseRecordProxy }

// NewUser makes a blank user.
func NewUser(app core.App) (*User, error) {
	record, err := newRecord(app, Users)
	if err != nil {
		return nil, err
	}
	return AsUser(record), nil
}

// AsUser looks at a record of users.
func AsUser(record *core.Record) *User {
	u := &User{}
	u.SetProxyRecord(record)
	return u
}

// FindUser loads a user by id; ErrNotFound when there is none.
func FindUser(app core.App, id string) (*User, error) {
	record, err := app.FindRecordById(Users, id)
	if err != nil {
		return nil, notFound(err)
	}
	return AsUser(record), nil
}

// FindUserByEmail loads a user by e-mail, without regard to case; ErrNotFound when there is none.
func FindUserByEmail(app core.App, email string) (*User, error) {
	record, err := app.FindFirstRecordByData(Users, fieldEmailKey, EmailKey(email))
	if err != nil {
		return nil, notFound(err)
	}
	return AsUser(record), nil
}

// EmailTaken tells whether the address is somebody's other than the user's with the id except ("" for nobody).
func EmailTaken(app core.App, email, except string) (bool, error) {
	var taken bool
	err := app.DB().NewQuery(`SELECT EXISTS (SELECT 1 FROM users WHERE email_key = {:key} AND id <> {:except})`).
		Bind(dbx.Params{"key": EmailKey(email), "except": except}).Row(&taken)
	return taken, err
}

// SetEmailProven says whether a provider vouched for the present address.
func (u *User) SetEmailProven(v bool) { u.Set(fieldEmailProven, v) }

// SetNickname sets what others see first.
func (u *User) SetNickname(v string) { u.Set(fieldNickname, v) }

// SetName sets the name; "" is none.
func (u *User) SetName(v string) { u.Set(fieldName, v) }

// Phone is the phone, "" for none.
func (u *User) Phone() string { return u.GetString(fieldPhone) }

// SetPhone sets the phone; "" is none.
func (u *User) SetPhone(v string) { u.Set(fieldPhone, v) }

// SetDescription sets the description; "" is none.
func (u *User) SetDescription(v string) { u.Set(fieldDescription, v) }

// Role is RoleClient or RolePerformer.
func (u *User) Role() string { return u.GetString(fieldRole) }

// SetRole sets the role.
func (u *User) SetRole(v string) { u.Set(fieldRole, v) }

// SetCategories sets the performer's categories.
func (u *User) SetCategories(v []string) { u.Set(fieldCategories, v) }

// Price is what an order costs, 0 when none is set.
func (u *User) Price() float64 { return u.GetFloat(fieldPrice) }

// SetPrice sets the price; nil is none, which PocketBase's numbers can't say without free.
func (u *User) SetPrice(v *float64) {
	if v == nil {
		u.Set(fieldPrice, 0)
		u.Set(fieldFree, false)
		return
	}
	u.Set(fieldPrice, *v)
	u.Set(fieldFree, *v == 0)
}

// PasswordSet tells whether the user chose a password, by which to sign in.
func (u *User) PasswordSet() bool { return u.GetBool(fieldPasswordSet) }

// PasswordHash is the stored hash, which changes with the password.
func (u *User) PasswordHash() string { return u.GetString(core.FieldNamePassword + ":hash") }

// Derive fills in what follows from the other fields, before each save.
func (u *User) Derive() {
	u.Set(fieldEmailKey, EmailKey(u.Email()))
	u.Set(fieldSearch, SearchKey(u.GetString(fieldNickname)+"\n"+u.GetString(fieldName)+"\n"+u.GetString(fieldDescription)))
	if u.Price() != 0 {
		u.Set(fieldFree, false)
	}
	if u.GetString(core.FieldNamePassword) != "" { // a plain one came through the dashboard
		u.Set(fieldPasswordSet, true)
	}
	if u.GetString(fieldInvite) == "" {
		u.Set(fieldInvite, security.RandomStringWithAlphabet(8, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"))
	}
}

// CountNewOrders counts the orders that wait for the performer.
func CountNewOrders(app core.App, performer string) (int64, error) {
	return app.CountRecords(Orders, dbx.HashExp{fieldPerformer: performer, fieldStatus: "new"})
}

// CopyFrom brings the user's fields to what fresh holds.
func (u *User) CopyFrom(fresh *User) {
	for _, field := range u.Collection().Fields {
		u.SetRaw(field.GetName(), fresh.GetRaw(field.GetName()))
	}
}

// Rev counts the changes.
func (u *User) Rev() int { return u.GetInt(fieldRev) }

// SetRev sets the count of changes.
func (u *User) SetRev(v int) { u.Set(fieldRev, v) }

// HasOrders tells whether the user is the client or the performer of an order.
func HasOrders(app core.App, userID string) (bool, error) {
	var has bool
	err := app.DB().NewQuery(`SELECT EXISTS (SELECT 1 FROM orders WHERE client = {:user}) OR EXISTS (SELECT 1 FROM orders WHERE performer = {:user})`).
		Bind(dbx.Params{"user": userID}).Row(&has)
	return has, err
}
