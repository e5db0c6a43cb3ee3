// Package database opens privet's SQLite files with pragmas and a pool that suit a small machine, and with connections
// that prepare each statement once.
package database

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"runtime"
	"strings"

	"github.com/privet/privet/hooks/durable"

	"github.com/pocketbase/dbx"
	_ "modernc.org/sqlite" // PocketBase's own driver, registered as "sqlite"
)

// cacheMemory is the size of all page caches of a database's reading connections together, in KiB. Each connection has
// its own, outside of Go's heap, where GOMEMLIMIT does not bound it: with PocketBase's 32 MB for each of nine
// connections, searches used 600 MB.
const cacheMemory = 40 << 10

// Connections returns how many connections read a database at the same time. With PocketBase's 120, as many queries
// compete for two cores; with 8, measured with 64 clients, throughput is 2.6 times as high and p99 a tenth. Four are as
// good for two cores, with half as many page caches.
func Connections() int { return min(max(4, 2*runtime.GOMAXPROCS(0)), 16) }

// Connect opens a database file. It is a DBConnectFunc of PocketBase.
func Connect(path string) (*dbx.DB, error) {
	// busy_timeout comes first: the switch to WAL may have to wait for another connection.
	// secure_delete overwrites what is deleted, so that the data of erased users is not left in the file.
	// A commit does not wait for the disk: package durable does, before anybody is told of it.
	// A transaction takes the write lock when it begins: one that has read first can't write any more once another process,
	// such as a command beside the server, has written (SQLITE_BUSY_SNAPSHOT), and no waiting helps. Only the pool of the one
	// writing connection has transactions.
	// The log is checkpointed in the background (package server); wal_autocheckpoint makes a writer do it at 64 MB.
	pragmas := []string{"busy_timeout(10000)", "journal_mode(WAL)", "journal_size_limit(200000000)", "synchronous(NORMAL)",
		"wal_autocheckpoint(16000)", "foreign_keys(ON)", "secure_delete(ON)", "temp_store(MEMORY)", fmt.Sprintf("cache_size(-%d)", cacheMemory/Connections())}
	pool, err := sql.Open("sqlite", "")
	if err != nil {
		return nil, err
	}
	defer pool.Close()
	return dbx.NewFromDB(sql.OpenDB(&connector{
		driver: pool.Driver(),
		log:    durable.OfDatabase(path),
		name:   path + "?_defensive=1&_txlock=immediate&_pragma=" + strings.Join(pragmas, "&_pragma="),
	}), "sqlite"), nil
}

// connector opens connections of type conn.
type connector struct {
	driver driver.Driver
	name   string
	log    *durable.Log // nil: not told of commits
}

// Connect implements driver.Connector.
func (c *connector) Connect(context.Context) (driver.Conn, error) {
	opened, err := c.driver.Open(c.name)
	if err != nil {
		return nil, err
	}
	inner, ok := opened.(sqliteConn)
	if !ok {
		return nil, fmt.Errorf("database: %T lacks what SQLite's driver had", opened)
	}
	return &conn{sqliteConn: inner, log: c.log, idle: map[string]*prepared{}}, nil
}

// Driver implements driver.Connector.
func (c *connector) Driver() driver.Driver { return c.driver }
