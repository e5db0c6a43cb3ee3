package database

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
)

func open(t *testing.T) *sql.DB {
	t.Helper()
	db, err := Connect(filepath.Join(t.TempDir(), "data.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	db.DB().SetMaxOpenConns(1)
	mustExec(t, db.DB(), `CREATE TABLE things (id INTEGER PRIMARY KEY, name TEXT UNIQUE); CREATE TABLE others (id INTEGER PRIMARY KEY)`)
	for i := 1; i <= 3; i++ {
		mustExec(t, db.DB(), `INSERT INTO things (name) VALUES (?)`, fmt.Sprint("thing ", i))
	}
	return db.DB()
}

func mustExec(t *testing.T, db *sql.DB, text string, args ...any) {
	t.Helper()
	if _, err := db.Exec(text, args...); err != nil {
		t.Fatal(err)
	}
}

// idle are the statements that the pool's one connection keeps.
func idle(t *testing.T, db *sql.DB) (texts map[string]bool) {
	t.Helper()
	c, err := db.Conn(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	texts = map[string]bool{}
	err = c.Raw(func(raw any) error {
		for text := range raw.(*conn).idle {
			texts[text] = true
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return texts
}

func TestStatementsAreKept(t *testing.T) {
	db := open(t)
	const text = `SELECT name FROM things WHERE id = :id`
	for id := 1; id <= 3; id++ {
		var name string
		if err := db.QueryRow(text, sql.Named("id", id)).Scan(&name); err != nil || name != fmt.Sprint("thing ", id) {
			t.Fatalf("%d: %q %v", id, name, err)
		}
	}
	kept := idle(t, db)
	if len(kept) != 2 || !kept[text] || !kept[`INSERT INTO things (name) VALUES (?)`] {
		t.Errorf("kept: %v", kept)
	}
}

// A statement that runs is not given to a second query of the same text on the same connection.
func TestSameTextWithinItself(t *testing.T) {
	db := open(t)
	tx, err := db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	const text = `SELECT id FROM things ORDER BY id`
	outer, err := tx.Query(text)
	if err != nil {
		t.Fatal(err)
	}
	pairs := 0
	for outer.Next() {
		var a int
		if err := outer.Scan(&a); err != nil {
			t.Fatal(err)
		}
		inner, err := tx.Query(text)
		if err != nil {
			t.Fatal(err)
		}
		for b := 1; inner.Next(); b++ {
			var got int
			if err := inner.Scan(&got); err != nil || got != b {
				t.Fatalf("%d within %d: %d %v", b, a, got, err)
			}
			pairs++
		}
		if err := inner.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if err := outer.Close(); err != nil || pairs != 9 {
		t.Errorf("%d pairs, %v", pairs, err)
	}
}

func TestFailedStatementsAreForgotten(t *testing.T) {
	db := open(t)
	const text = `INSERT INTO things (name) VALUES (?)`
	if _, err := db.Exec(text, "thing 1"); err == nil {
		t.Fatal("a name twice")
	}
	if idle(t, db)[text] {
		t.Error("the failed statement is kept")
	}
	mustExec(t, db, text, "thing 4")
	ctx, cancel := context.WithCancel(context.Background())
	rows, err := db.QueryContext(ctx, `SELECT id FROM things`)
	if err != nil || !rows.Next() {
		t.Fatal(err)
	}
	cancel()
	for rows.Next() {
	}
	_ = rows.Close()
	var count int
	if err := db.QueryRow(`SELECT count(*) FROM things`).Scan(&count); err != nil || count != 4 {
		t.Errorf("%d rows after a cancelled query, %v", count, err)
	}
}

// Kept statements follow the schema, and hold no table fast.
func TestSchemaChanges(t *testing.T) {
	db := open(t)
	columns := func() int {
		rows, err := db.Query(`SELECT * FROM things LIMIT 1`)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		names, err := rows.Columns()
		if err != nil {
			t.Fatal(err)
		}
		return len(names)
	}
	if before := columns(); before != 2 {
		t.Fatalf("%d columns", before)
	}
	mustExec(t, db, `ALTER TABLE things ADD COLUMN more TEXT DEFAULT ''`)
	if after := columns(); after != 3 {
		t.Errorf("%d columns after one was added", after)
	}
	mustExec(t, db, `DROP TABLE things`)
	if _, err := db.Query(`SELECT * FROM things LIMIT 1`); err == nil {
		t.Error("a dropped table is read")
	}
}

func TestTextsWithoutEnd(t *testing.T) {
	db := open(t)
	for i := range 3 * maxIdleStatements {
		mustExec(t, db, fmt.Sprintf(`UPDATE things SET name = name || '' WHERE id = %d`, i))
	}
	if kept := len(idle(t, db)); kept == 0 || kept > maxIdleStatements {
		t.Errorf("%d are kept", kept)
	}
}

func TestScriptsAreRunWhole(t *testing.T) {
	db := open(t)
	mustExec(t, db, `INSERT INTO others (id) VALUES (1); INSERT INTO others (id) VALUES (2)`)
	var count int
	if err := db.QueryRow(`SELECT count(*) FROM others`).Scan(&count); err != nil || count != 2 {
		t.Errorf("%d rows, %v", count, err)
	}
}

func TestManyAtOnce(t *testing.T) {
	db := open(t)
	db.SetMaxOpenConns(4)
	var all sync.WaitGroup
	for n := range 8 {
		all.Go(func() {
			for i := range 200 {
				var name string
				id := (n+i)%3 + 1
				if err := db.QueryRow(`SELECT name FROM things WHERE id = ?`, id).Scan(&name); err != nil || name != fmt.Sprint("thing ", id) {
					t.Errorf("%d: %q %v", id, name, err)
					return
				}
			}
		})
	}
	all.Wait()
}

// A transaction that has read can write, whatever another process, such as a command beside the server, wants to write meanwhile: it
// waits until the transaction has ended.
func TestAnotherProcessWritesInBetween(t *testing.T) {
	path := filepath.Join(t.TempDir(), "data.db")
	var pools []*sql.DB
	for range 2 { // each as its own process has it
		db, err := Connect(path)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		db.DB().SetMaxOpenConns(1)
		pools = append(pools, db.DB())
	}
	mustExec(t, pools[0], `CREATE TABLE things (id INTEGER PRIMARY KEY, n INTEGER); INSERT INTO things VALUES (1, 0)`)
	var all sync.WaitGroup
	for _, pool := range pools {
		all.Go(func() {
			for range 100 {
				if err := increment(pool); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	var n int
	if err := pools[0].QueryRow(`SELECT n FROM things`).Scan(&n); err != nil || n != 200 && !t.Failed() {
		t.Errorf("%d of 200 increments (%v)", n, err)
	}
}

// increment reads a number and writes the next one, in a transaction.
func increment(pool *sql.DB) error {
	tx, err := pool.Begin()
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // an error after Commit
	var n int
	if err := tx.QueryRow(`SELECT n FROM things WHERE id = 1`).Scan(&n); err != nil {
		return err
	}
	if _, err := tx.Exec(`UPDATE things SET n = ? WHERE id = 1`, n+1); err != nil {
		return err
	}
	return tx.Commit()
}
