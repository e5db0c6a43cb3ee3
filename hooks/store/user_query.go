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

// ReadUser reads a user by id; ErrNotFound when there is none.
func ReadUser(ctx context.Context, app core.App, id int64) (*UserRow, error) {
	return readUser(ctx, app, `u.id = :v`, Key(id))
}

// ReadUserByInvite reads a user by invite; ErrNotFound when there is none.
func ReadUserByInvite(ctx context.Context, app core.App, invite string) (*UserRow, error) {
	return readUser(ctx, app, `u.invite = :v AND u.banned = 0`, invite)
}

func readUser(ctx context.Context, app core.App, where, value string) (*UserRow, error) {
	var row UserRow
	err := readRow(ctx, app, `SELECT `+userColumns("u")+` FROM users u WHERE `+where, []any{sql.Named("v", value)}, row.targets()...)
	return &row, notFound(err)
}

// UserFilter is what user/search looks for. Zero values let all pass.
type UserFilter struct {
	Role     string
	Category string
	Text     string // in name, nickname and description, as part of a word too
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
			return nil, context.Cause(ctx)
		}
	} else if whole {
		q.matchPhrase(filter, phrase, "")
	} else {
		q.matchPhrase(filter, phrase, text)
	}
	return readPage(ctx, app, q, (*UserRow).targets, func(row *UserRow) int64 { return row.ID })
}

// matchAll goes along an index of the newest, and takes the total from the counts that triggers keep.
func (q *pageQuery) matchAll(filter UserFilter) {
	q.matching = `SELECT CAST(u.id AS INTEGER) AS n FROM users u WHERE ` + q.filterCondition(filter)
	q.total = `SELECT sum(count) FROM users_counts WHERE ` + q.kindCondition("kind", filter)
}

// scanSlot lets one search at a time look at all users, so that those leave the others their speed.
var scanSlot = make(chan struct{}, 1)

// matchShortText looks at all users: fewer than three characters are in no index, and fit most users anyway.
func (q *pageQuery) matchShortText(filter UserFilter, text string) {
	q.matching = `SELECT CAST(u.id AS INTEGER) AS n FROM users u WHERE instr(u.search, :text) > 0 AND ` + q.filterCondition(filter)
	q.arguments = append(q.arguments, sql.Named("text", text))
}

// matchPhrase asks the index alone: its rowids tell the user's id and kind (pb_migrations/schema_search.go). A text
// longer than its phrase is looked for in what the phrase has found.
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

// filterCondition is what a row of users, u, must fulfil to pass the filter.
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

// kindCondition is what the filter asks of a user's kind, as the index and the counts know it
// (pb_migrations/schema_search.go), with its parameters.
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

// phraseOf is the part of a folded text that the trigram index looks for, as an FTS5 phrase. It is "" where the
// index can't help (shorter than a trigram, or a NUL, which ends a query). A long text is narrowed down by its
// beginning, and whole is false; the text itself is compared on what is left.
func phraseOf(text string) (phrase string, whole bool) {
	runes := []rune(text)
	if len(runes) < 3 || strings.ContainsRune(text, 0) {
		return "", false
	}
	const most = 64
	return `"` + strings.ReplaceAll(string(runes[:min(len(runes), most)]), `"`, `""`) + `"`, len(runes) <= most
}

// fold brings a text to one case in any script, which SQLite can't.
func fold(s string) string { return cases.Fold().String(norm.NFC.String(s)) }

// EmailKey is what makes two e-mail addresses the same: their letters without regard to case.
func EmailKey(email string) string { return fold(email) }

// SearchKey is a text as user/search compares it: without regard to case, ё as е.
func SearchKey(s string) string { return strings.ReplaceAll(fold(s), "ё", "е") }

// MergeSearchIndex brings the parts together that changes leave the search index in: a search looks into each of them. It goes
// by small steps (SQLite's FTS5, "merge"), so that others write meanwhile.
func MergeSearchIndex(app core.App) error {
	const pages = "-200" // the first step takes up all parts, and each about as many pages
	for step, most := pages, 100_000; most > 0; step, most = pages[1:], most-1 {
		var before, after int64
		if err := app.RunInTransaction(func(tx core.App) error {
			if err := writeRow(tx, `SELECT total_changes()`, nil, &before); err != nil {
				return err
			}
			if err := write(tx, `INSERT INTO users_search(users_search, rank) VALUES('merge', `+step+`)`); err != nil {
				return err
			}
			return writeRow(tx, `SELECT total_changes()`, nil, &after)
		}); err != nil {
			return err
		}
		if after-before < 2 { // nothing was left to do, as FTS5 documents
			return nil
		}
	}
	return nil
}

// UserRow is a user as the API reads it.
type UserRow struct {
	ID          int64
	Email       string
	Phone       string // "" is none, as in all texts here
	Name        string
	Nickname    string
	Description string
	Role        string
	Price       *float64
	Invite      string
	Categories  choices
	Media       mediaRows
	Created     Moment
	Updated     Moment
}

// userColumns reads a user of the table alias u, with the media of the profile.
func userColumns(u string) string {
	return strings.ReplaceAll(`u.id, u.email, u.phone, u.name, u.nickname, u.description, u.role,
		CASE WHEN u.price <> 0 OR u.free THEN u.price END, u.invite, u.categories, u.created, u.updated, `+
		mediaColumn(`m.user = u.id AND m."order" = ''`), "u.", u+".")
}

func (r *UserRow) targets() []any {
	return []any{id{&r.ID}, &r.Email, &r.Phone, &r.Name, &r.Nickname, &r.Description, &r.Role,
		&r.Price, &r.Invite, &r.Categories, &r.Created, &r.Updated, &r.Media}
}

// choices are PocketBase's several choices, a JSON array of plain words.
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
