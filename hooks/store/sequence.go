package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/privet/privet/hooks/store/query"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// NextID takes the next number of a sequence. A transaction that rolls back returns the number, so that numbers have no
// gaps and are never used twice.
func NextID(ctx context.Context, tx core.App, sequence string) (int64, error) {
	id, err := query.WriteValue[int64](ctx, tx, `INSERT INTO sequences (name, value) VALUES (:name, 1)
		ON CONFLICT (name) DO UPDATE SET value = value + 1 RETURNING value`, sql.Named("name", sequence))
	return id, query.Wrap("take the next id", err)
}

// CheckWrite writes a row to the database that means nothing. The error says why that is not possible.
func CheckWrite(ctx context.Context, app core.App) error {
	err := query.Write(ctx, app, `INSERT INTO sequences (name, value) VALUES ('write_check', 0) ON CONFLICT (name) DO UPDATE SET value = value`)
	return query.Wrap("write to the database", err)
}

// PeekID returns the number that NextID would return now, without waiting for those who write.
func PeekID(ctx context.Context, app core.App, sequence string) (int64, error) {
	last, err := query.Value[int64](ctx, app, `SELECT coalesce(max(value), 0) FROM sequences WHERE name = :name`, sql.Named("name", sequence))
	return last + 1, query.Wrap("read the next id", err)
}

// LastID returns the last number that was taken of a sequence, 0 before the first.
func LastID(ctx context.Context, tx core.App, sequence string) (int64, error) {
	var id int64
	err := tx.NonconcurrentDB().NewQuery(`SELECT value FROM sequences WHERE name = {:name}`).
		Bind(dbx.Params{"name": sequence}).WithContext(ctx).Row(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return id, query.Wrap("read the last id", err)
}

// RaiseID makes a sequence continue after id, which a superuser has chosen by hand.
func RaiseID(ctx context.Context, tx core.App, sequence string, id int64) error {
	_, err := tx.NonconcurrentDB().NewQuery(`INSERT INTO sequences (name, value) VALUES ({:name}, {:id})
		ON CONFLICT (name) DO UPDATE SET value = max(value, {:id})`).
		Bind(dbx.Params{"name": sequence, "id": id}).WithContext(ctx).Execute()
	return query.Wrap("raise the last id", err)
}

// rowCounter counts the statements that insert rows with ids of newRowIDPrefix. It starts at a random number, so that
// the same ids don't come again after the clock was set back.
var rowCounter = func() *atomic.Uint32 {
	var c atomic.Uint32
	c.Store(rand.Uint32())
	return &c
}()

// idsPerMillisecond is how many statements of one millisecond get different prefixes: three digits of base 36.
const idsPerMillisecond = 36 * 36 * 36

// newRowIDPrefix returns the first 12 characters of the ids of the rows that one statement inserts; the statement
// appends three hex digits that number its rows, which makes 15 characters as in PocketBase's own ids. Ascending ids
// keep the rows of an hour on the same few pages; with random ones, each commit and each checkpoint would write as many
// pages as rows. The time is in milliseconds, so that a process that was killed and restarted within the same second
// does not repeat its predecessor's ids.
func newRowIDPrefix() string {
	moment := strconv.FormatInt(time.Now().UnixMilli(), 36)
	count := strconv.FormatUint(uint64(rowCounter.Add(1)%idsPerMillisecond), 36)
	return fmt.Sprintf("%09s%03s", moment, count)
}
