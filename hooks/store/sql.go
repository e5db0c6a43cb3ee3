package store

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"
)

// The functions of this file bypass dbx for the hot queries: dbx parses every query for its own placeholders and scans
// by reflection. Arguments are sql.Named.

// executor is the part of a dbx builder, of a database or of a transaction, that these functions need: where statements
// run, and the hooks that log them.
type executor interface {
	DB() *dbx.DB
	Executor() dbx.Executor
}

// executorOf returns the executor inside a builder. It asserts the builder's type, as dbx.Builder lacks both methods.
func executorOf(builder dbx.Builder) executor {
	if tx, ok := builder.(*dbx.Tx); ok {
		return tx.Builder.(executor)
	}
	return builder.(*dbx.DB).Builder.(executor)
}

// readRow scans the one row of a query into targets. The error is sql.ErrNoRows when there is none.
func readRow(ctx context.Context, app core.App, text string, arguments []any, targets ...any) error {
	return scanRow(ctx, executorOf(app.ConcurrentDB()), text, arguments, targets...)
}

// writeRow is readRow for a statement that writes, such as UPDATE … RETURNING.
func writeRow(ctx context.Context, app core.App, text string, arguments []any, targets ...any) error {
	return scanRow(ctx, executorOf(app.NonconcurrentDB()), text, arguments, targets...)
}

func scanRow(ctx context.Context, on executor, text string, arguments []any, targets ...any) error {
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

// readRows returns the rows of a query, each scanned into the targets of a new Row.
func readRows[Row any](ctx context.Context, app core.App, text string, arguments []any, targets func(*Row) []any) ([]Row, error) {
	on := executorOf(app.ConcurrentDB())
	began := time.Now()
	rows, err := on.Executor().QueryContext(ctx, text, arguments...)
	logQuery(ctx, on, text, arguments, began, err)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []Row
	for rows.Next() {
		all = append(all, *new(Row))
		if err := rows.Scan(targets(&all[len(all)-1])...); err != nil {
			return nil, err
		}
	}
	return all, rows.Err()
}

// readEarliest returns what a query selects as min(a time), as it is stored; ok is false when the query found no row.
func readEarliest(ctx context.Context, app core.App, text string, arguments ...any) (earliest string, ok bool, err error) {
	var found sql.NullString
	err = readRow(ctx, app, text, arguments, &found)
	return found.String, found.Valid, err
}

// readEarliestTime is readEarliest where what is no time is an error.
func readEarliestTime(ctx context.Context, app core.App, text string, arguments ...any) (earliest time.Time, ok bool, err error) {
	stored, ok, err := readEarliest(ctx, app, text, arguments...)
	if err != nil || !ok {
		return time.Time{}, false, err
	}
	earliest, err = time.Parse(timestampLayout, stored)
	return earliest, err == nil, err
}

// write runs a statement that returns no rows.
func write(ctx context.Context, app core.App, text string, arguments ...any) error {
	on := executorOf(app.NonconcurrentDB())
	began := time.Now()
	_, err := on.Executor().ExecContext(ctx, text, arguments...)
	logQuery(ctx, on, text, arguments, began, err)
	return err
}

// logQuery passes a query, with its arguments filled in, to the QueryLogFunc of dbx if one is set, as by `serve --dev`.
func logQuery(ctx context.Context, on executor, text string, arguments []any, began time.Time, err error) {
	show := on.DB().QueryLogFunc
	if show == nil {
		return
	}
	for _, argument := range arguments {
		if named, ok := argument.(sql.NamedArg); ok {
			value := "'" + strings.ReplaceAll(fmt.Sprint(named.Value), "'", "''") + "'"
			if _, ok := named.Value.(string); !ok {
				value = fmt.Sprint(named.Value)
			}
			text = strings.ReplaceAll(text, ":"+named.Name, value)
		}
	}
	show(ctx, time.Since(began), text, nil, err)
}

// Checkpoint moves as much of the write-ahead log into the database as is possible without blocking readers and writers
// (SQLite's mode "passive").
func Checkpoint(ctx context.Context, app core.App) error {
	_, err := executorOf(app.ConcurrentDB()).Executor().ExecContext(ctx, `PRAGMA wal_checkpoint(PASSIVE)`)
	return wrap("checkpoint the write-ahead log", err)
}

// CutLog moves all of the write-ahead log into the database and empties its file (SQLite's mode "truncate"). It blocks
// writers until the readers of old pages have ended; where that takes too long, the file stays as it is.
func CutLog(ctx context.Context, app core.App) error {
	_, err := executorOf(app.NonconcurrentDB()).Executor().ExecContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`)
	return wrap("cut the write-ahead log", err)
}

// timestampLayout is PocketBase's format of times in the database, in which they sort as text.
const timestampLayout = types.DefaultDateLayout

// timestamp formats a time for a comparison in SQL.
func timestamp(t time.Time) string { return t.UTC().Format(timestampLayout) }

// Moment is a time as PocketBase writes it into the database: "2024-04-30 10:28:25.123Z", "" for none.
type Moment string

// In returns the time on the clock of a zone.
func (m Moment) In(zone *time.Location) time.Time {
	date, _ := dateOf(string(m)) // zero for none
	return date.In(zone)
}

// id scans the decimal digits of a primary key into an integer.
type id struct{ into *int64 }

// Scan implements sql.Scanner.
func (i id) Scan(value any) error {
	text, ok := value.(string)
	if !ok {
		return fmt.Errorf("store: an id is a %T", value)
	}
	*i.into = number(text)
	return nil
}

// PerPage is the number of rows of a page.
const PerPage = 15

// Page is one page of the rows that a query matches.
type Page[Row any] struct {
	Rows   []Row
	Number int64 // from 1
	Total  int64 // rows on all pages
}

// offset returns the offset of a page's first row. For a page number so large that the offset overflows 64 bits it is
// 0, as in Laravel.
func offset(page int64) int64 {
	if page-1 > math.MaxInt64/PerPage {
		return 0
	}
	return (page - 1) * PerPage
}

// pageQuery is a query whose rows are read in pages, newest first: by descending id.
//
// Parameters that are compared with a column of a non-unique index are cast to text. Otherwise SQLite, once it has the
// statistics that PocketBase's nightly optimisation collects, plans the statement anew for each value. The same holds
// for a LIMIT that is a parameter, which is therefore a literal.
type pageQuery struct {
	columns   string // to read of each row
	matching  string // a SELECT of the ids of all matching rows, as the integers n
	total     string // a SELECT of their count, if there is a cheaper one than counting what matching selects
	joined    string // the tables of columns, with the condition that joins them to the page's ids, page.n
	arguments []any  // of matching and joined
	number    int64  // of the page, from 1
}

// perPage is PerPage in SQL.
const perPage = ` LIMIT 15`

// readPage runs a pageQuery as one statement, which finds the matching ids, counts them, and reads the columns of the
// page's rows alone. targets returns what a row's columns are scanned into, id what the rows are sorted by.
func readPage[Row any](ctx context.Context, app core.App, q pageQuery, targets func(*Row) []any, id func(*Row) int64) (*Page[Row], error) {
	result := &Page[Row]{Number: q.number}
	matching := `WITH matching AS MATERIALIZED (` + q.matching + `)`
	page := `SELECT n FROM matching ORDER BY n DESC` + perPage + ` OFFSET :offset`
	total := `SELECT count(*) FROM matching`
	if q.total != "" {
		matching, total = ``, q.total
		page = q.matching + ` ORDER BY n DESC` + perPage + ` OFFSET :offset`
	}
	var err error
	result.Rows, err = readRows(ctx, app, matching+` SELECT (`+total+`), `+q.columns+` FROM (`+page+`) page CROSS JOIN `+q.joined,
		append(q.arguments, sql.Named("offset", offset(q.number))),
		func(row *Row) []any { return append([]any{&result.Total}, targets(row)...) })
	if err != nil {
		return nil, err
	}
	if len(result.Rows) == 0 && q.number > 1 {
		return result, readRow(ctx, app, matching+total, q.arguments, &result.Total)
	}
	slices.SortFunc(result.Rows, func(a, b Row) int { return cmp.Compare(id(&b), id(&a)) })
	return result, nil
}
