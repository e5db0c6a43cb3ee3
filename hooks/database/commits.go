package database

import (
	"context"
	"database/sql/driver"
	"errors"
	"strings"

	sqlite3 "modernc.org/sqlite/lib"
)

// The functions of this file tell the log of a database that something may have been committed, or that SQLite could
// not sync it. The first is told after a transaction
// that ran a statement which writes, and after such a statement outside of a transaction. A commit too many costs a
// sync; one that is missed would be acknowledged without.

// execution is what a statement that runs may do.
type execution int

const (
	reads   execution = iota
	changes           // what its transaction commits
	commits           // by itself
)

// executes notes that a statement is about to run. executed must follow.
func (c *conn) executes(writes bool) execution {
	switch {
	case !writes || c.log == nil:
		return reads
	case c.inTransaction:
		return changes
	}
	c.log.Committing()
	return commits
}

// executed notes that a statement has run, whether or not with an error: some of a script may have been committed.
func (c *conn) executed(e execution) {
	switch e {
	case changes:
		c.changed = true
	case commits:
		c.log.CommitEnded()
	}
}

// SQLite's codes for a file or a folder that it could not sync (https://sqlite.org/rescode.html).
const (
	ioErrFsync    = 1034
	ioErrDirFsync = 1290
)

// checked tells the log of an error which means that the disk may lack what SQLite takes for written: a checkpoint that
// is tried again, as each is, may then succeed. It returns the error.
func (c *conn) checked(err error) error {
	var coded interface{ Code() int }
	if err != nil && c.log != nil && errors.As(err, &coded) && (coded.Code() == ioErrFsync || coded.Code() == ioErrDirFsync) {
		c.log.Fail(err)
	}
	return err
}

// ended notes how a statement or a transaction has ended, if that shows whether the database can be written to.
func (c *conn) ended(writes bool, err error) {
	switch {
	case c.log == nil:
	case err == nil && writes && !c.inTransaction:
		c.log.Wrote(nil)
	case IsUnwritable(err):
		if isDamage(err) {
			c.log.Damage(err)
		}
		c.log.Wrote(err)
	}
}

// IsUnwritable reports whether an error means that SQLite can't write its files: the disk is full, they are read-only or damaged.
func IsUnwritable(err error) bool {
	var refused interface{ Code() int } // modernc.org/sqlite.Error
	if !errors.As(err, &refused) {
		return false
	}
	switch refused.Code() & 0xff { // without what extended codes add
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_NOTADB:
		return true
	}
	return false
}

// isDamage reports whether an error means that the database's file is not what SQLite has written.
func isDamage(err error) bool {
	var found interface{ Code() int }
	if !errors.As(err, &found) {
		return false
	}
	code := found.Code() & 0xff
	return code == sqlite3.SQLITE_CORRUPT || code == sqlite3.SQLITE_NOTADB
}

// BeginTx implements driver.ConnBeginTx.
func (c *conn) BeginTx(ctx context.Context, options driver.TxOptions) (driver.Tx, error) {
	inner, err := c.sqliteConn.BeginTx(ctx, options)
	if err != nil {
		c.ended(!options.ReadOnly, err)
		return nil, err
	}
	c.inTransaction, c.changed = true, false
	return &transaction{inner, c}, nil
}

// transaction is a transaction of a conn.
type transaction struct {
	driver.Tx
	conn *conn
}

// Commit implements driver.Tx.
func (t *transaction) Commit() error {
	t.conn.inTransaction = false
	defer t.conn.executed(t.conn.executes(t.conn.changed))
	err := t.conn.checked(t.Tx.Commit())
	t.conn.ended(t.conn.changed, err)
	return err
}

// Rollback implements driver.Tx.
func (t *transaction) Rollback() error {
	defer func() { t.conn.inTransaction = false }()
	return t.Tx.Rollback()
}

// PrepareContext implements driver.ConnPrepareContext, for sql.DB.Prepare.
func (c *conn) PrepareContext(ctx context.Context, text string) (driver.Stmt, error) {
	made, err := c.sqliteConn.PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	if s, ok := made.(statement); ok {
		return &ownStatement{prepared{s, writes(text)}, c}, nil
	}
	return made, nil
}

// ownStatement is a statement that a user of the database has prepared.
type ownStatement struct {
	prepared
	conn *conn
}

// ExecContext implements driver.StmtExecContext.
func (s *ownStatement) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	defer s.conn.executed(s.conn.executes(s.writes))
	result, err := s.prepared.ExecContext(ctx, args)
	s.conn.ended(s.writes, err)
	return result, s.conn.checked(err)
}

// QueryContext implements driver.StmtQueryContext.
func (s *ownStatement) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	return s.conn.rowsOf(nil, s.writes, "", func() (driver.Rows, error) { return s.prepared.QueryContext(ctx, args) })
}

// writes reports whether a text may change the database.
func writes(text string) bool {
	switch verb := verbOf(text); {
	case strings.Contains(strings.TrimRight(text, "; \n\t"), ";"): // a script
		return true
	case verb == "SELECT", verb == "PRAGMA", verb == "EXPLAI":
		return false
	case strings.HasPrefix(verb, "WITH"):
		text = strings.ToUpper(text)
		return strings.Contains(text, "INSERT") || strings.Contains(text, "UPDATE") || strings.Contains(text, "DELETE")
	}
	return true
}
