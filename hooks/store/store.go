// Package store maps privet's collections to Go types: record proxies for writing, plain rows for reading. It is the
// only package, with those below it, that contains SQL and the names of collections, fields and columns.
//
// Writes go through records where hooks must see them. Reads for the API bypass records: one query for each question,
// as loading records with their relations costs several times as much.
//
// Exported functions say in their errors what was asked for: "search users: database is locked". ErrNotFound and
// ErrAccountDisabled are found with errors.Is. Functions that run SQL of their own take a context; those that load or
// save records by PocketBase's methods don't, as these take none. A context that ends interrupts a statement, also one
// that writes: callers that must complete a write pass context.WithoutCancel.
package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/privet/privet/hooks/order"
	"github.com/privet/privet/hooks/store/query"

	"github.com/pocketbase/pocketbase/core"
)

// The collections.
const (
	Users        = "users"
	Devices      = "devices"
	InviteTokens = "invite_tokens"
	Media        = "media"
	Orders       = "orders"
	OrderHistory = "order_history"
	Cases        = "cases"
	Reports      = "reports"
	Signals      = "signals"
	Warnings     = "warnings"
	Bans         = "bans"
	Notes        = "notes"
	Reasons      = "reasons"
	WatchedWords = "watched_words"
	Audit        = "audit"
)

// Names of fields that several collections have.
const (
	fieldUser    = "user"
	fieldCreated = "created"
	fieldUpdated = "updated"
	fieldRev     = "rev"
)

// Sequence returns the name of the sequence from which a collection's ids are taken, or "" where ids are PocketBase's
// own. Devices and invite tokens share one, as both are access tokens (contract section 1, ids).
func Sequence(collection string) string {
	switch collection {
	case Users, Orders, Media:
		return collection
	case Devices, InviteTokens:
		return "access_tokens"
	}
	return ""
}

// IntegerIDCollections returns the collections whose ids are taken from a sequence.
func IntegerIDCollections() []string {
	return []string{Users, Devices, InviteTokens, Media, Orders}
}

// OwnCollections returns the collections that privet's migrations create and its code depends on.
func OwnCollections() []string {
	return []string{Users, Devices, InviteTokens, Media, Orders, OrderHistory, Pushes, Mails, Blocks, Cases, Reports, Signals, Warnings, Bans, Notes, Reasons, WatchedWords, Audit}
}

// ErrNotFound means that there is no such row.
var ErrNotFound = query.ErrNotFound

// ErrAccountDisabled means that a user was banned or erased while their request was in progress.
var ErrAccountDisabled = errors.New("store: the account is disabled")

// Key returns the primary key of an integer id: its decimal digits.
func Key(id int64) string { return query.Key(id) }

// IsEmpty reports whether there are no users, orders and media.
func IsEmpty(ctx context.Context, app core.App) (bool, error) {
	var empty bool
	err := app.DB().NewQuery(`SELECT NOT EXISTS (SELECT 1 FROM users) AND NOT EXISTS (SELECT 1 FROM orders) AND NOT EXISTS (SELECT 1 FROM media)`).
		WithContext(ctx).Row(&empty)
	return empty, query.Wrap("look for data", err)
}

// Actor is who changes a record. Model hooks don't see the caller, so the caller (a route, or the dashboard's request
// hook) puts the actor on the record with SetActor.
type Actor struct {
	Side      order.Side
	UserID    string // of a client or a performer
	DeviceID  string // the device they act from
	Moderator string // a superuser's e-mail
	Audit     bool   // the hooks of package audit write the change down: whoever makes it does not
}

// keyActor is the one custom value that records carry to the model hooks: there is no other channel, as the dashboard
// saves without a context of ours and hooks don't see the caller. Like PocketBase's own "@pbInternal" values, it is no
// field and reaches neither JSON nor the database.
const keyActor = "@actor"

// SetActor records who is about to change the record.
func SetActor(record *core.Record, actor Actor) { record.SetRaw(keyActor, actor) }

// ActorOf returns who changes the record: the system, unless SetActor was called.
func ActorOf(record *core.Record) Actor {
	if actor, ok := record.GetRaw(keyActor).(Actor); ok {
		return actor
	}
	return Actor{Side: order.System}
}

// Changed returns the names of the fields in which a record differs from another one of its collection, in the
// collection's order.
func Changed(record, before *core.Record) []string {
	var names []string
	for _, name := range Comparable(record) {
		if Text(record, name) != Text(before, name) {
			names = append(names, name)
		}
	}
	return names
}

// Comparable returns the names of a record's fields that somebody may change. It leaves out the times that PocketBase
// sets, secrets, and fields derived from others at each save.
func Comparable(record *core.Record) []string {
	var names []string
	for _, field := range record.Collection().Fields {
		switch column, _ := Declared(record.Collection().Name, field.GetName()); {
		case field.Type() == core.FieldTypeAutodate, field.Type() == core.FieldTypePassword, field.GetName() == core.FieldNameTokenKey, column.Derived:
		default:
			names = append(names, field.GetName())
		}
	}
	return names
}

// Text returns a field's value as a text that is equal for equal values. Dates are compared to the second, because the
// dashboard drops the fraction when its user merely tabs through the field.
func Text(record *core.Record, name string) string {
	if field := record.Collection().Fields.GetByName(name); field != nil && field.Type() == core.FieldTypeDate {
		return record.GetDateTime(name).Time().Truncate(time.Second).UTC().String()
	}
	return fmt.Sprint(record.Get(name))
}

// TakeSecrets gives an unsaved copy of a user the password of the row as it is now, unless the copy has a new one.
func TakeSecrets(user, fresh *User) {
	if user.PasswordHash() == AsUser(user.Original()).PasswordHash() {
		user.SetRaw(core.FieldNamePassword, fresh.GetRaw(core.FieldNamePassword))
		user.SetRaw(core.FieldNameTokenKey, fresh.GetRaw(core.FieldNameTokenKey))
	}
}

// InTransaction calls work, the rest of a record event's hooks, in a transaction: the one that is open, or its own.
func InTransaction(e *core.RecordEvent, work func() error) error {
	if e.App.IsTransactional() {
		return work()
	}
	outer := e.App
	defer func() { e.App = outer }()
	return outer.RunInTransaction(func(tx core.App) error {
		e.App = tx
		return work()
	})
}
