// Package store is privet's collections as Go types: proxies of records for writing, plain rows for reading.
// It is the only place where the names of collections, fields and columns stand.
//
// Writing goes through records, so that the hooks see it. Reading for the API goes around them: one query a
// question, as loading records with their relations costs several times as much.
package store

import (
	"database/sql"
	"errors"
	"strconv"

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
)

const (
	fieldID      = "id"
	fieldUser    = "user"
	fieldCreated = "created"
	fieldUpdated = "updated"
)

// Sequence returns the name of the sequence that a collection takes its ids from, or "" where ids are
// PocketBase's own. Devices and invite tokens share one: both are access tokens (contract section 1, ids).
func Sequence(collection string) string {
	switch collection {
	case Users, Orders, Media:
		return collection
	case Devices, InviteTokens:
		return "access_tokens"
	}
	return ""
}

// IntegerIDCollections lists the collections whose ids come from a sequence.
func IntegerIDCollections() []string {
	return []string{Users, Devices, InviteTokens, Media, Orders}
}

// ErrNotFound says that there is no such row.
var ErrNotFound = errors.New("store: not found")

// ErrAccountDisabled says that a user was banned or erased while a request of theirs was under way.
var ErrAccountDisabled = errors.New("store: the user is shut out")

// notFound is ErrNotFound in the place of the database's own.
func notFound(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return ErrNotFound
	}
	return err
}

// newRecord makes a blank record of a collection.
func newRecord(app core.App, collection string) (*core.Record, error) {
	c, err := app.FindCachedCollectionByNameOrId(collection)
	if err != nil {
		return nil, err
	}
	return core.NewRecord(c), nil
}

// number reads an id of ours, which is decimal by construction; anything else is 0, which is nobody's.
func number(id string) int64 {
	n, err := strconv.ParseInt(id, 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// Key is the primary key of an integer id.
func Key(id int64) string { return strconv.FormatInt(id, 10) }

// OwnCollections are those that privet's migrations make and its code relies on.
func OwnCollections() []string {
	return []string{Users, Devices, InviteTokens, Media, Orders, OrderHistory, Pushes,
		"queue_banned", "queue_failed_pushes", "queue_low_ratings", "queue_new_performers", "queue_overdue_orders"}
}
