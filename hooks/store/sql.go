package store

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"
)

// What is asked often goes past dbx, which looks each text over for its own placeholders first and scans by reflection.
// Arguments are sql.Named.

// executor is what a dbx builder of ours, a database's or a transaction's, runs its statements on.
type executor interface {
	DB() *dbx.DB
	Executor() dbx.Executor
}

func executorOf(builder dbx.Builder) executor {
	if tx, ok := builder.(*dbx.Tx); ok {
		return tx.Builder.(executor)
	}
	return builder.(*dbx.DB).Builder.(executor)
}

// readRow reads the one row of a query; sql.ErrNoRows when there is none.
func readRow(ctx context.Context, app core.App, text string, arguments []any, targets ...any) error {
	return scanRow(ctx, executorOf(app.ConcurrentDB()), text, arguments, targets...)
}

// writeRow is readRow for a statement that writes.
func writeRow(app core.App, text string, arguments []any, targets ...any) error {
	return scanRow(context.Background(), executorOf(app.NonconcurrentDB()), text, arguments, targets...)
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

// readRows reads the rows of a query, each into the targets of a new Row.
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

// write runs a statement that answers nothing.
func write(app core.App, text string, arguments ...any) error {
	on := executorOf(app.NonconcurrentDB())
	began := time.Now()
	_, err := on.Executor().ExecContext(context.Background(), text, arguments...)
	logQuery(context.Background(), on, text, arguments, began, err)
	return err
}

// logQuery shows a query to whoever listens to dbx's, as `serve --dev` does.
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

// Checkpoint moves what can be moved of the write-ahead log into the database while others read and write (SQLite,
// "passive").
func Checkpoint(app core.App) error {
	_, err := executorOf(app.ConcurrentDB()).Executor().Exec(`PRAGMA wal_checkpoint(PASSIVE)`)
	return err
}

// timestampLayout is how PocketBase writes times into the database, where they sort as text.
const timestampLayout = types.DefaultDateLayout

func timestamp(t time.Time) string { return t.UTC().Format(timestampLayout) }

// Moment is a time as PocketBase writes it into the database: "2024-04-30 10:28:25.123Z", "" for none.
type Moment string

// id scans an integer id out of its decimals.
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
