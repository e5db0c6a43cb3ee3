package desk

import (
	"context"
	"database/sql"
	"time"

	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/hooks/store/query"

	"github.com/pocketbase/pocketbase/core"
)

// Call is a new case of which the webhook is to be told.
type Call struct {
	Case    string
	Kind    string // the gravest
	Target  string // user, order or media
	Created query.Moment
	Due     query.Moment
	Tries   int // so far, which failed
}

// AddCall queues that the webhook is told of a case, in the transaction that opens it.
func AddCall(ctx context.Context, tx core.App, caseID string) error {
	err := query.Write(ctx, tx, `INSERT INTO case_calls ("case", created, next_try) VALUES (:case, :now, :now) ON CONFLICT DO NOTHING`,
		sql.Named("case", caseID), sql.Named("now", query.Timestamp(time.Now())))
	return query.Wrap("queue the call of a case", err)
}

// DueCalls returns the cases of at most limit calls that are due, the earliest first.
func DueCalls(ctx context.Context, app core.App, now time.Time, limit int) ([]string, error) {
	ids, err := query.Values[string](ctx, app, `SELECT "case" FROM case_calls WHERE next_try <= :now ORDER BY next_try LIMIT :limit`,
		sql.Named("now", query.Timestamp(now)), sql.Named("limit", limit))
	return ids, query.Wrap("read due calls", err)
}

// NextCall returns when the next call is due; ok is false when there is none.
func NextCall(ctx context.Context, app core.App) (at time.Time, ok bool, err error) {
	at, ok, err = query.ReadEarliestTime(ctx, app, `SELECT min(next_try) FROM case_calls`)
	return at, ok, query.Wrap("read time of next call", err)
}

// ReadCall reads a call. The error is query.ErrNotFound when the case was told, is decided by now, or is gone.
func ReadCall(ctx context.Context, app core.App, caseID string) (*Call, error) {
	c, err := calls.Row(ctx, app, sql.Named("case", caseID))
	c.Kind = Gravest(c.kinds)
	c.Target, _ = SplitTarget(c.target)
	return &c.Call, query.Wrap("read call", err)
}

var calls = query.Map("", func(c *query.Columns, r *struct {
	Call
	kinds  Choices
	target string
}) {
	c.Add(`c.id`, &r.Case)
	c.Add(`c.kinds`, &r.kinds)
	c.Add(`c.target`, &r.target)
	c.Add(`c.created`, &r.Created)
	c.Add(`c.due`, &r.Due)
	c.Add(`q.tries`, &r.Tries)
}).Select(`FROM case_calls q JOIN cases c ON c.id = q."case" WHERE q."case" = :case AND c.state = 'open'`)

// DeleteCall ends a call: it was made, or there is no need of it any more.
func DeleteCall(ctx context.Context, app core.App, caseID string) error {
	return query.Wrap("delete call", query.Write(ctx, app, `DELETE FROM case_calls WHERE "case" = :case`, sql.Named("case", caseID)))
}

// PostponeCall records that a call has failed, and when it is made again.
func PostponeCall(ctx context.Context, app core.App, caseID string, next time.Time, cause error) error {
	err := query.Write(ctx, app, `UPDATE case_calls SET tries = tries + 1, next_try = :next, error = :error WHERE "case" = :case`,
		sql.Named("next", query.Timestamp(next)), sql.Named("error", cause.Error()), sql.Named("case", caseID))
	return query.Wrap("postpone call", err)
}

// Receiver is a moderator who is told of cases.
type Receiver struct{ ID, Language string }

// MailLanguage returns the language of mails to a moderator.
func (r Receiver) MailLanguage() string {
	if r.Language == "ru" {
		return "ru"
	}
	return "en"
}

// Say returns a text, which is given in English and Russian, in the moderator's language.
func (r Receiver) Say(text [2]string) string {
	if r.MailLanguage() == "ru" {
		return text[1]
	}
	return text[0]
}

// Receivers returns the moderators who have chosen a way to be told, "now" or "daily", or all for "", but the one with the e-mail except.
func Receivers(ctx context.Context, app core.App, notify, except string) ([]Receiver, error) {
	found, err := receivers.Rows(ctx, app, sql.Named("notify", notify), sql.Named("except", except), sql.Named("installer", core.DefaultInstallerEmail))
	return found, query.Wrap("read who is told of cases", err)
}

// DigestReceivers returns the moderators who have chosen a mail a day, and for whom none was added since a moment.
func DigestReceivers(ctx context.Context, app core.App, since time.Time) ([]Receiver, error) {
	found, err := digestReceivers.Rows(ctx, app, sql.Named("since", query.Timestamp(since)))
	return found, query.Wrap("read who gets a digest", err)
}

var receiverColumns = query.Map("", func(c *query.Columns, r *Receiver) {
	c.Add(`id`, &r.ID)
	c.Add(`language`, &r.Language)
})

var (
	receivers       = receiverColumns.Select(`FROM _superusers WHERE (:notify = '' OR notify = :notify) AND email NOT IN (:except, :installer)`)
	digestReceivers = receiverColumns.Select(`FROM _superusers s WHERE notify = 'daily'
		AND NOT EXISTS (SELECT 1 FROM mails WHERE superuser = s.id AND kind = '` + store.MailDigest + `' AND created >= :since)`)
)

// calledAfter is how long a case waits before all moderators are told.
const calledAfter = 12 * time.Hour

// NoteWaiting notes of some open cases that have waited for calledAfter that all moderators are told, and returns their ids.
func NoteWaiting(ctx context.Context, tx core.App, now time.Time) ([]string, error) {
	ids, err := query.Values[string](ctx, tx, `SELECT id FROM cases WHERE state = 'open' AND called = '' AND created <= :before ORDER BY created LIMIT 20`,
		sql.Named("before", query.Timestamp(now.Add(-calledAfter))))
	for _, id := range ids {
		if err == nil {
			err = query.Write(ctx, tx, `UPDATE cases SET called = :now WHERE id = :case`, sql.Named("now", query.Timestamp(now)), sql.Named("case", id))
		}
	}
	return ids, query.Wrap("note cases that wait for long", err)
}
