package database

import (
	"database/sql/driver"
	"errors"
	"io"
)

// sqliteRows is what database/sql uses of the driver's rows.
type sqliteRows interface {
	driver.Rows
	driver.RowsColumnTypeDatabaseTypeName
	driver.RowsColumnTypeLength
	driver.RowsColumnTypeNullable
	driver.RowsColumnTypePrecisionScale
	driver.RowsColumnTypeScanType
}

// rows are rows that release their statement to the connection when they are closed.
type rows struct {
	sqliteRows
	conn      *conn
	text      string
	statement *prepared // nil: the driver's own
	running   execution // of the statement, which may write by RETURNING
	closed    bool
	failure   error // of Next
}

// Next implements driver.Rows.
func (r *rows) Next(values []driver.Value) error {
	err := r.conn.checked(r.sqliteRows.Next(values))
	if err != nil && !errors.Is(err, io.EOF) {
		r.failure = err
	}
	return err
}

// Close implements driver.Rows. What the statement writes outside of a transaction is committed by then.
func (r *rows) Close() error {
	if r.closed {
		return nil
	}
	r.closed = true
	defer r.conn.executed(r.running)
	err := r.conn.checked(r.sqliteRows.Close())
	r.conn.ended(r.running != reads, errors.Join(r.failure, err))
	if r.statement == nil {
		return err
	}
	if err != nil {
		_ = r.statement.Close() // the error says more
		return err
	}
	return r.conn.release(r.text, r.statement)
}
