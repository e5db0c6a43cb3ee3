package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/migrations"
)

// The table idempotency_keys has a row for each request with an Idempotency-Key that was answered within the last 24
// hours: a retry gets the same answer. It is a plain table and no collection: the answers hold personal data, and
// nobody but the user's own devices has a use for them.
func init() {
	migrations.Register(func(app core.App) error {
		_, err := app.DB().NewQuery(`
			CREATE TABLE idempotency_keys (
				user    TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
				key     TEXT NOT NULL,           -- the SHA-256 of the key, in hex
				request BLOB NOT NULL,           -- the HMAC of what the client sent, keyed by the key
				status  INTEGER NOT NULL,        -- of the answer
				answer  BLOB NOT NULL,           -- its body
				"order" TEXT NOT NULL,           -- the order that the answer shows, '' for none
				created TEXT NOT NULL,
				total   INTEGER NOT NULL,        -- bytes of the user's answers up to this one
				PRIMARY KEY (user, key)
			);
			-- The oldest answers of a user who has too many.
			CREATE INDEX idx_idempotency_keys_total ON idempotency_keys (user, total);
			-- The removal of old rows.
			CREATE INDEX idx_idempotency_keys_created ON idempotency_keys (created)`).Execute()
		return err
	}, func(app core.App) error {
		_, err := app.DB().NewQuery(`DROP TABLE idempotency_keys`).Execute()
		return err
	})
}
