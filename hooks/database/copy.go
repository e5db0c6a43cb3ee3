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
	"syscall"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// pagesPerStep is how many pages of a copy are made between two looks at the context: some 40 MB.
const pagesPerStep = 10_000

// Copy makes a copy of a database file, page by page, with all that is committed to it, those changes too that are only in
// its write-ahead log. The copy is on the disk and complete once it has its name; where making it fails, nothing is left.
// Nobody may write to the database meanwhile, or the copy begins anew at each change.
func Copy(ctx context.Context, from, to string) (err error) {
	part := to + ".part"
	defer func() {
		for _, suffix := range []string{"", "-journal", "-wal", "-shm"} {
			if e := os.Remove(part + suffix); e != nil && !errors.Is(e, fs.ErrNotExist) {
				err = errors.Join(err, e)
			}
		}
	}()
	if err := copyPages(ctx, from, part); err != nil {
		return fmt.Errorf("copy %s: %w", from, err)
	}
	if err := os.Rename(part, to); err != nil {
		return err
	}
	folder, err := os.Open(filepath.Dir(to))
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

func copyPages(ctx context.Context, from, to string) error {
	db, err := sql.Open("sqlite", URI(from, "_pragma=busy_timeout(10000)"))
	if err != nil {
		return err
	}
	defer db.Close()
	connection, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer connection.Close()
	return connection.Raw(func(driver any) error {
		source, ok := driver.(interface {
			NewBackup(string) (*sqlite.Backup, error)
		})
		if !ok {
			return fmt.Errorf("%T can't make copies", driver)
		}
		backup, err := source.NewBackup(URI(to, "_pragma=synchronous(FULL)"))
		if err != nil {
			return err
		}
		for more := true; more; {
			if more, err = backup.Step(pagesPerStep); err == nil {
				err = ctx.Err()
			}
			if err != nil {
				return errors.Join(err, backup.Finish())
			}
		}
		return backup.Finish()
	})
}

// IsFull reports whether an error of SQLite or of the operating system says that a disk is full.
func IsFull(err error) bool {
	var failed *sqlite.Error
	return errors.Is(err, syscall.ENOSPC) || errors.As(err, &failed) && failed.Code()&0xff == sqlite3.SQLITE_FULL
}

// URI returns the name by which SQLite opens a file, whatever characters its path has, with parameters of SQLite and its driver
// in the form of a URL's query.
func URI(path, parameters string) string {
	if absolute, err := filepath.Abs(path); err == nil {
		path = absolute
	}
	return (&url.URL{Scheme: "file", Path: filepath.ToSlash(path), RawQuery: parameters}).String()
}
