package store

import (
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync/atomic"
	"time"

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

// rowCounter counts the statements. It starts anywhere, so that a clock that was set back does not bring the same ids again.
var rowCounter = func() *atomic.Uint32 {
	var c atomic.Uint32
	c.Store(rand.Uint32())
	return &c
}()

// idsPerMillisecond is how many statements of one millisecond have ids of their own: three digits to the base of 36.
const idsPerMillisecond = 36 * 36 * 36

// newRowIDPrefix begins the ids, of 15 characters as PocketBase's own, of the rows that one statement writes: it adds three
// hex digits that count them. Ids that ascend keep the rows of an hour on the same few pages; random ones would let each
// commit and each checkpoint write as many pages as rows. The time comes in milliseconds: a process that was killed and
// is back within the same second must not begin with its predecessor's.
func newRowIDPrefix() string {
	moment := strconv.FormatInt(time.Now().UnixMilli(), 36)
	count := strconv.FormatUint(uint64(rowCounter.Add(1)%idsPerMillisecond), 36)
	return fmt.Sprintf("%09s%03s", moment, count)
}
