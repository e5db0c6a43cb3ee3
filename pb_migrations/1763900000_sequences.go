package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/migrations"
)

// The sequences behind the integer ids: the last number given out, one row a kind. A plain table and no
// collection: nothing in the dashboard may turn a sequence back. The users' goes on after those who are there: their
// collection is PocketBase's, and keeps them when our migrations are taken back.
func init() {
	migrations.Register(func(app core.App) error {
		_, err := app.DB().NewQuery(`CREATE TABLE sequences (
			name  TEXT PRIMARY KEY NOT NULL,
			value INTEGER NOT NULL
		) WITHOUT ROWID;
		INSERT INTO sequences (name, value) SELECT 'users', max(CAST(id AS INTEGER)) FROM users HAVING count(*) > 0`).Execute()
		return err
	}, func(app core.App) error {
		_, err := app.DB().NewQuery(`DROP TABLE sequences`).Execute()
		return err
	})
}
