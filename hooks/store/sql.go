package store

import (
	"cmp"
	"context"
	"database/sql"
	"math"
	"slices"

	"github.com/privet/privet/hooks/store/query"

	"github.com/pocketbase/pocketbase/core"
)

// Checkpoint moves as much of the write-ahead log into the database as is possible without blocking readers and writers
// (SQLite's mode "passive").
func Checkpoint(ctx context.Context, app core.App) error {
	_, err := query.ExecutorOf(app.ConcurrentDB()).Executor().ExecContext(ctx, `PRAGMA wal_checkpoint(PASSIVE)`)
	return query.Wrap("checkpoint the write-ahead log", err)
}

// CutLog moves all of the write-ahead log into the database and empties its file (SQLite's mode "truncate"). It blocks
// writers until the readers of old pages have ended; where that takes too long, the file stays as it is.
func CutLog(ctx context.Context, app core.App) error {
	_, err := query.ExecutorOf(app.NonconcurrentDB()).Executor().ExecContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`)
	return query.Wrap("cut the write-ahead log", err)
}

// Moment is a time as PocketBase writes it into the database.
type Moment = query.Moment

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
	matching  string // a SELECT of the ids of all matching rows, as the integers n
	total     string // a SELECT of their count, if there is a cheaper one than counting what matching selects
	joined    string // the tables of the columns, with the condition that joins them to the page's ids, page.n
	arguments []any  // of matching and joined
	number    int64  // of the page, from 1
}

// perPage is PerPage in SQL.
const perPage = ` LIMIT 15`

// readPage runs a pageQuery as one statement, which finds the matching ids, counts them, and reads the columns of the
// page's rows alone. id returns what the rows are sorted by.
func readPage[Row any](ctx context.Context, app core.App, q pageQuery, columns *query.Mapping[Row], id func(*Row) int64) (*Page[Row], error) {
	result := &Page[Row]{Number: q.number}
	matching := `WITH matching AS MATERIALIZED (` + q.matching + `) `
	page := `SELECT n FROM matching ORDER BY n DESC` + perPage + ` OFFSET :offset`
	total := `SELECT count(*) FROM matching`
	if q.total != "" {
		matching, total = ``, q.total
		page = q.matching + ` ORDER BY n DESC` + perPage + ` OFFSET :offset`
	}
	var err error
	result.Rows, err = columns.SelectWith(matching, `FROM (`+page+`) page CROSS JOIN `+q.joined, query.Same(`(`+total+`)`, &result.Total)).
		Rows(ctx, app, append(q.arguments, sql.Named("offset", offset(q.number)))...)
	if err != nil {
		return nil, err
	}
	if len(result.Rows) == 0 && q.number > 1 {
		result.Total, err = query.Value[int64](ctx, app, matching+total, q.arguments...)
		return result, err
	}
	slices.SortFunc(result.Rows, func(a, b Row) int { return cmp.Compare(id(&b), id(&a)) })
	return result, nil
}
