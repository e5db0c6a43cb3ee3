package pb_migrations

import (
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/migrations"
	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// A text of 2,000 characters takes the trigram index some milliseconds, and one of 65,535 bytes a tenth of a second, in
// which nobody else can write. So a change of a user no longer adds the text to the index users_search: it adds the user
// to users_search_queue, and the text is indexed later, in a transaction of its own. Who is in the queue is not in the
// index, and user/search compares their texts one by one. Deleting a row of the queue indexes the user, by a trigger.
//
// The text, users.search, contains the first 2,000 characters of the description.
func init() {
	migrations.Register(func(app core.App) error {
		if err := execute(app, dropSearchTriggers+queueSearchTexts()); err != nil {
			return err
		}
		if err := shortenSearchTexts(app); err != nil {
			return err
		}
		if err := execute(app, `DELETE FROM users_search_queue`); err != nil { // indexes them
			return err
		}
		return setSearchLength(app, maxSearchText)
	}, func(app core.App) error {
		if err := setSearchLength(app, maxFolded); err != nil {
			return err
		}
		return execute(app, `DELETE FROM users_search_queue;`+dropSearchTriggers+`
			DROP TRIGGER users_search_index;
			DROP TABLE users_search_queue;`+indexSearchTexts())
	})
}

const (
	// searchedCharacters is how many characters of a description are searched.
	searchedCharacters = 2000

	// maxSearchText is the greatest length of users.search, in characters: folding makes up to three of one.
	maxSearchText = 3 * (255 + 1 + 255 + 1 + searchedCharacters)

	dropSearchTriggers = `
		DROP TRIGGER users_search_delete;
		DROP TRIGGER users_search_update;
		DROP TRIGGER users_search_insert;`

	// searchKind and searchRowID are what createUsersSearch makes of a row of users, and searchChanged is whether they or
	// the text of an updated row differ.
	searchKind = `((ROW.role = 'performer') * 4 + (instr(ROW.categories, '"streamer"') > 0)` +
		` + (instr(ROW.categories, '"comedian"') > 0) * 2)`
	searchRowID   = `(CAST(ROW.id AS INTEGER) * 8 + ` + searchKind + `)`
	searchChanged = `old.search <> new.search OR old.banned <> new.banned OR OLDKIND <> NEWKIND`
)

// ofRow replaces ROW in SQL by the name of a row.
func ofRow(row, text string) string { return strings.ReplaceAll(text, "ROW", row) }

// searchTriggers returns the triggers of users that maintain index, counts and queue, given what adds a row's text.
func searchTriggers(add string) string {
	add += `UPDATE users_counts SET count = count + 1 WHERE kind = ` + searchKind + ` AND NOT ROW.banned;`
	const remove = `DELETE FROM users_search WHERE rowid = ` + searchRowID + ` AND NOT ROW.banned;
		UPDATE users_counts SET count = count - 1 WHERE kind = ` + searchKind + ` AND NOT ROW.banned;`
	changed := strings.NewReplacer("OLDKIND", ofRow("old", searchKind), "NEWKIND", ofRow("new", searchKind)).Replace(searchChanged)
	return `
		CREATE TRIGGER users_search_insert AFTER INSERT ON users BEGIN ` + ofRow("new", add) + ` END;
		CREATE TRIGGER users_search_update AFTER UPDATE OF search, role, categories, banned ON users WHEN ` + changed + `
			BEGIN ` + ofRow("old", remove) + ofRow("new", add) + ` END;
		CREATE TRIGGER users_search_delete AFTER DELETE ON users BEGIN ` + ofRow("old", remove) + ` END;`
}

// indexSearchTexts returns the triggers as createUsersSearch makes them.
func indexSearchTexts() string {
	return searchTriggers(`INSERT INTO users_search(rowid, text) SELECT ` + searchRowID + `, ROW.search WHERE NOT ROW.banned;`)
}

// queueSearchTexts returns the queue and its triggers. A user who is banned or deleted stays in it: indexing them does
// nothing. The index has no row of a user in the queue, so that removing it is no work.
func queueSearchTexts() string {
	return `
		CREATE TABLE users_search_queue (
			place INTEGER PRIMARY KEY, -- the order in which they are indexed
			user  TEXT NOT NULL UNIQUE
		);` + searchTriggers(`INSERT INTO users_search_queue(user) SELECT ROW.id WHERE NOT ROW.banned ON CONFLICT DO NOTHING;`) + `
		CREATE TRIGGER users_search_index AFTER DELETE ON users_search_queue BEGIN
			INSERT INTO users_search(rowid, text) SELECT ` + ofRow("users", searchRowID) + `, search FROM users WHERE id = old.user AND NOT banned;
		END;`
}

// shortenSearchTexts makes the searched texts of the long descriptions anew, one by one.
func shortenSearchTexts(app core.App) error {
	var ids []string
	err := app.DB().NewQuery(`SELECT id FROM users WHERE octet_length(description) > {:searched}`).
		Bind(dbx.Params{"searched": searchedCharacters}).Column(&ids)
	if err != nil {
		return err
	}
	for _, id := range ids {
		var user struct{ Nickname, Name, Description string }
		err := app.DB().NewQuery(`SELECT nickname, name, description FROM users WHERE id = {:id}`).Bind(dbx.Params{"id": id}).One(&user)
		if err != nil {
			return err
		}
		characters := []rune(user.Description)
		text := user.Nickname + "\n" + user.Name + "\n" + string(characters[:min(len(characters), searchedCharacters)])
		folded := strings.ReplaceAll(cases.Fold().String(norm.NFC.String(text)), "ё", "е")
		_, err = app.DB().NewQuery(`UPDATE users SET search = {:search} WHERE id = {:id}`).Bind(dbx.Params{"id": id, "search": folded}).Execute()
		if err != nil {
			return err
		}
	}
	return nil
}

// setSearchLength sets the maximum of users.search.
func setSearchLength(app core.App, maximum int) error {
	return changeCollection(app, "users", func(users *core.Collection) {
		builtIn(users, "search", func(search *core.TextField) { search.Max = maximum })
	})
}
