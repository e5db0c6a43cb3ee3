package store

import (
	"cmp"
	"context"
	"database/sql"
	"math"
	"slices"

	"github.com/pocketbase/pocketbase/core"
)

// PerPage is how many rows a page holds.
const PerPage = 15

// Page is one page of rows, counted from 1, and how many rows there are on all pages.
type Page[Row any] struct {
	Rows   []Row
	Number int64
	Total  int64
}

// offset of a page's first row. A page so far behind that its offset is no 64-bit number shows the first rows, as in
// Laravel.
func offset(page int64) int64 {
	if page-1 > math.MaxInt64/PerPage {
		return 0
	}
	return (page - 1) * PerPage
}

// pageQuery is a question whose answer comes in pages, newest first: by descending id.
//
// Parameters that are compared with a column of a non-unique index are cast to text: else SQLite, which has
// statistics once PocketBase's nightly optimisation has run, plans the statement anew for each value. So it would for
// a LIMIT that is a parameter.
type pageQuery struct {
	columns   string // of a row
	matching  string // selects the ids of all that match, as the integers n
	total     string // counts them, where that is cheaper than counting what matches
	joined    string // what the columns are read of, joined to the page's ids: page.n
	arguments []any  // of matching and joined
	number    int64  // of the page, from 1
}

const perPage = ` LIMIT 15` // PerPage

// readPage asks it in one query: who matches, how many they are, and the columns of the page alone. targets are what a
// row's columns are scanned into, id what it is placed by.
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
