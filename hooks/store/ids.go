package store

import (
	"database/sql"
	"errors"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// NextID takes the next number of a sequence. Inside a transaction it is given back when that rolls back, so
// numbers have no gaps and are never used twice.
func NextID(tx core.App, sequence string) (int64, error) {
	var id int64
	err := writeRow(tx, `INSERT INTO sequences (name, value) VALUES (:name, 1)
		ON CONFLICT (name) DO UPDATE SET value = value + 1 RETURNING value`, []any{sql.Named("name", sequence)}, &id)
	return id, err
}

// LastID is the last number that a sequence gave out, 0 before the first.
func LastID(tx core.App, sequence string) (int64, error) {
	var id int64
	err := tx.NonconcurrentDB().NewQuery(`SELECT value FROM sequences WHERE name = {:name}`).
		Bind(dbx.Params{"name": sequence}).Row(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return id, err
}

// RaiseID lets a sequence go on after id, when a superuser chose that one by hand.
func RaiseID(tx core.App, sequence string, id int64) error {
	_, err := tx.NonconcurrentDB().NewQuery(`INSERT INTO sequences (name, value) VALUES ({:name}, {:id})
		ON CONFLICT (name) DO UPDATE SET value = max(value, {:id})`).
		Bind(dbx.Params{"name": sequence, "id": id}).Execute()
	return err
}
