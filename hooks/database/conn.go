package database

import (
	"context"
	"database/sql/driver"
	"errors"
	"strings"
)

// sqliteConn is all that database/sql asks of the driver's connection.
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

// conn is a connection that keeps the statements that it has prepared. dbx prepares every query anew, which takes
// several times as long as running a small one, and its transactions leave no way to a statement of one's own. SQLite
// itself prepares a statement again when the schema has changed.
//
// database/sql uses a connection from one goroutine at a time.
type conn struct {
	sqliteConn
	idle map[string]statement // by text; one that runs is not in it
}

// maxIdleStatements is how many idle statements a connection keeps. privet itself has fewer; the dashboard's filters make up
// texts without end.
const maxIdleStatements = 200

// ExecContext implements driver.ExecerContext.
func (c *conn) ExecContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Result, error) {
	s, err := c.acquire(ctx, text)
	if err != nil {
		return nil, err
	}
	if s == nil {
		return c.sqliteConn.ExecContext(ctx, text, args)
	}
	result, err := s.ExecContext(ctx, args)
	if err != nil {
		_ = s.Close() // the error says more
		return nil, err
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
		return c.sqliteConn.QueryContext(ctx, text, args)
	}
	found, err := s.QueryContext(ctx, args)
	if err != nil {
		_ = s.Close() // the error says more
		return nil, err
	}
	inner, ok := found.(sqliteRows)
	if !ok {
		return nil, errors.Join(errors.New("database: the rows lack what SQLite's had"), found.Close(), s.Close())
	}
	return &rows{sqliteRows: inner, conn: c, text: text, statement: s}, nil
}

// Close implements driver.Conn.
func (c *conn) Close() error {
	return errors.Join(c.closeIdle(), c.sqliteConn.Close())
}

// acquire finds or prepares the statement of a text; nil for a text that is better not kept.
func (c *conn) acquire(ctx context.Context, text string) (statement, error) {
	if s := c.idle[text]; s != nil {
		delete(c.idle, text)
		return s, nil
	}
	if !cacheable(text) {
		return nil, nil
	}
	prepared, err := c.PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	s, ok := prepared.(statement)
	if !ok {
		return nil, prepared.Close()
	}
	return s, nil
}

// release gives a statement back that has ended well.
func (c *conn) release(text string, s statement) error {
	var err error
	if c.idle[text] != nil { // it ran twice at once
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

// cacheable tells whether a text is a single statement on data; scripts, pragmas and changes of the schema come once.
func cacheable(text string) bool {
	text = strings.TrimSpace(text)
	verb := strings.ToUpper(text[:min(len(text), 6)])
	switch {
	case verb == "SELECT", verb == "INSERT", verb == "UPDATE", verb == "DELETE", strings.HasPrefix(verb, "WITH"):
		return !strings.Contains(text, ";")
	}
	return false
}
