package database

import "database/sql/driver"

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
	statement statement
}

// Close implements driver.Rows.
func (r *rows) Close() error {
	if r.statement == nil {
		return nil
	}
	s := r.statement
	r.statement = nil
	if err := r.sqliteRows.Close(); err != nil {
		_ = s.Close() // the error says more
		return err
	}
	return r.conn.release(r.text, s)
}
