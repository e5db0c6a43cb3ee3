package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/migrations"
)

// The table case_calls is the queue of what the webhook is to be told: a row is a new case, written in the transaction that opens
// it, and deleted once it was told or given up. It is a plain table and no collection: nobody has anything to do with it.
func init() {
	migrations.Register(func(app core.App) error {
		return execute(app, `
			CREATE TABLE case_calls (
				"case"   TEXT PRIMARY KEY NOT NULL,
				created  TEXT NOT NULL,
				tries    INTEGER NOT NULL DEFAULT 0, -- that failed
				next_try TEXT NOT NULL,
				error    TEXT NOT NULL DEFAULT ''    -- of the last try
			) WITHOUT ROWID;
			CREATE INDEX idx_case_calls_next_try ON case_calls (next_try)`)
	}, func(app core.App) error {
		return execute(app, `DROP TABLE case_calls`)
	})
}
