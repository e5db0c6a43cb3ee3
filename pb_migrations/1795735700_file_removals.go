package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/migrations"
)

// The table file_removals is the queue of files to remove from the storage. A row is written in the transaction that
// deletes the row which the files belong to, and deleted once they are gone. It is a plain table and no collection:
// nobody should be able to take a file off it.
func init() {
	migrations.Register(func(app core.App) error {
		return execute(app, `
			CREATE TABLE file_removals (
				key      TEXT PRIMARY KEY,              -- of a file in the storage, or of a folder with all in it, which ends with a slash
				reason   TEXT NOT NULL,
				created  TEXT NOT NULL,
				tries    INTEGER NOT NULL DEFAULT 0,    -- that failed
				next_try TEXT NOT NULL,
				error    TEXT NOT NULL DEFAULT ''       -- of the last try
			);
			CREATE INDEX idx_file_removals_next_try ON file_removals (next_try)`)
	}, func(app core.App) error {
		return execute(app, `DROP TABLE file_removals`)
	})
}
