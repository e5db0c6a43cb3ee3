package store

import (
	"context"
	"database/sql"
	"strings"

	"github.com/privet/privet/hooks/store/query"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// fold maps a text to one case in any script, which SQLite can't.
func fold(s string) string { return cases.Fold().String(norm.NFC.String(s)) }

// EmailKey returns the form of an e-mail address by which two addresses are the same: it ignores case.
func EmailKey(email string) string { return fold(email) }

// SearchKey returns the form of a text that user/search compares: it ignores case, and ё is the same as е.
func SearchKey(s string) string { return strings.ReplaceAll(fold(s), "ё", "е") }

// QueuedUsers returns the ids of at most limit users whose texts are to be added to the full-text index, in this order
// (pb_migrations/1795736000_search_queue.go).
func QueuedUsers(ctx context.Context, app core.App, limit int) ([]string, error) {
	var ids []string
	err := app.ConcurrentDB().NewQuery(`SELECT user FROM users_search_queue ORDER BY place LIMIT {:limit}`).
		Bind(dbx.Params{"limit": limit}).WithContext(ctx).Column(&ids)
	return ids, query.Wrap("read queue of the search index", err)
}

// IndexUser adds the text of a queued user to the full-text index, unless that was done. It takes the database some
// milliseconds for a text of MaxSearched characters, in which nobody else can write.
func IndexUser(ctx context.Context, app core.App, id string) error {
	// A trigger does the work.
	return query.Wrap("index user", query.Write(ctx, app, `DELETE FROM users_search_queue WHERE user = :user`, sql.Named("user", id)))
}

// IndexQueuedUsers adds the texts of all users who are queued, one by one, so that others can write in between.
func IndexQueuedUsers(ctx context.Context, app core.App) error {
	for {
		ids, err := QueuedUsers(ctx, app, 100)
		if err != nil || len(ids) == 0 {
			return err
		}
		for _, id := range ids {
			if err := IndexUser(ctx, app, id); err != nil {
				return err
			}
		}
	}
}

// MergeSearchIndex merges the segments that changes add to the full-text index, each of which a search has to read. It
// does so in small steps (SQLite's FTS5, "merge"), between which others can write.
func MergeSearchIndex(ctx context.Context, app core.App) error {
	const pages = "-200" // of one step; the minus makes the first one begin a merge of all segments
	for step, left := pages, 100_000; left > 0; step, left = pages[1:], left-1 {
		var before, after int64
		if err := app.RunInTransaction(func(tx core.App) (err error) {
			before, err = query.WriteValue[int64](ctx, tx, `SELECT total_changes()`)
			if err != nil {
				return err
			}
			if err := query.Write(ctx, tx, `INSERT INTO users_search(users_search, rank) VALUES('merge', `+step+`)`); err != nil {
				return err
			}
			after, err = query.WriteValue[int64](ctx, tx, `SELECT total_changes()`)
			return err
		}); err != nil {
			return query.Wrap("merge search index", err)
		}
		if after-before < 2 { // nothing was left to merge, as FTS5 documents
			return nil
		}
	}
	return nil
}

// MaxSearched is how many characters of a description are searched.
const MaxSearched = 2000

// Description is a description with the part of it that is searched, folded.
type Description struct{ text, searched string }

// NewDescription folds a description; "" is none. Call it before a transaction and not inside.
func NewDescription(text string) Description {
	return Description{text, SearchKey(firstRunes(text, MaxSearched))}
}

// firstRunes returns the first n characters of a text.
func firstRunes(text string, n int) string {
	for at := range text {
		if n == 0 {
			return text[:at]
		}
		n--
	}
	return text
}

// keyDescription is the custom value by which a record carries its Description to Derive.
const keyDescription = "@description"

// SetDescription sets the description.
func (u *User) SetDescription(d Description) {
	u.Set(fieldDescription, d.text)
	u.SetRaw(keyDescription, d)
}

// FoldDescription folds a description that was set as a field: one that a moderator has typed. Call it before a
// transaction and not inside.
func (u *User) FoldDescription() {
	text := u.GetString(fieldDescription)
	if d, ok := u.GetRaw(keyDescription).(Description); ok && d.text == text || text == u.Original().GetString(fieldDescription) && !u.IsNew() {
		return
	}
	u.SetRaw(keyDescription, NewDescription(text))
}

// searchedFields are the short fields that are searched, each a line of the searched text.
var searchedFields = func() (names []string) {
	for _, f := range userFields {
		if f.Searched && f.Name != fieldDescription {
			names = append(names, f.Name)
		}
	}
	return names
}()

// searchedNames returns what is searched before the description: a line for each field, which of any but the first two, the names that the
// desk's index is made of (pb_migrations/1795767000_desk_search.go), is left out where it is empty.
func (u *User) searchedNames() string {
	var lines strings.Builder
	for i, name := range searchedFields {
		if text := u.GetString(name); i < 2 || text != "" {
			lines.WriteString(text + "\n")
		}
	}
	return SearchKey(lines.String())
}

// searchedDescription returns what is searched of the description. It was folded before the transaction: by
// SetDescription, by FoldDescription, or for the row as it was before.
func (u *User) searchedDescription(before *User) string {
	text := u.GetString(fieldDescription)
	if d, ok := u.GetRaw(keyDescription).(Description); ok && d.text == text {
		return d.searched
	}
	if before != nil && before.GetString(fieldDescription) == text {
		if searched, ok := strings.CutPrefix(before.GetString(fieldSearch), before.searchedNames()); ok {
			return searched
		}
	}
	return NewDescription(text).searched
}
