package store

import (
	"cmp"
	"context"
	"database/sql"
	"time"

	"github.com/privet/privet/hooks/store/query"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// Mails is the collection that is the outbox of mails.
const Mails = "mails"

// The kinds of mails. The first two carry a link, and are its purposes as well.
const (
	MailPassword = "password" // to choose a new password
	MailProof    = "proof"    // to prove that one may delete an account that has no password
	MailCase     = "case"
	MailDigest   = "digest"
)

// The states of a mail: those of a push, and MailDropped of one that was asked for and is not to be sent.
const (
	MailWaiting = PushWaiting
	MailSent    = PushSent
	MailFailed  = PushFailed
	MailExpired = PushExpired
	MailDropped = "dropped"
)

// Why a mail is dropped when it is added, for moderators.
const (
	MailToNobody    = "Nobody has the address."
	MailTooMany     = "There were too many to this person within an hour."
	MailOverCeiling = "There were too many mails within a day."
)

// NewMail is a mail to be added to the outbox: to the user with an e-mail address, or else to the user or the moderator with an id.
type NewMail struct {
	Kind      string
	Email     string // of whom it is for, if that is given by an address
	User      string // the id, "" for none
	Superuser string // the id, "" for none
	Language  string // en or ru
	Data      string // JSON that its text depends on
	Expires   time.Time
	PerHour   int // how many a user gets within an hour; 0: as many as come
	PerDay    int // how many there are within a day in all, this one included
}

// AddMail adds a mail to the outbox, and returns why it is dropped, "" if it is not. It is one statement that does the same work and
// writes a row whoever has the address, if anybody: the time that it takes says nothing.
func AddMail(ctx context.Context, tx core.App, m NewMail) (reason string, err error) {
	now := time.Now()
	reason, err = query.WriteValue[string](ctx, tx, `WITH receiver AS MATERIALIZED (
			SELECT coalesce((SELECT id FROM users WHERE :email <> '' AND email_key = :email AND erased = ''), :user) AS user
		), counted AS MATERIALIZED (
			SELECT user,
				(SELECT count(*) FROM (SELECT 1 FROM mails WHERE user = receiver.user AND created > :hour AND state <> 'dropped' LIMIT :per_hour)) AS of_user,
				(SELECT count(*) FROM (SELECT 1 FROM mails WHERE created > :day AND state <> 'dropped' LIMIT :per_day)) AS of_all
			FROM receiver
		), decided AS (
			SELECT user, CASE WHEN user = '' AND :superuser = '' THEN '`+MailToNobody+`'
				WHEN :per_hour > 0 AND of_user >= :per_hour THEN '`+MailTooMany+`'
				WHEN of_all >= :per_day THEN '`+MailOverCeiling+`' ELSE '' END AS reason
			FROM counted
		)
		INSERT INTO mails (id, state, kind, user, superuser, language, data, error, tries, sent, next_try, expires, created, updated)
		SELECT :id, iif(reason = '', 'waiting', 'dropped'), :kind, user, :superuser, :language, :data, reason, 0, '', :now, :expires, :now, :now FROM decided
		RETURNING error`,
		sql.Named("id", newRowIDPrefix()+"000"), sql.Named("kind", m.Kind), sql.Named("email", EmailKey(m.Email)), sql.Named("user", m.User),
		sql.Named("superuser", m.Superuser), sql.Named("language", m.Language), sql.Named("data", cmp.Or(m.Data, "null")), sql.Named("now", query.Timestamp(now)),
		sql.Named("expires", query.Timestamp(m.Expires)), sql.Named("hour", query.Timestamp(now.Add(-time.Hour))), sql.Named("day", query.Timestamp(now.Add(-24*time.Hour))),
		sql.Named("per_hour", m.PerHour), sql.Named("per_day", m.PerDay))
	return reason, query.Wrap("add mail", err)
}

// DueMails returns the ids of the waiting mails that are due, the earliest first.
func DueMails(ctx context.Context, app core.App, now time.Time, limit int) ([]string, error) {
	var ids []string
	err := app.ConcurrentDB().NewQuery(`SELECT id FROM mails WHERE state = 'waiting' AND next_try <= {:now} ORDER BY next_try LIMIT {:limit}`).
		Bind(dbx.Params{"now": query.Timestamp(now), "limit": limit}).WithContext(ctx).Column(&ids)
	return ids, query.Wrap("read due mails", err)
}

// NextMail returns when the next waiting mail is due; ok is false when none waits.
func NextMail(ctx context.Context, app core.App) (at time.Time, ok bool, err error) {
	next, ok, err := query.ReadEarliest(ctx, app, `SELECT min(next_try) FROM mails WHERE state = 'waiting'`)
	at, _ = time.Parse(query.TimestampLayout, next) // what is no time is due at once
	return at, ok, query.Wrap("read time of next mail", err)
}

// MailContent is the current data of which a mail is made.
type MailContent struct {
	ID       string
	Kind     string
	User     string // the id, "" for none
	Address  string // "" if there is nobody any more
	Language string
	Data     string // JSON
	Tries    int
	Expires  time.Time
}

// ReadMail reads a mail that is due. The error is ErrNotFound when it is not due, or does not wait any more.
func ReadMail(ctx context.Context, app core.App, id string, now time.Time) (*MailContent, error) {
	m, err := mailContents.Row(ctx, app, sql.Named("id", id), sql.Named("now", query.Timestamp(now)))
	return m, query.Wrap("read mail", err)
}

var mailContents = query.Map("", func(c *query.Columns, m *MailContent) {
	c.Add(`m.id`, &m.ID)
	c.Add(`m.kind`, &m.Kind)
	c.Add(`m.user`, &m.User)
	c.Add(`coalesce(u.email, s.email, '')`, &m.Address)
	c.Add(`m.language`, &m.Language)
	c.Add(`m.data`, &m.Data)
	c.Add(`m.tries`, &m.Tries)
	c.Add(`m.expires`, query.Date(&m.Expires)) // zero, and so expired, if somebody has emptied it
}).Select(`FROM mails m LEFT JOIN users u ON u.id = m.user AND u.erased = '' LEFT JOIN _superusers s ON s.id = m.superuser
	WHERE m.id = :id AND m.state = 'waiting' AND m.next_try <= :now`)

// DeleteOldMails deletes the mails that were added before a time, and of those that were dropped all but the newest: as many come as
// somebody asks for.
func DeleteOldMails(ctx context.Context, app core.App, before time.Time, droppedToKeep int) error {
	for _, statement := range []string{ // each by an index
		`DELETE FROM mails WHERE state <> 'dropped' AND created < :before`,
		`DELETE FROM mails WHERE state = 'dropped' AND (created < :before
			OR rowid <= (SELECT rowid FROM mails WHERE state = 'dropped' ORDER BY rowid DESC LIMIT 1 OFFSET :keep))`,
	} {
		if err := query.Write(ctx, app, statement, sql.Named("before", query.Timestamp(before)), sql.Named("keep", droppedToKeep)); err != nil {
			return query.Wrap("delete old mails", err)
		}
	}
	return nil
}

// readMailNumbers adds the numbers of mails. They are few: as many as a month's ceilings.
func (n *QueueNumbers) readMailNumbers(ctx context.Context, app core.App) error {
	rows, err := mailCounts.Rows(ctx, app)
	if err != nil {
		return query.Wrap("count the mails", err)
	}
	n.Mails = map[string]int64{MailWaiting: 0, MailSent: 0, MailFailed: 0, MailExpired: 0, MailDropped: 0}
	for _, r := range rows {
		n.Mails[r.state] = r.count
	}
	oldest, _, err := query.ReadEarliest(ctx, app, `SELECT min(created) FROM mails WHERE state = 'waiting'`)
	n.OldestMail, _ = time.Parse(query.TimestampLayout, oldest) // zero for none
	return query.Wrap("read the age of mails", err)
}

var mailCounts = query.Map("", func(c *query.Columns, r *stateCount) {
	c.Add(`state`, &r.state)
	c.Add(`count(*)`, &r.count)
}).Select(`FROM mails GROUP BY state`)

// AddLink adds a link to /account for a user, and returns its token. The database knows the token's hash alone.
func AddLink(ctx context.Context, tx core.App, user, purpose string, expires time.Time) (token string, err error) {
	token = newSecret()
	err = query.Write(ctx, tx, `INSERT INTO account_links (hash, user, purpose, expires) VALUES (:hash, :user, :purpose, :expires)`,
		sql.Named("hash", TokenHash(token)), sql.Named("user", user), sql.Named("purpose", purpose), sql.Named("expires", query.Timestamp(expires)))
	return token, query.Wrap("add link", err)
}

// FindLink loads the user whom a link is for. The error is ErrNotFound when there is no such link, or when it is of no use any more.
func FindLink(ctx context.Context, app core.App, token, purpose string) (*User, error) {
	user, err := query.Value[string](ctx, app, `SELECT user FROM account_links WHERE hash = :hash AND purpose = :purpose AND expires > :now`,
		sql.Named("hash", TokenHash(token)), sql.Named("purpose", purpose), sql.Named("now", query.Timestamp(time.Now())))
	if err != nil {
		return nil, query.Wrap("find link", err)
	}
	found, err := FindUser(app, user)
	if err == nil && found.Erased() {
		err = ErrNotFound
	}
	return found, err
}

// UseLink is FindLink in a transaction, and uses the link up.
func UseLink(ctx context.Context, tx core.App, token, purpose string) (*User, error) {
	user, err := FindLink(ctx, tx, token, purpose)
	if err != nil {
		return nil, err
	}
	return user, query.Wrap("use link", query.Write(ctx, tx, `DELETE FROM account_links WHERE hash = :hash`, sql.Named("hash", TokenHash(token))))
}

// EndLinks ends all links of a user, and the mails that would bring more of them.
func EndLinks(ctx context.Context, tx core.App, user string) error {
	err := query.Write(ctx, tx, `DELETE FROM account_links WHERE user = CAST(:user AS TEXT)`, sql.Named("user", user))
	if err == nil {
		err = query.Write(ctx, tx, `UPDATE mails SET state = 'expired', error = 'The password or the address was changed before it was sent.', next_try = '', updated = :now
			WHERE user = CAST(:user AS TEXT) AND state IN ('waiting', 'held') AND kind IN ('password', 'proof')`,
			sql.Named("user", user), sql.Named("now", query.Timestamp(time.Now())))
	}
	return query.Wrap("end links of user", err)
}

// DeleteExpiredLinks deletes the links that expired before now.
func DeleteExpiredLinks(ctx context.Context, app core.App, now time.Time) error {
	return query.Wrap("delete expired links", query.Write(ctx, app, `DELETE FROM account_links WHERE expires < :now`, sql.Named("now", query.Timestamp(now))))
}
