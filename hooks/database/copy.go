package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"

	"github.com/privet/privet/hooks/disk"
	"github.com/privet/privet/hooks/durable"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// pagesPerStep is how many pages of a copy are made between two looks at the context: some 8 MB.
const pagesPerStep = 2000

// Copy makes a copy of a database file, page by page, with all that is committed to it, those changes too that are only in
// its write-ahead log. The copy is on the disk and complete once it has its name; where making it fails, nothing is left.
func Copy(ctx context.Context, from, to string) (err error) {
	part := to + ".part"
	defer func() { err = errors.Join(err, Remove(part)) }()
	db, err := sql.Open("sqlite", URI(from, "_pragma=busy_timeout(10000)"))
	if err != nil {
		return fmt.Errorf("copy %s: %w", from, err)
	}
	err = CopyPages(ctx, db, part, "_pragma=synchronous(FULL)")
	if err := errors.Join(err, db.Close()); err != nil {
		return fmt.Errorf("copy %s: %w", from, err)
	}
	if err := os.Rename(part, to); err != nil {
		return err
	}
	return durable.SyncFolder(filepath.Dir(to))
}

// CopyPages copies a database, as it is at one moment, to a new file, which parameters open as they do in URI. Others may go
// on writing. Unlike VACUUM INTO it copies pages as they are: it costs less, and changes no rowid. Where it fails, a part
// of the copy may be left.
func CopyPages(ctx context.Context, db *sql.DB, to, parameters string) error {
	connection, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer connection.Close()
	// Within a transaction all steps read the same moment. Otherwise each commit of another process begins the copy anew.
	tx, err := connection.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // it has only read
	var tables int
	if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM sqlite_schema`).Scan(&tables); err != nil {
		return err
	}
	return connection.Raw(func(driver any) error {
		source, ok := driver.(interface {
			NewBackup(string) (*sqlite.Backup, error)
		})
		if !ok {
			return fmt.Errorf("%T can't make copies", driver)
		}
		backup, err := source.NewBackup(URI(to, parameters))
		if err != nil {
			return err
		}
		for more := true; more && err == nil; {
			if more, err = backup.Step(pagesPerStep); err == nil {
				err = ctx.Err()
			}
		}
		return errors.Join(err, backup.Finish())
	})
}

// Remove removes a database file, if there is one, with the files that SQLite makes beside it.
func Remove(path string) error {
	var failed []error
	for _, suffix := range []string{"", "-journal", "-wal", "-shm"} {
		if err := os.Remove(path + suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			failed = append(failed, err)
		}
	}
	return errors.Join(failed...)
}

// IsFull reports whether an error of SQLite or of the operating system says that a disk is full.
func IsFull(err error) bool {
	var failed *sqlite.Error
	return disk.IsFull(err) || errors.As(err, &failed) && failed.Code()&0xff == sqlite3.SQLITE_FULL
}

// URI returns the name by which SQLite opens a file, whatever characters its path has, with parameters of SQLite and its driver
// in the form of a URL's query.
func URI(path, parameters string) string {
	return (&url.URL{Scheme: "file", Path: filepath.ToSlash(disk.Absolute(path)), RawQuery: parameters}).String()
}
