package query

import (
	"context"
	"database/sql"
	"errors"
	"regexp"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"
)

// Columns are what a query reads of a row. Each column stands beside the variable that it is scanned into, so that two columns of one type
// can't be swapped.
type Columns struct {
	targets []any
	naming  bool     // the columns are gathered for the text of the statement, and no row is scanned
	list    []string // the columns, while naming
	count   int      // of the columns, while naming
}

// Add adds a column, an SQL expression, with the variable that it is scanned into.
func (c *Columns) Add(column string, into any) {
	if c.naming {
		c.list = append(c.list, column)
		c.count++
		return
	}
	c.targets = append(c.targets, into)
}

// Mapping maps the columns of a query to the fields of a Row.
type Mapping[Row any] struct {
	table string // the name of the table in the columns
	list  string // the columns in SQL
	count int    // of the columns
	pair  func(*Columns, *Row)
}

// Map returns the mapping of the columns that pair adds. table is the name, or the alias, that the table has in them; "" where it
// does not matter. pair is called once for the text of the statements and then for each row: what it adds must not depend on the row, and
// a column that is not constant should be a variable, as it would be composed anew for each row.
func Map[Row any](table string, pair func(c *Columns, row *Row)) *Mapping[Row] {
	c := Columns{naming: true}
	pair(&c, new(Row))
	return &Mapping[Row]{table: table, list: strings.Join(c.list, ", "), count: c.count, pair: pair}
}

// Add adds the columns of m to those of a row that has another one as a part. table is the name of m's table there.
func (m *Mapping[Row]) Add(c *Columns, table string, row *Row) {
	if !c.naming {
		m.pair(c, row)
		return
	}
	list := m.list
	if table != m.table {
		list = regexp.MustCompile(`\b`+regexp.QuoteMeta(m.table)+`\.`).ReplaceAllLiteralString(list, table+".")
	}
	c.list = append(c.list, list)
	c.count += m.count
}

// Select returns the query of a mapping's columns; from is what follows them.
func (m *Mapping[Row]) Select(from string) Query[Row] {
	return m.SelectWith("", from)
}

// SelectWith is Select after common table expressions, with more columns that have the same value in all rows.
func (m *Mapping[Row]) SelectWith(with, from string, same ...Column) Query[Row] {
	q := Query[Row]{mapping: m}
	text := with + `SELECT `
	for _, column := range same {
		text += column.text + `, `
		q.same = append(q.same, column.into)
	}
	q.text = text + m.list + ` ` + from
	return q
}

// Column is a column with the variable that it is scanned into.
type Column struct {
	text string
	into any
}

// Same returns a column for SelectWith.
func Same(column string, into any) Column { return Column{column, into} }

// Query is a statement that reads rows.
type Query[Row any] struct {
	mapping *Mapping[Row]
	text    string
	same    []any // what the columns that have the same value in all rows are scanned into
}

// columns returns what a row is scanned by: into the targets that the caller adds to those of Same.
func (q *Query[Row]) columns() *Columns {
	return &Columns{targets: append(make([]any, 0, len(q.same)+q.mapping.count), q.same...)}
}

// Row reads the one row of the query. The error is ErrNotFound when there is none.
func (q Query[Row]) Row(ctx context.Context, app core.App, arguments ...any) (*Row, error) {
	row := new(Row)
	return row, q.Into(ctx, app, row, arguments...)
}

// Into is Row for a row that has fields of which the query knows nothing.
func (q Query[Row]) Into(ctx context.Context, app core.App, row *Row, arguments ...any) error {
	c := q.columns()
	q.mapping.pair(c, row)
	return NotFound(scanRow(ctx, ExecutorOf(app.ConcurrentDB()), q.text, arguments, c.targets...))
}

// Rows reads all rows of the query.
func (q Query[Row]) Rows(ctx context.Context, app core.App, arguments ...any) ([]Row, error) {
	on := ExecutorOf(app.ConcurrentDB())
	began := time.Now()
	rows, err := on.Executor().QueryContext(ctx, q.text, arguments...)
	logQuery(ctx, on, q.text, arguments, began, err)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []Row
	c := q.columns()
	for rows.Next() {
		all = append(all, *new(Row))
		c.targets = c.targets[:len(q.same)]
		q.mapping.pair(c, &all[len(all)-1])
		if err := rows.Scan(c.targets...); err != nil {
			return nil, err
		}
	}
	return all, rows.Err()
}

// Value reads the one value of a query. The error is ErrNotFound when it finds no row.
func Value[T any](ctx context.Context, app core.App, text string, arguments ...any) (value T, err error) {
	err = scanRow(ctx, ExecutorOf(app.ConcurrentDB()), text, arguments, &value)
	return value, NotFound(err)
}

// WriteValue is Value for a statement that writes, such as UPDATE … RETURNING.
func WriteValue[T any](ctx context.Context, app core.App, text string, arguments ...any) (value T, err error) {
	err = scanRow(ctx, ExecutorOf(app.NonconcurrentDB()), text, arguments, &value)
	return value, NotFound(err)
}

// Values reads the one column of a query's rows.
func Values[T any](ctx context.Context, app core.App, text string, arguments ...any) ([]T, error) {
	one := Mapping[T]{count: 1, pair: func(c *Columns, value *T) { c.Add("", value) }}
	return Query[T]{mapping: &one, text: text}.Rows(ctx, app, arguments...)
}

// Date returns a scanner of a time as it is stored. What is no time is scanned as zero.
func Date(into *time.Time) sql.Scanner { return date{into} }

type date struct{ into *time.Time }

// Scan implements sql.Scanner.
func (d date) Scan(value any) error {
	text, ok := value.(string)
	if !ok {
		return errors.New("store: a time is no text")
	}
	*d.into, _ = ParseDate(text)
	return nil
}
