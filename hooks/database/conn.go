package database

import (
	"context"
	"database/sql/driver"
	"errors"
	"strings"

	"github.com/privet/privet/hooks/durable"
)

// sqliteConn is what database/sql uses of the driver's connection.
type sqliteConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.Pinger
	driver.QueryerContext
	driver.SessionResetter
	driver.Validator
}

// statement is a prepared statement of the driver.
type statement interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

// conn is a connection that caches prepared statements. dbx prepares every query anew, which takes several times as
// long as running a small one, and its transactions can't use a statement prepared elsewhere. When the schema has
// changed, SQLite itself prepares a statement again.
//
// It also tells the log of each commit (commits.go).
//
// database/sql uses a connection from one goroutine at a time.
type conn struct {
	sqliteConn
	idle map[string]*prepared // by text; running statements are not in it

	log           *durable.Log // nil: not told of commits
	inTransaction bool
	changed       bool // by the transaction
}

// prepared is a prepared statement.
type prepared struct {
	statement
	writes bool
}

// maxIdleStatements bounds the idle statements of a connection. privet itself has fewer; the dashboard's filters make
// an unlimited number of texts.
const maxIdleStatements = 200

// ExecContext implements driver.ExecerContext.
func (c *conn) ExecContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Result, error) {
	s, err := c.acquire(ctx, text)
	if err != nil {
		return nil, err
	}
	if s == nil {
		defer c.executed(c.executes(writes(text)))
		result, err := c.sqliteConn.ExecContext(ctx, text, args)
		c.ended(writes(text), err)
		return result, c.checked(err)
	}
	defer c.executed(c.executes(s.writes))
	result, err := s.ExecContext(ctx, args)
	c.ended(s.writes, err)
	if err != nil {
		_ = s.Close() // the error says more
		return nil, c.checked(err)
	}
	return result, c.release(text, s)
}

// QueryContext implements driver.QueryerContext.
func (c *conn) QueryContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Rows, error) {
	s, err := c.acquire(ctx, text)
	if err != nil {
		return nil, err
	}
	if s == nil {
		return c.rowsOf(nil, writes(text), text, func() (driver.Rows, error) { return c.sqliteConn.QueryContext(ctx, text, args) })
	}
	return c.rowsOf(s, s.writes, text, func() (driver.Rows, error) { return s.QueryContext(ctx, args) })
}

// rowsOf runs a query. s is its statement, nil where the driver makes one of its own.
func (c *conn) rowsOf(s *prepared, writes bool, text string, query func() (driver.Rows, error)) (driver.Rows, error) {
	running := c.executes(writes)
	found, err := query()
	if err != nil {
		c.executed(running)
		c.ended(writes, err)
		if s != nil {
			_ = s.Close() // the error says more
		}
		return nil, c.checked(err)
	}
	inner, ok := found.(sqliteRows)
	if !ok {
		defer c.executed(running)
		err = errors.Join(errors.New("database: the rows lack what SQLite's had"), found.Close())
		if s != nil {
			err = errors.Join(err, s.Close())
		}
		return nil, err
	}
	return &rows{sqliteRows: inner, conn: c, text: text, statement: s, running: running}, nil
}

// Close implements driver.Conn.
func (c *conn) Close() error {
	return errors.Join(c.closeIdle(), c.sqliteConn.Close())
}

// acquire returns the statement of a text, from the cache or newly prepared, or nil for a text that is not cacheable.
func (c *conn) acquire(ctx context.Context, text string) (*prepared, error) {
	if s := c.idle[text]; s != nil {
		delete(c.idle, text)
		return s, nil
	}
	if !cacheable(text) {
		return nil, nil
	}
	made, err := c.sqliteConn.PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	s, ok := made.(statement)
	if !ok {
		return nil, made.Close()
	}
	return &prepared{s, writes(text)}, nil
}

// release returns a statement that has ended without an error to the cache. A full cache is emptied before.
func (c *conn) release(text string, s *prepared) error {
	var err error
	if c.idle[text] != nil { // the same text ran twice at the same time
		return s.Close()
	}
	if len(c.idle) >= maxIdleStatements {
		err = c.closeIdle()
	}
	c.idle[text] = s
	return err
}

// closeIdle closes all idle statements.
func (c *conn) closeIdle() error {
	var all []error
	for _, s := range c.idle {
		all = append(all, s.Close())
	}
	clear(c.idle)
	return errors.Join(all...)
}

// cacheable reports whether a text is a single statement that reads or writes rows. Scripts, pragmas and changes of the
// schema run only once.
func cacheable(text string) bool {
	switch verb := verbOf(text); {
	case verb == "SELECT", verb == "INSERT", verb == "UPDATE", verb == "DELETE", strings.HasPrefix(verb, "WITH"):
		return !strings.Contains(text, ";")
	}
	return false
}

// verbOf returns the first six letters of a text in upper case.
func verbOf(text string) string {
	text = strings.TrimSpace(text)
	return strings.ToUpper(text[:min(len(text), 6)])
}
