package pb_migrations

import (
	"strings"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/migrations"
)

// Moderators find people by parts of their names, who are banned included, and by whole phone numbers, however these are written.
//
// users_names is a trigram index of nickname and name, the first two lines of users.search, of all who are not erased. A rowid is the
// user's id. Triggers maintain it.
func init() {
	const (
		nickname, phone = "idx_users_nickname", "idx_users_phone"
		// digits is the phone number without what people put between its digits.
		digits = "replace(replace(replace(replace(replace(replace(`phone`, ' ', ''), '-', ''), '(', ''), ')', ''), '.', ''), '+', '')"
		first  = `instr(ROW.search, char(10))`
		names  = `substr(ROW.search, 1, ` + first + ` + instr(substr(ROW.search, ` + first + ` + 1), char(10)))`
		add    = `INSERT INTO users_names(rowid, text) SELECT CAST(ROW.id AS INTEGER), ` + names + ` WHERE ROW.erased = '';`
		remove = `DELETE FROM users_names WHERE rowid = CAST(ROW.id AS INTEGER) AND ROW.erased = '';`
	)
	of := func(row, text string) string { return strings.ReplaceAll(text, "ROW", row) }
	migrations.Register(func(app core.App) error {
		if err := changeCollection(app, "users", func(users *core.Collection) {
			// The beginning of a nickname.
			users.AddIndex(nickname, false, "substr(`search`, 1, 40)", "`erased` = ''")
			users.AddIndex(phone, false, digits, "`phone` != ''")
		}); err != nil {
			return err
		}
		return execute(app, `
			CREATE VIRTUAL TABLE users_names USING fts5(text, content='', contentless_delete=1, tokenize='trigram case_sensitive 1');
			INSERT INTO users_names(rowid, text) SELECT CAST(id AS INTEGER), `+of("users", names)+` FROM users WHERE erased = '';
			CREATE TRIGGER users_names_insert AFTER INSERT ON users BEGIN `+of("new", add)+` END;
			CREATE TRIGGER users_names_update AFTER UPDATE OF search, erased ON users
				WHEN `+of("old", names)+` <> `+of("new", names)+` OR (old.erased = '') <> (new.erased = '')
				BEGIN `+of("old", remove)+of("new", add)+` END;
			CREATE TRIGGER users_names_delete AFTER DELETE ON users BEGIN `+of("old", remove)+` END;`)
	}, func(app core.App) error {
		if err := execute(app, `
			DROP TRIGGER users_names_delete;
			DROP TRIGGER users_names_update;
			DROP TRIGGER users_names_insert;
			DROP TABLE users_names;`); err != nil {
			return err
		}
		return changeCollection(app, "users", func(users *core.Collection) {
			users.RemoveIndex(phone)
			users.RemoveIndex(nickname)
		})
	})
}
