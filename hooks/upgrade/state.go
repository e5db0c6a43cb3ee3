package upgrade

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/privet/privet/hooks/database"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// state is what a data folder's database says about its versions.
type state struct {
	migrations []string          // that it has run, the oldest first
	tables     []string          // and views, in lower case
	views      map[string]string // by name, the statement that made it; both in lower case
	record     record
}

// record is a row of PocketBase's table _params, by which versions know of each other.
type record struct {
	Version  string `json:"version"`  // of privet, which has migrated the folder last, or was about to
	Copy     string `json:"copy"`     // the file name of the copy from before that; "": none
	Finished bool   `json:"finished"` // that version has served the folder
}

const recordID = "privet_upgrade"

// look reads the state of the database in a file, without changing it. Whatever keeps it from reading the file (it does
// not exist, it is no database, it has no such table) is left for PocketBase to meet: should it succeed in opening such a
// folder, the first migration fails and changes nothing. parameters are further ones of the file's URI.
func look(file, parameters string) (found state) {
	if _, err := os.Stat(file); err != nil {
		return found
	}
	db, err := sql.Open("sqlite", database.URI(file, "mode=ro&_pragma=busy_timeout(10000)&"+parameters))
	if err != nil {
		return found
	}
	defer db.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	var names string
	err = db.QueryRowContext(ctx, `SELECT coalesce(group_concat(file, '/' ORDER BY applied, file), '') FROM _migrations`).Scan(&names)
	if err != nil || names == "" {
		return found
	}
	found.migrations = strings.Split(names, "/")
	var tables string
	if db.QueryRowContext(ctx, `SELECT coalesce(group_concat(lower(name), '/'), '') FROM sqlite_master WHERE type IN ('table', 'view')`).Scan(&tables) == nil {
		found.tables = strings.Split(tables, "/")
	}
	var views []byte
	if db.QueryRowContext(ctx, `SELECT json_group_object(lower(name), lower(sql)) FROM sqlite_master WHERE type = 'view'`).Scan(&views) == nil {
		_ = json.Unmarshal(views, &found.views) // SQLite's JSON is valid
	}
	var value string
	if db.QueryRowContext(ctx, `SELECT value FROM _params WHERE id = ?`, recordID).Scan(&value) == nil {
		_ = json.Unmarshal([]byte(value), &found.record) // what is no record of ours says nothing
	}
	return found
}

// write stores the record in a database.
func (r record) write(ctx context.Context, db dbx.Builder) error {
	value, err := json.Marshal(r)
	if err != nil {
		return err
	}
	_, err = db.NewQuery(`INSERT INTO _params (id, value) VALUES ({:id}, {:value}) ON CONFLICT (id) DO UPDATE
		SET value = excluded.value, updated = strftime('%Y-%m-%d %H:%M:%fZ')`).
		Bind(dbx.Params{"id": recordID, "value": string(value)}).WithContext(ctx).Execute()
	return err
}

// writeTo stores the record in a database file that PocketBase has not opened.
func (r record) writeTo(ctx context.Context, file string) error {
	db, err := database.Connect(file)
	if err != nil {
		return err
	}
	return errors.Join(r.write(ctx, db), db.Close())
}

// pending returns which of the lists' migrations a folder has not run, in the order in which they will run.
func pending(ran []string, lists ...core.MigrationsList) (files []string) {
	for _, list := range lists {
		for _, migration := range list.Items() {
			if !slices.Contains(ran, migration.File) {
				files = append(files, migration.File)
			}
		}
	}
	return files
}

// The names of what upgrades leave in the data folder: "before-", the version, the time, ".db" for a copy, "undone-" for
// the folder into which the way back moves a newer database. Both are in no backup.
const (
	before   = "before-"
	undone   = "undone-"
	timeForm = "20060102T150405.000Z"
)

// aCopy is a copy of the database, made before an upgrade.
type aCopy struct {
	path string
	made time.Time
}

// copies returns the copies in a data folder, the newest first.
func copies(dir string) (all []aCopy) {
	names, _ := filepath.Glob(filepath.Join(escape(dir), before+"*.db")) // fails for no pattern like this
	for _, path := range names {
		name := strings.TrimSuffix(filepath.Base(path), ".db")
		if made, err := time.Parse(timeForm, name[strings.LastIndexByte(name, '-')+1:]); err == nil {
			all = append(all, aCopy{path, made})
		}
	}
	slices.SortFunc(all, func(a, b aCopy) int { return b.made.Compare(a.made) })
	return all
}

// Leftovers returns the names of all that upgrades have left in a data folder, unfinished copies included.
func Leftovers(dir string) (names []string) {
	for _, prefix := range []string{before, undone} {
		paths, _ := filepath.Glob(filepath.Join(escape(dir), prefix+"*"))
		for _, path := range paths {
			names = append(names, filepath.Base(path))
		}
	}
	return names
}

// escape makes a path a pattern that matches it alone.
func escape(path string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}
