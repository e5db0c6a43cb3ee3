package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/migrations"
)

// The table profile_fetches is the queue of what is still to be asked of social providers about people who have signed up
// by them: their names first, then their picture. A row is written in the transaction of the sign-up, and deleted when all
// is there or was given up. It is a plain table and no collection, as there is nothing in it for moderators to do.
func init() {
	migrations.Register(func(app core.App) error {
		return execute(app, `
			CREATE TABLE profile_fetches (
				user     TEXT PRIMARY KEY,
				stage    TEXT NOT NULL,                 -- names or picture
				provider TEXT NOT NULL,
				identity TEXT NOT NULL,                 -- the provider's id of the person
				app      TEXT NOT NULL,                 -- the client id of the app that vouched for them
				language TEXT NOT NULL,                 -- of the names
				name     INTEGER NOT NULL,              -- 1 while the provider's name may be set
				nickname TEXT NOT NULL,                 -- what stands in for the provider's; empty when the user has chosen one
				picture  TEXT NOT NULL,                 -- its address, in the second stage
				created  TEXT NOT NULL,
				tries    INTEGER NOT NULL DEFAULT 0,    -- of this stage, that failed
				next_try TEXT NOT NULL
			);
			CREATE INDEX idx_profile_fetches_next_try ON profile_fetches (stage, next_try)`)
	}, func(app core.App) error {
		return execute(app, `DROP TABLE profile_fetches`)
	})
}
