package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"github.com/pocketbase/pocketbase/core"
	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// ReadUser reads a user by id. The error is ErrNotFound when there is none.
func ReadUser(ctx context.Context, app core.App, id int64) (*UserRow, error) {
	return readUser(ctx, app, `u.id = :v`, Key(id))
}

// ReadUserByInvite reads a user who is not banned by invite. The error is ErrNotFound when there is none.
func ReadUserByInvite(ctx context.Context, app core.App, invite string) (*UserRow, error) {
	return readUser(ctx, app, `u.invite = :v AND u.banned = 0`, invite)
}

func readUser(ctx context.Context, app core.App, where, value string) (*UserRow, error) {
	var row UserRow
	err := readRow(ctx, app, `SELECT `+userColumns("u")+` FROM users u WHERE `+where, []any{sql.Named("v", value)}, row.targets()...)
	return &row, wrap("read user", notFound(err))
}

// UserFilter is the filter of user/search. Zero values match all users.
type UserFilter struct {
	Role     string
	Category string
	Text     string // anywhere in name, nickname or description
}

// SearchUsers reads a page of users, newest first.
func SearchUsers(ctx context.Context, app core.App, filter UserFilter, page int64) (*Page[UserRow], error) {
	q := pageQuery{columns: userColumns("u"), joined: `users u ON u.id = CAST(page.n AS TEXT)`, number: page}
	if text := SearchKey(filter.Text); text == "" {
		q.matchAll(filter)
	} else if phrase, whole := phraseOf(text); phrase == "" {
		q.matchShortText(filter, text)
		select {
		case scanSlot <- struct{}{}:
			defer func() { <-scanSlot }()
		case <-ctx.Done():
			return nil, wrap("search users", context.Cause(ctx))
		}
	} else if whole {
		q.matchPhrase(filter, phrase, "")
	} else {
		q.matchPhrase(filter, phrase, text)
	}
	users, err := readPage(ctx, app, q, (*UserRow).targets, func(row *UserRow) int64 { return row.ID })
	return users, wrap("search users", err)
}

// matchAll reads an index of users by id, and the total from the counts that triggers maintain.
func (q *pageQuery) matchAll(filter UserFilter) {
	q.matching = `SELECT CAST(u.id AS INTEGER) AS n FROM users u WHERE ` + q.filterCondition(filter)
	q.total = `SELECT sum(count) FROM users_counts WHERE ` + q.kindCondition("kind", filter)
}

// scanSlot lets one search at a time scan all users, so that these searches don't slow down the others.
var scanSlot = make(chan struct{}, 1)

// matchShortText scans all users: fewer than three characters are in no index, and match most users anyway.
func (q *pageQuery) matchShortText(filter UserFilter, text string) {
	q.matching = `SELECT CAST(u.id AS INTEGER) AS n FROM users u WHERE instr(u.search, :text) > 0 AND ` + q.filterCondition(filter)
	q.arguments = append(q.arguments, sql.Named("text", text))
}

// matchPhrase reads the full-text index alone: its rowids encode the user's id and kind
// (pb_migrations/schema_search.go). Unless text is "", it then compares the whole text with the users that the phrase
// has found.
func (q *pageQuery) matchPhrase(filter UserFilter, phrase, text string) {
	found := `users_search s WHERE s.text MATCH :phrase AND ` + q.kindCondition("s.rowid", filter)
	q.arguments = append(q.arguments, sql.Named("phrase", phrase))
	if text == "" {
		q.matching = `SELECT s.rowid >> 3 AS n FROM ` + found
		return
	}
	q.matching = `SELECT CAST(u.id AS INTEGER) AS n FROM (SELECT CAST(s.rowid >> 3 AS TEXT) AS id FROM ` + found + `) found
		CROSS JOIN users u ON u.id = found.id WHERE instr(u.search, :text) > 0`
	q.arguments = append(q.arguments, sql.Named("text", text))
}

// filterCondition returns the condition on a row of users, u, that matches the filter without its text. It adds the
// condition's arguments.
func (q *pageQuery) filterCondition(filter UserFilter) string {
	conditions := `u.banned = 0`
	if filter.Role != "" {
		conditions += ` AND u.role = CAST(:role AS TEXT)`
		q.arguments = append(q.arguments, sql.Named("role", filter.Role))
	}
	if filter.Category != "" {
		conditions += ` AND instr(u.categories, :category) > 0`
		q.arguments = append(q.arguments, sql.Named("category", `"`+filter.Category+`"`))
	}
	return conditions
}

// kindCondition returns the same condition on a user's kind, as the index and the counts encode it
// (pb_migrations/schema_search.go).
func (q *pageQuery) kindCondition(column string, filter UserFilter) string {
	mask, wanted := 0, 0
	if filter.Role != "" {
		mask = 4
	}
	if filter.Role == RolePerformer {
		wanted = 4
	}
	category := map[string]int{"streamer": 1, "comedian": 2}[filter.Category]
	q.arguments = append(q.arguments, sql.Named("mask", mask|category), sql.Named("kind", wanted|category))
	return column + ` & :mask = :kind`
}

// phraseOf returns the part of a folded text that is looked up in the trigram index, as an FTS5 phrase. It is "" when
// the index is of no use: the text is shorter than a trigram, or contains a NUL, which ends a query. Of a long text it
// is the beginning, and whole is false.
func phraseOf(text string) (phrase string, whole bool) {
	runes := []rune(text)
	if len(runes) < 3 || strings.ContainsRune(text, 0) {
		return "", false
	}
	const maxRunes = 64
	return `"` + strings.ReplaceAll(string(runes[:min(len(runes), maxRunes)]), `"`, `""`) + `"`, len(runes) <= maxRunes
}

// fold maps a text to one case in any script, which SQLite can't.
func fold(s string) string { return cases.Fold().String(norm.NFC.String(s)) }

// EmailKey returns the form of an e-mail address by which two addresses are the same: it ignores case.
func EmailKey(email string) string { return fold(email) }

// SearchKey returns the form of a text that user/search compares: it ignores case, and ё is the same as е.
func SearchKey(s string) string { return strings.ReplaceAll(fold(s), "ё", "е") }

// MergeSearchIndex merges the segments that changes add to the full-text index, each of which a search has to read. It
// does so in small steps (SQLite's FTS5, "merge"), between which others can write.
func MergeSearchIndex(ctx context.Context, app core.App) error {
	const pages = "-200" // of one step; the minus makes the first one begin a merge of all segments
	for step, left := pages, 100_000; left > 0; step, left = pages[1:], left-1 {
		var before, after int64
		if err := app.RunInTransaction(func(tx core.App) error {
			if err := writeRow(ctx, tx, `SELECT total_changes()`, nil, &before); err != nil {
				return err
			}
			if err := write(ctx, tx, `INSERT INTO users_search(users_search, rank) VALUES('merge', `+step+`)`); err != nil {
				return err
			}
			return writeRow(ctx, tx, `SELECT total_changes()`, nil, &after)
		}); err != nil {
			return wrap("merge search index", err)
		}
		if after-before < 2 { // nothing was left to merge, as FTS5 documents
			return nil
		}
	}
	return nil
}

// UserRow is a user as the API reads it.
type UserRow struct {
	ID          int64
	Email       string
	Phone       string // "" for none, as in all texts here
	Name        string
	Nickname    string
	Description string
	Role        string
	Price       *float64 // nil for none
	Invite      string
	Categories  choices
	Media       mediaRows
	Created     Moment
	Updated     Moment
}

// userColumns returns the columns of a user with the media of the profile, in the table alias u.
func userColumns(u string) string {
	return strings.ReplaceAll(`u.id, u.email, u.phone, u.name, u.nickname, u.description, u.role,
		CASE WHEN u.price <> 0 OR u.free THEN u.price END, u.invite, u.categories, u.created, u.updated, `+
		mediaColumn(`m.user = u.id AND m."order" = ''`), "u.", u+".")
}

// targets returns what userColumns are scanned into.
func (r *UserRow) targets() []any {
	return []any{id{&r.ID}, &r.Email, &r.Phone, &r.Name, &r.Nickname, &r.Description, &r.Role,
		&r.Price, &r.Invite, &r.Categories, &r.Created, &r.Updated, &r.Media}
}

// choices scans PocketBase's multiple select, a JSON array of plain words.
type choices []string

// Scan implements sql.Scanner.
func (w *choices) Scan(value any) error {
	text, ok := value.(string)
	if !ok {
		return fmt.Errorf("store: choices are a %T", value)
	}
	*w = strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(`[]", `, r) })
	return nil
}
