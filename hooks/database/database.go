// Package database opens privet's SQLite files as this program needs them: with pragmas and a pool that fit a
// small machine, and with statements that are prepared once a connection.
package database

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"runtime"
	"strings"

	"github.com/pocketbase/dbx"
	_ "modernc.org/sqlite" // PocketBase's own driver, registered as "sqlite"
)

// cacheMemory is what the page caches of a database's reading connections hold together, in KiB. Each connection has
// one of its own, outside of Go's heap, so that GOMEMLIMIT does not bound it: PocketBase's 32 MB for each of nine
// connections let the searches use 600 MB.
const cacheMemory = 40 << 10

// Connections is how many connections read a database at once. PocketBase's 120 let as many queries compete for two
// cores; with 8, measured at 64 clients, 2.6 times the requests get through and p99 falls tenfold. Four serve two
// cores as well, with half of the page caches.
func Connections() int { return min(max(4, 2*runtime.GOMAXPROCS(0)), 16) }

// Connect opens a database file; it is a PocketBase DBConnectFunc.
func Connect(path string) (*dbx.DB, error) {
	// busy_timeout comes first: the switch to WAL may have to wait for another connection.
	// Who is erased is gone from the file, too, not only from its tables: what is deleted is overwritten.
	// The log is moved into the database in the background (package hooks); at 64 MB the writer does it after all.
	pragmas := []string{"busy_timeout(10000)", "journal_mode(WAL)", "journal_size_limit(200000000)", "synchronous(NORMAL)",
		"wal_autocheckpoint(16000)", "foreign_keys(ON)", "secure_delete(ON)", "temp_store(MEMORY)", fmt.Sprintf("cache_size(-%d)", cacheMemory/Connections())}
	pool, err := sql.Open("sqlite", "")
	if err != nil {
		return nil, err
	}
	defer pool.Close()
	return dbx.NewFromDB(sql.OpenDB(&connector{
		driver: pool.Driver(),
		name:   path + "?_defensive=1&_pragma=" + strings.Join(pragmas, "&_pragma="),
	}), "sqlite"), nil
}

// connector makes connections that keep their statements.
type connector struct {
	driver driver.Driver
	name   string
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
	return &conn{sqliteConn: inner, idle: map[string]statement{}}, nil
}

// Driver implements driver.Connector.
func (c *connector) Driver() driver.Driver { return c.driver }
