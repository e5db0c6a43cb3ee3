package pb_migrations

import (
	"strings"

	"github.com/pocketbase/pocketbase/core"
)

// createUsersSearch creates users_search and users_counts, which answer user/search without reading users that are not
// on the page. Banned users are in neither.
//
// users_search is a trigram index of users.search, which finds parts of words in any script; the text is folded to one
// case before. A rowid is 8 times the user's id plus the user's kind (4 for a performer, 1 for a streamer, 2 for a
// comedian), so that the index itself answers the filters. It is the id and not the rowid of users, which a VACUUM may
// change. The index stores no text of its own, as users.search has it. Its pages are a tenth of FTS5's default size: a
// search that skips through the long posting lists of common trigrams then reads half as much.
//
// users_counts has the number of users of each kind, which is the total of a search without a text.
//
// Triggers maintain both, so that no way to write to users can bypass them.
func createUsersSearch(app core.App) error {
	const (
		kind = "((ROW.role = 'performer') * 4 + (instr(ROW.categories, '\"streamer\"') > 0)" +
			" + (instr(ROW.categories, '\"comedian\"') > 0) * 2)"
		rowid = "(CAST(ROW.id AS INTEGER) * 8 + " + kind + ")"
		add   = `INSERT INTO users_search(rowid, text) SELECT ` + rowid + `, ROW.search WHERE NOT ROW.banned;
			UPDATE users_counts SET count = count + 1 WHERE kind = ` + kind + ` AND NOT ROW.banned;`
		remove = `DELETE FROM users_search WHERE rowid = ` + rowid + ` AND NOT ROW.banned;
			UPDATE users_counts SET count = count - 1 WHERE kind = ` + kind + ` AND NOT ROW.banned;`
	)
	of := func(row, text string) string { return strings.ReplaceAll(text, "ROW", row) }
	return execute(app, `
			CREATE VIRTUAL TABLE users_search USING fts5(text, content='', contentless_delete=1, tokenize='trigram case_sensitive 1');
			INSERT INTO users_search(users_search, rank) VALUES('pgsz', 400);
			CREATE TABLE users_counts (kind INTEGER PRIMARY KEY, count INTEGER NOT NULL);
			INSERT INTO users_search(rowid, text) SELECT `+of("users", rowid)+`, search FROM users WHERE NOT banned;
			INSERT INTO users_counts(kind, count)
				SELECT k.value, (SELECT count(*) FROM users WHERE NOT banned AND `+of("users", kind)+` = k.value)
				FROM json_each('[0,1,2,3,4,5,6,7]') k;
			CREATE TRIGGER users_search_insert AFTER INSERT ON users BEGIN `+of("new", add)+` END;
			CREATE TRIGGER users_search_update AFTER UPDATE OF search, role, categories, banned ON users
				WHEN old.search <> new.search OR old.banned <> new.banned OR `+of("old", kind)+` <> `+of("new", kind)+`
				BEGIN `+of("old", remove)+of("new", add)+` END;
			CREATE TRIGGER users_search_delete AFTER DELETE ON users BEGIN `+of("old", remove)+` END;`)
}

func dropUsersSearch(app core.App) error {
	return execute(app, `
		DROP TRIGGER users_search_delete;
		DROP TRIGGER users_search_update;
		DROP TRIGGER users_search_insert;
		DROP TABLE users_search;
		DROP TABLE users_counts;`)
}
