package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/privet/privet/hooks/admission"
	"github.com/privet/privet/hooks/store/query"

	"github.com/pocketbase/pocketbase/core"
)

// ReadUser reads a user by id. The error is ErrNotFound when there is none.
func ReadUser(ctx context.Context, app core.App, id int64) (*UserRow, error) {
	return usersByID.read(ctx, app, Key(id), 0)
}

// ReadActiveUser reads a user who is not banned by id. With a viewer other than 0, blocks between the two hold. The error is
// ErrNotFound when there is none.
func ReadActiveUser(ctx context.Context, app core.App, id, viewer int64) (*UserRow, error) {
	return activeByID.read(ctx, app, Key(id), viewer)
}

// ReadUserByInvite is ReadActiveUser by invite.
func ReadUserByInvite(ctx context.Context, app core.App, invite string, viewer int64) (*UserRow, error) {
	return activeByInvite.read(ctx, app, invite, viewer)
}

// userQueries read a user by a key: for anybody, and for a viewer whose blocks hold.
type userQueries struct{ forAll, forViewer query.Query[UserRow] }

func usersWhere(condition string) userQueries {
	from := `FROM users u WHERE ` + condition
	return userQueries{userColumns.Select(from), userColumns.Select(from + ` AND NOT ` + areBlocked("u.id", ":viewer"))}
}

var (
	usersByID      = usersWhere(`u.id = :key`)
	activeByID     = usersWhere(`u.id = :key AND u.banned = 0`)
	activeByInvite = usersWhere(`u.invite = :key AND u.banned = 0`)
)

func (q *userQueries) read(ctx context.Context, app core.App, value string, viewer int64) (row *UserRow, err error) {
	if viewer == 0 {
		row, err = q.forAll.Row(ctx, app, sql.Named("key", value))
	} else {
		row, err = q.forViewer.Row(ctx, app, sql.Named("key", value), sql.Named("viewer", Key(viewer)))
	}
	return row, query.Wrap("read user", err)
}

// UserFilter is the filter of user/search. Zero values match all users.
type UserFilter struct {
	Role     string
	Category string
	Text     string // anywhere in name, nickname or the beginning of the description (MaxSearched)

	Viewer int64  // whose blocks hold; 0 for nobody's
	Sender string // who searches: senders take turns with the searches that are expensive
}

// SearchUsers reads a page of users, newest first.
func SearchUsers(ctx context.Context, app core.App, filter UserFilter, page int64) (*Page[UserRow], error) {
	if utf8.RuneCountInString(filter.Text) > MaxSearched {
		return &Page[UserRow]{Number: page}, nil // nobody has so long a text
	}
	q := pageQuery{joined: `users u ON u.id = CAST(page.n AS TEXT)`, number: page}
	if filter.Viewer != 0 {
		q.arguments = append(q.arguments, sql.Named("viewer", Key(filter.Viewer)))
	}
	if text := SearchKey(filter.Text); text == "" {
		q.matchAll(filter)
	} else if phrase, whole := phraseOf(text); phrase == "" {
		q.matchShortText(filter, text)
		release, err := scans.Acquire(ctx, filter.Sender)
		if err != nil {
			return nil, query.Wrap("search users", err)
		}
		defer release()
	} else {
		q.matchPhrase(filter, phrase, text, whole)
	}
	users, err := readPage(ctx, app, q, userColumns, func(row *UserRow) int64 { return row.ID })
	return users, query.Wrap("search users", err)
}

// matchAll reads an index of users by id, and the total from the counts that triggers maintain.
func (q *pageQuery) matchAll(filter UserFilter) {
	condition := q.filterCondition(filter)
	q.matching = `SELECT CAST(u.id AS INTEGER) AS n FROM users u WHERE ` + condition + filter.notHidden("u.id")
	q.total = `SELECT sum(count) FROM users_counts WHERE ` + q.kindCondition("kind", filter)
	if filter.Viewer != 0 {
		q.total = `SELECT (` + q.total + `) - (SELECT count(*) FROM (` + hidden + `) h CROSS JOIN users u ON u.id = h.id WHERE ` + condition + `)`
	}
}

// scans lets one search at a time scan all users, so that these searches don't slow down the others.
var scans = admission.New(admission.Limits{Slots: 1, Waiters: 32, MaxWait: 5 * time.Second})

// ScanStats returns the numbers of the queue in which searches that scan all users wait for their turn.
func ScanStats() admission.Stats { return scans.Stats() }

// matchShortText scans all users: fewer than three characters are in no index, and match most users anyway.
func (q *pageQuery) matchShortText(filter UserFilter, text string) {
	q.matching = `SELECT CAST(u.id AS INTEGER) AS n FROM users u WHERE instr(u.search, :text) > 0 AND ` + q.filterCondition(filter) + filter.notHidden("u.id")
	q.arguments = append(q.arguments, sql.Named("text", text))
}

// matchPhrase reads the full-text index alone: its rowids encode the user's id and kind
// (pb_migrations/schema_search.go). Unless the phrase is the whole text, it then compares the text with the users that
// the phrase has found. Users in the queue are not in the index yet: with them, few as they are, it compares the text.
func (q *pageQuery) matchPhrase(filter UserFilter, phrase, text string, whole bool) {
	found := `users_search s WHERE s.text MATCH :phrase AND ` + q.kindCondition("s.rowid", filter) + filter.notHidden("CAST(s.rowid >> 3 AS TEXT)")
	if whole {
		q.matching = `SELECT s.rowid >> 3 AS n FROM ` + found
	} else {
		q.matching = `SELECT CAST(u.id AS INTEGER) AS n FROM (SELECT CAST(s.rowid >> 3 AS TEXT) AS id FROM ` + found + `) found
			CROSS JOIN users u ON u.id = found.id WHERE instr(u.search, :text) > 0`
	}
	q.matching += ` UNION ALL SELECT CAST(u.id AS INTEGER) FROM users_search_queue q CROSS JOIN users u ON u.id = q.user
		WHERE instr(u.search, :text) > 0 AND ` + q.filterCondition(filter) + filter.notHidden("u.id")
	q.arguments = append(q.arguments, sql.Named("phrase", phrase), sql.Named("text", text))
}

// notHidden returns the condition that a user, an id in SQL, is not hidden from the viewer.
func (f UserFilter) notHidden(id string) string {
	if f.Viewer == 0 {
		return ""
	}
	return ` AND ` + id + ` NOT IN (` + hidden + `)`
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

// TrigramPhrase returns the phrase by which a folded text is looked up in a trigram index of names, "" if it is too short for that.
func TrigramPhrase(text string) string {
	phrase, _ := phraseOf(text)
	return phrase
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

// profileMedia is the column of a profile's media. A banned user's are served to nobody, and so not named.
var profileMedia = mediaColumn(`m.user = u.id AND m."order" = '' AND u.banned = 0`)

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

// ListFilter chooses users for operators.
type ListFilter struct {
	Role           string // RoleClient, RolePerformer or "" for both
	Text           string // in nickname, name, e-mail or phone
	Banned, Erased bool   // only these; those who were erased are left out otherwise
}

// ListedUser is a user as operators see one.
type ListedUser struct {
	ID          string `json:"id"`
	Email       string `json:"email"`
	Nickname    string `json:"nickname"`
	Role        string `json:"role"`
	Created     string `json:"created"`
	Banned      bool   `json:"banned"`
	BannedUntil string `json:"banned_until,omitempty"`
	BanReason   string `json:"ban_reason,omitempty"`
	Erased      string `json:"erased,omitempty"`
}

var listedColumns = query.Map("", func(c *query.Columns, u *ListedUser) {
	c.Add(`id`, &u.ID)
	c.Add(`email`, &u.Email)
	c.Add(`nickname`, &u.Nickname)
	c.Add(`role`, &u.Role)
	c.Add(`created`, &u.Created)
	c.Add(`banned`, &u.Banned)
	c.Add(`banned_until`, &u.BannedUntil)
	c.Add(`ban_reason`, &u.BanReason)
	c.Add(`erased`, &u.Erased)
})

// State returns in a few words whether the user is banned or erased, "" for neither.
func (u *ListedUser) State() string {
	switch {
	case u.Erased != "":
		return "erased"
	case u.Banned && u.BannedUntil != "":
		return fmt.Sprintf("banned until %.16s: %s", u.BannedUntil, u.BanReason)
	case u.Banned:
		return "banned: " + u.BanReason
	}
	return ""
}

// ListUsers returns users that match a filter, the newest first, and how many there are.
func ListUsers(ctx context.Context, app core.App, f ListFilter, limit, offset int) (users []ListedUser, total int, err error) {
	arguments := []any{sql.Named("role", f.Role), sql.Named("text", fold(f.Text)), sql.Named("banned", f.Banned), sql.Named("erased", f.Erased)}
	const where = ` FROM users WHERE (:role = '' OR role = :role) AND (NOT :banned OR banned) AND (erased <> '') = :erased
		AND (:text = '' OR instr(search, replace(:text, 'ё', 'е')) OR instr(email_key, :text) OR instr(phone, :text))`
	if total, err = query.Value[int](ctx, app, `SELECT count(*)`+where, arguments...); err != nil {
		return nil, 0, query.Wrap("count users", err)
	}
	users, err = listedColumns.Select(where+` ORDER BY CAST(id AS INTEGER) DESC LIMIT :limit OFFSET :offset`).
		Rows(ctx, app, append(arguments, sql.Named("limit", limit), sql.Named("offset", offset))...)
	return users, total, query.Wrap("list users", err)
}
