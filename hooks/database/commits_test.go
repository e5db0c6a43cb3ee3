package database

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"testing"

	"github.com/privet/privet/hooks/durable"
)

// openCovered opens a database whose log is waited for.
func openCovered(t *testing.T) (*sql.DB, *durable.Log) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "data.db")
	db, err := Connect(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	db.DB().SetMaxOpenConns(1)
	mustExec(t, db.DB(), `CREATE TABLE things (id INTEGER PRIMARY KEY, name TEXT)`)
	return db.DB(), durable.OfDatabase(path)
}

// Each way to commit is one after which an answer waits, and no way to read is.
func TestCommitsAreKnown(t *testing.T) {
	db, log := openCovered(t)
	ctx := context.Background()
	query := func(on interface {
		QueryContext(context.Context, string, ...any) (*sql.Rows, error)
	}, text string) {
		t.Helper()
		rows, err := on.QueryContext(ctx, text)
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			continue
		}
		if err := rows.Close(); err != nil {
			t.Fatal(err)
		}
	}
	inTransaction := func(commits bool, work func(*sql.Tx)) {
		t.Helper()
		tx, err := db.Begin()
		if err != nil {
			t.Fatal(err)
		}
		work(tx)
		if log.Pending() {
			t.Error("before the commit")
		}
		if end := map[bool]func() error{true: tx.Commit, false: tx.Rollback}[commits]; end() != nil {
			t.Error("the transaction does not end")
		}
	}
	const insert = `INSERT INTO things (name) VALUES ('a')`
	for name, c := range map[string]struct {
		run     func()
		pending bool
	}{
		"statement":             {func() { mustExec(t, db, insert) }, true},
		"returning":             {func() { query(db, insert+` RETURNING id`) }, true},
		"script":                {func() { mustExec(t, db, insert+`; `+insert) }, true},
		"script that returns":   {func() { query(db, `SELECT 1; `+insert+` RETURNING id`) }, true},
		"schema":                {func() { mustExec(t, db, `CREATE INDEX IF NOT EXISTS names ON things (name)`) }, true},
		"with":                  {func() { mustExec(t, db, `WITH a AS (SELECT 1) DELETE FROM things WHERE id IN (SELECT * FROM a)`) }, true},
		"transaction":           {func() { inTransaction(true, func(tx *sql.Tx) { _, _ = tx.Exec(insert) }) }, true},
		"returning transaction": {func() { inTransaction(true, func(tx *sql.Tx) { query(tx, insert+` RETURNING id`) }) }, true},
		"prepared": {func() {
			s, err := db.Prepare(insert)
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			if log.Pending() {
				t.Error("preparing is no commit")
			}
			if _, err := s.Exec(); err != nil {
				t.Fatal(err)
			}
		}, true},
		"prepared returning": {func() {
			s, err := db.Prepare(insert + ` RETURNING id`)
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			var id int
			if err := s.QueryRow().Scan(&id); err != nil {
				t.Fatal(err)
			}
		}, true},

		"query":               {func() { query(db, `SELECT * FROM things`) }, false},
		"query with":          {func() { query(db, `WITH a AS (SELECT 1) SELECT * FROM a`) }, false},
		"pragma":              {func() { mustExec(t, db, `PRAGMA wal_checkpoint(PASSIVE)`) }, false},
		"rollback":            {func() { inTransaction(false, func(tx *sql.Tx) { _, _ = tx.Exec(insert) }) }, false},
		"reading transaction": {func() { inTransaction(true, func(tx *sql.Tx) { query(tx, `SELECT * FROM things`) }) }, false},
	} {
		t.Run(name, func(t *testing.T) {
			if err := log.Wait(); err != nil || log.Pending() {
				t.Fatal("before: ", err)
			}
			c.run()
			if log.Pending() != c.pending {
				t.Errorf("pending: %v", log.Pending())
			}
		})
	}
}

// A database with another name is not waited for.
func TestOtherDatabasesAreNotCovered(t *testing.T) {
	db, err := Connect(filepath.Join(t.TempDir(), "auxiliary.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	mustExec(t, db.DB(), `CREATE TABLE things (id INTEGER PRIMARY KEY)`)
	if durable.OfDatabase("auxiliary.db") != nil {
		t.Error("the logs are covered")
	}
}

// What was found to be damaged stays so, even if something else of the database can be written.
func TestDamageLasts(t *testing.T) {
	path := filepath.Join(t.TempDir(), "data.db")
	open := func() *sql.DB {
		db, err := Connect(path)
		if err != nil {
			t.Fatal(err)
		}
		db.DB().SetMaxOpenConns(1)
		return db.DB()
	}
	db := open()
	mustExec(t, db, `CREATE TABLE things (name TEXT); CREATE TABLE others (id INTEGER)`)
	for range 3000 {
		mustExec(t, db, `INSERT INTO things VALUES ('xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx')`)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	clear(content[10*4096 : 20*4096])
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	db = open()
	defer db.Close()
	log := durable.OfDatabase(path)
	var n int
	if err := db.QueryRow(`SELECT count(name) FROM things`).Scan(&n); err == nil || log.Damaged() == nil {
		t.Fatalf("%d rows are read (%v), and the damage is %v", n, err, log.Damaged())
	}
	mustExec(t, db, `INSERT INTO others VALUES (1)`)
	if _, err := log.LastWrite(); err != nil || log.Damaged() == nil {
		t.Errorf("after a write: %v, and the damage is %v", err, log.Damaged())
	}
}
