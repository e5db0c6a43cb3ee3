// Package dbfile reads database files that no app of this process has open: of a data folder that a server uses, of a
// backup, of a folder to be restored. Like package store, whose tables it reads, it contains SQL. Nothing here runs
// migrations or hooks.
package dbfile

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/privet/privet/hooks/database"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/security"
)

// Name is PocketBase's name for the database's file in a data folder.
const Name = "data.db"

// File is an open database file.
type File struct{ db *sql.DB }

// Open opens a database for reading. It may be in use by others. The error is fs.ErrNotExist when there is no such file.
func Open(path string) (*File, error) { return open(path, "ro") }

// OpenForWriting opens a database that exists and that nobody else uses.
func OpenForWriting(path string) (*File, error) { return open(path, "rw") }

func open(path, mode string) (*File, error) {
	if info, err := os.Stat(path); err != nil {
		return nil, err
	} else if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is no file", path)
	}
	db, err := sql.Open("sqlite", database.URI(path, "mode="+mode+"&_pragma=busy_timeout(10000)&_pragma=secure_delete(ON)"))
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(2) // a row's files are looked up while collections are listed
	return &File{db}, nil
}

// Close closes the file.
func (f *File) Close() error { return f.db.Close() }

// Snapshot copies the database, as it is at one moment, to a new file, which it does not sync. Others may go on writing.
func (f *File) Snapshot(ctx context.Context, path string) error {
	return database.CopyPages(ctx, f.db, path, "_pragma=synchronous(OFF)")
}

// Check returns what SQLite finds wrong with the file, nothing if it is sound. The quick check leaves out whether the
// indexes agree with the tables.
func (f *File) Check(ctx context.Context, quick bool) (problems []string, err error) {
	check := `PRAGMA integrity_check(20)`
	if quick {
		check = `PRAGMA quick_check(20)`
	}
	problems, err = f.texts(ctx, check)
	if err == nil && len(problems) == 1 && problems[0] == "ok" {
		return nil, nil
	}
	return problems, err
}

// Migrations returns the migrations that the database has run, the oldest first.
func (f *File) Migrations(ctx context.Context) ([]string, error) {
	return f.texts(ctx, `SELECT file FROM _migrations ORDER BY applied, file`)
}

// texts returns the first column of a query.
func (f *File) texts(ctx context.Context, query string, arguments ...any) (texts []string, err error) {
	rows, err := f.db.QueryContext(ctx, query, arguments...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			return nil, err
		}
		texts = append(texts, text)
	}
	return texts, rows.Err()
}

// Settings returns PocketBase's settings. key is what they are encrypted with, "" for nothing.
func (f *File) Settings(ctx context.Context, key string) (*core.Settings, error) {
	var value string
	if err := f.db.QueryRowContext(ctx, `SELECT value FROM _params WHERE id = 'settings'`).Scan(&value); err != nil {
		return nil, fmt.Errorf("read PocketBase's settings: %w", err)
	}
	s := &core.Settings{}
	if json.Unmarshal([]byte(value), s) == nil {
		return s, nil
	}
	if key == "" {
		return nil, errors.New("PocketBase's settings are encrypted: name the variable with their key by --encryptionEnv")
	}
	plain, err := security.Decrypt(value, key)
	if err == nil {
		err = json.Unmarshal(plain, s)
	}
	if err != nil {
		return nil, errors.New("PocketBase's settings are encrypted with another key than that of --encryptionEnv")
	}
	return s, nil
}
