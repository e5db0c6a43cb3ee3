package pb_migrations

import "github.com/pocketbase/pocketbase/core"

// createSequences creates the table behind the integer ids: the last number that was given out, one row for each kind
// of row. It is a plain table and no collection, so that nothing in the dashboard can set a sequence back. After a
// rollback the sequence of the users continues after those who are still there.
func createSequences(app core.App) error {
	return execute(app, `
		CREATE TABLE sequences (
			name  TEXT PRIMARY KEY NOT NULL,
			value INTEGER NOT NULL
		) WITHOUT ROWID;
		INSERT INTO sequences (name, value) SELECT 'users', max(CAST(id AS INTEGER)) FROM users HAVING count(*) > 0`)
}

func dropSequences(app core.App) error {
	return execute(app, `DROP TABLE sequences`)
}
