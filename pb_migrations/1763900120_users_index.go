package pb_migrations

import (
	"strings"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/migrations"
)

// users_search and users_counts answer user/search without a look at the users that don't come on the page: whom a
// filter lets through stands in the index's rowid, and how many there are is counted as they come and go. Banned users
// are in neither.
//
// A rowid is 8 times the user's id and the user's kind: 4 for a performer, 1 for a streamer, 2 for a comedian. The
// index keeps no text of its own, as users.search has it. Its pages are a tenth of FTS5's own choice: a search that leaps
// through the long lists of common trigrams then reads half as much. Triggers keep both, so that no door to the table can forget
// them.
func init() {
	const (
		kind  = "((ROW.role = 'performer') * 4 + (instr(ROW.categories, '\"streamer\"') > 0) + (instr(ROW.categories, '\"comedian\"') > 0) * 2)"
		rowid = "(CAST(ROW.id AS INTEGER) * 8 + " + kind + ")"
		add   = `INSERT INTO users_search(rowid, text) SELECT ` + rowid + `, ROW.search WHERE NOT ROW.banned;
			UPDATE users_counts SET count = count + 1 WHERE kind = ` + kind + ` AND NOT ROW.banned;`
		remove = `DELETE FROM users_search WHERE rowid = ` + rowid + ` AND NOT ROW.banned;
			UPDATE users_counts SET count = count - 1 WHERE kind = ` + kind + ` AND NOT ROW.banned;`
	)
	of := func(row, text string) string { return strings.ReplaceAll(text, "ROW", row) }
	migrations.Register(func(app core.App) error {
		return execute(app, dropUsersSearch+`
			CREATE VIRTUAL TABLE users_search USING fts5(text, content='', contentless_delete=1, tokenize='trigram case_sensitive 1');
			INSERT INTO users_search(users_search, rank) VALUES('pgsz', 400);
			CREATE TABLE users_counts (kind INTEGER PRIMARY KEY, count INTEGER NOT NULL);
			INSERT INTO users_search(rowid, text) SELECT `+of("users", rowid)+`, search FROM users WHERE NOT banned;
			INSERT INTO users_counts(kind, count) SELECT k.value, (SELECT count(*) FROM users WHERE NOT banned AND `+of("users", kind)+` = k.value)
				FROM json_each('[0,1,2,3,4,5,6,7]') k;
			CREATE TRIGGER users_search_insert AFTER INSERT ON users BEGIN `+of("new", add)+` END;
			CREATE TRIGGER users_search_update AFTER UPDATE OF search, role, categories, banned ON users
				WHEN old.search <> new.search OR old.banned <> new.banned OR `+of("old", kind)+` <> `+of("new", kind)+`
				BEGIN `+of("old", remove)+of("new", add)+` END;
			CREATE TRIGGER users_search_delete AFTER DELETE ON users BEGIN `+of("old", remove)+` END;`)
	}, func(app core.App) error {
		return execute(app, dropUsersSearch+`DROP TABLE users_counts;`+createUsersSearch)
	})
}

func execute(app core.App, script string) error {
	_, err := app.DB().NewQuery(script).Execute()
	return err
}
