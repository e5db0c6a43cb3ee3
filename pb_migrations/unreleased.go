package pb_migrations

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"path/filepath"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
)

// unreleased is the first of the 22 migrations that made up the schema before the first release. They were merged into
// 1763900000_schema.go.
const unreleased = "1763900000_sequences.go"

// RefuseUnreleased makes the app refuse to open a data folder that was made before the first release, whose
// migrations no longer exist. The check comes before PocketBase opens the folder, so that it stays as it was.
func RefuseUnreleased(app core.App) {
	app.OnBootstrap().Bind(&hook.Handler[*core.BootstrapEvent]{
		Id:       "privet_unreleased",
		Priority: -10000, // before all else
		Func: func(e *core.BootstrapEvent) error {
			if madeUnreleased(filepath.Join(app.DataDir(), "data.db")) {
				return fmt.Errorf("the data folder %s was made by an unreleased version of privet and can't be upgraded: "+
					"start with a new folder", app.DataDir())
			}
			return e.Next()
		},
	})
}

// madeUnreleased reports whether the database in the file has run the migrations of the time before the first release.
// Whatever keeps it from reading the file (it does not exist, it is no database, it has no such table) is left for
// PocketBase to meet: should it succeed in opening such a folder, the first migration fails and changes nothing.
func madeUnreleased(file string) bool {
	absolute, err := filepath.Abs(file)
	if err != nil {
		return false
	}
	source := url.URL{Scheme: "file", Path: filepath.ToSlash(absolute), RawQuery: "mode=ro&_pragma=busy_timeout(10000)"}
	db, err := sql.Open("sqlite", source.String()) // PocketBase's own driver
	if err != nil {
		return false
	}
	defer db.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	var found bool
	err = db.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM _migrations WHERE file = ?)`, unreleased).Scan(&found)
	return err == nil && found
}
