// Package query runs the SQL of hooks/store and of its sub-packages, and reads and writes values as PocketBase stores them. It has
// no SQL of its own.
package query

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"
)

// ErrNotFound means that there is no such row.
var ErrNotFound = errors.New("store: not found")

// The functions of this file bypass dbx for the hot queries: dbx parses every query for its own placeholders and scans
// by reflection. Arguments are sql.Named.

// Executor is the part of a dbx builder, of a database or of a transaction, that these functions need: where statements
// run, and the hooks that log them.
type Executor interface {
	DB() *dbx.DB
	Executor() dbx.Executor
}

// ExecutorOf returns the Executor inside a builder. It asserts the builder's type, as dbx.Builder lacks both methods.
func ExecutorOf(builder dbx.Builder) Executor {
	if tx, ok := builder.(*dbx.Tx); ok {
		return tx.Builder.(Executor)
	}
	return builder.(*dbx.DB).Builder.(Executor)
}

// scanRow scans the one row of a query into targets. The error is sql.ErrNoRows when there is none.
func scanRow(ctx context.Context, on Executor, text string, arguments []any, targets ...any) error {
	began := time.Now()
	rows, err := on.Executor().QueryContext(ctx, text, arguments...)
	logQuery(ctx, on, text, arguments, began, err)
	if err != nil {
		return err
	}
	defer rows.Close()
	if !rows.Next() {
		return cmp.Or(rows.Err(), sql.ErrNoRows)
	}
	if err := rows.Scan(targets...); err != nil {
		return err
	}
	return rows.Close()
}

// ReadEarliest returns what a query selects as min(a time), as it is stored; ok is false when the query found no row.
func ReadEarliest(ctx context.Context, app core.App, text string, arguments ...any) (earliest string, ok bool, err error) {
	found, err := Value[sql.NullString](ctx, app, text, arguments...)
	return found.String, found.Valid, err
}

// ReadEarliestTime is ReadEarliest where what is no time is an error.
func ReadEarliestTime(ctx context.Context, app core.App, text string, arguments ...any) (earliest time.Time, ok bool, err error) {
	stored, ok, err := ReadEarliest(ctx, app, text, arguments...)
	if err != nil || !ok {
		return time.Time{}, false, err
	}
	earliest, err = time.Parse(TimestampLayout, stored)
	return earliest, err == nil, err
}

// Write runs a statement that returns no rows.
func Write(ctx context.Context, app core.App, text string, arguments ...any) error {
	on := ExecutorOf(app.NonconcurrentDB())
	began := time.Now()
	_, err := on.Executor().ExecContext(ctx, text, arguments...)
	logQuery(ctx, on, text, arguments, began, err)
	return err
}

// logQuery passes a query, with its arguments filled in, to the QueryLogFunc of dbx if one is set, as by `serve --dev`.
func logQuery(ctx context.Context, on Executor, text string, arguments []any, began time.Time, err error) {
	show := on.DB().QueryLogFunc
	if show == nil {
		return
	}
	show(ctx, time.Since(began), fillIn(text, arguments), nil, err)
}

// argumentNames are the names of arguments in a query, and what looks like one in its literals, which is left alone.
var argumentNames = regexp.MustCompile(`'[^']*'|:[a-z_A-Z0-9]+`)

// fillIn returns a query with its named arguments as literals.
func fillIn(text string, arguments []any) string {
	values := map[string]string{}
	for _, argument := range arguments {
		if named, ok := argument.(sql.NamedArg); ok {
			value := fmt.Sprint(named.Value)
			if _, ok := named.Value.(string); ok {
				value = "'" + strings.ReplaceAll(value, "'", "''") + "'"
			}
			values[":"+named.Name] = value
		}
	}
	return argumentNames.ReplaceAllStringFunc(text, func(name string) string {
		if value, ok := values[name]; ok {
			return value
		}
		return name
	})
}

// TimestampLayout is PocketBase's format of times in the database, in which they sort as text.
const TimestampLayout = types.DefaultDateLayout

// Timestamp formats a time for a comparison in SQL.
func Timestamp(t time.Time) string { return t.UTC().Format(TimestampLayout) }

// Moment is a time as PocketBase writes it into the database: "2024-04-30 10:28:25.123Z", "" for none.
type Moment string

// In returns the time on the clock of a zone.
func (m Moment) In(zone *time.Location) time.Time {
	date, _ := ParseDate(string(m)) // zero for none
	return date.In(zone)
}

// ID returns a scanner of the decimal digits of a primary key.
func ID(into *int64) sql.Scanner { return id{into} }

type id struct{ into *int64 }

// Scan implements sql.Scanner.
func (i id) Scan(value any) error {
	text, ok := value.(string)
	if !ok {
		return fmt.Errorf("store: an id is a %T", value)
	}
	*i.into = Number(text)
	return nil
}

// ParseDate parses a date in PocketBase's form, or without a fraction, as in SQL written by hand. Both sort as text.
func ParseDate(text string) (date time.Time, ok bool) {
	date, err := time.Parse(TimestampLayout, text)
	if err != nil {
		date, err = time.Parse(time.DateTime, text)
	}
	return date, err == nil
}

// NotFound replaces sql.ErrNoRows by ErrNotFound.
func NotFound(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return ErrNotFound
	}
	return err
}

// Wrap adds to an error what was being done. It returns nil for nil, and ErrNotFound as it is: that is an answer more
// than a failure, and often expected.
func Wrap(operation string, err error) error {
	if err == nil || errors.Is(err, ErrNotFound) {
		return err
	}
	return fmt.Errorf("%s: %w", operation, err)
}

// NewRecord returns a new record of a collection.
func NewRecord(app core.App, collection string) (*core.Record, error) {
	c, err := app.FindCachedCollectionByNameOrId(collection)
	if err != nil {
		return nil, err
	}
	return core.NewRecord(c), nil
}

// Number parses a primary key made by Key. It returns 0, which is no row's id, for anything else.
func Number(key string) int64 {
	id, err := strconv.ParseInt(key, 10, 64)
	if err != nil {
		return 0
	}
	return id
}

// Key returns the primary key of an integer id: its decimal digits.
func Key(id int64) string { return strconv.FormatInt(id, 10) }
