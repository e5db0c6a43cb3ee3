package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/migrations"
)

// users_search: a trigram index over users.search, which finds parts of words in any script. The text is
// folded to one case before it gets here. Its rowid is the user's id and not the table's rowid, which a VACUUM
// may change. Triggers keep it, so that no door to the table can forget it.
func init() {
	migrations.Register(func(app core.App) error {
		return execute(app, createUsersSearch)
	}, func(app core.App) error {
		return execute(app, dropUsersSearch)
	})
}

const (
	createUsersSearch = `
		CREATE VIRTUAL TABLE users_search USING fts5(text, tokenize='trigram case_sensitive 1');
		INSERT INTO users_search(rowid, text) SELECT CAST(id AS INTEGER), search FROM users;
		CREATE TRIGGER users_search_insert AFTER INSERT ON users BEGIN
			INSERT INTO users_search(rowid, text) VALUES (CAST(new.id AS INTEGER), new.search);
		END;
		CREATE TRIGGER users_search_update AFTER UPDATE OF search ON users WHEN old.search <> new.search BEGIN
			UPDATE users_search SET text = new.search WHERE rowid = CAST(new.id AS INTEGER);
		END;
		CREATE TRIGGER users_search_delete AFTER DELETE ON users BEGIN
			DELETE FROM users_search WHERE rowid = CAST(old.id AS INTEGER);
		END;`
	dropUsersSearch = `
		DROP TRIGGER users_search_delete;
		DROP TRIGGER users_search_update;
		DROP TRIGGER users_search_insert;
		DROP TABLE users_search;`
)
