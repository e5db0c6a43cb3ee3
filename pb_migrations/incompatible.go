package pb_migrations

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"path/filepath"
	"slices"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
)

// unreleased is the first of the 22 migrations that made up the schema before the first release. They were merged into
// 1763900000_schema.go.
const unreleased = "1763900000_sequences.go"

// RefuseIncompatible makes the app refuse to open a data folder that this version can't serve: one that was made before
// the first release, whose migrations no longer exist, or one that a newer version has migrated, whose data this version
// would misread or damage. The check comes before PocketBase opens the folder, so that it stays as it was.
func RefuseIncompatible(app core.App) {
	app.OnBootstrap().Bind(&hook.Handler[*core.BootstrapEvent]{
		Id:       "privet_incompatible",
		Priority: -10000, // before all else
		Func: func(e *core.BootstrapEvent) error {
			ran := history(filepath.Join(app.DataDir(), "data.db"))
			if slices.Contains(ran, unreleased) {
				return fmt.Errorf("the data folder %s was made by an unreleased version of privet and can't be upgraded: "+
					"start with a new folder", app.DataDir())
			}
			for _, migration := range slices.Backward(ran) {
				if !isKnown(migration) {
					return fmt.Errorf("the data folder %s belongs to a newer version of privet, which has run the migration %s: "+
						"start that version or a newer one, or this one on a backup made before the upgrade", app.DataDir(), migration)
				}
			}
			return e.Next()
		},
	})
}

// isKnown reports whether this version has a migration, of its own or of PocketBase.
func isKnown(file string) bool {
	is := func(m *core.Migration) bool { return m.File == file }
	return slices.ContainsFunc(core.AppMigrations.Items(), is) || slices.ContainsFunc(core.SystemMigrations.Items(), is)
}

// history returns the migrations that the database in a file has run, the oldest first. Whatever keeps it from reading
// the file (it does not exist, it is no database, it has no such table) is left for PocketBase to meet: should it succeed
// in opening such a folder, the first migration fails and changes nothing.
func history(file string) (migrations []string) {
	absolute, err := filepath.Abs(file)
	if err != nil {
		return nil
	}
	source := url.URL{Scheme: "file", Path: filepath.ToSlash(absolute), RawQuery: "mode=ro&_pragma=busy_timeout(10000)"}
	db, err := sql.Open("sqlite", source.String()) // PocketBase's own driver
	if err != nil {
		return nil
	}
	defer db.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	rows, err := db.QueryContext(ctx, `SELECT file FROM _migrations ORDER BY applied, file`)
	if err != nil {
		return nil
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if rows.Scan(&name) != nil {
			return nil
		}
		migrations = append(migrations, name)
	}
	if rows.Err() != nil {
		return nil
	}
	return migrations
}
