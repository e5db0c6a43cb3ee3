package desk

import (
	"context"
	"database/sql"
	"time"

	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/hooks/store/query"

	"github.com/pocketbase/pocketbase/core"
)

// LogFilter chooses rows of the audit. Zero values choose all.
type LogFilter struct {
	Actor    string // a superuser's e-mail
	Act      string
	Kind, ID string // of the target; rows about what belongs to a user or an order are included
	From, To time.Time
}

// LoggedAct is a row of the audit.
type LoggedAct struct {
	ID                                             string
	At                                             query.Moment
	Actor, Role, Act, TargetKind, TargetID, Reason string
	Before, After                                  string // JSON
}

var loggedActs = query.Map("", func(c *query.Columns, a *LoggedAct) {
	c.Add(`id`, &a.ID)
	c.Add(`at`, &a.At)
	c.Add(`actor`, &a.Actor)
	c.Add(`role`, &a.Role)
	c.Add(`act`, &a.Act)
	c.Add(`target_kind`, &a.TargetKind)
	c.Add(`target`, &a.TargetID)
	c.Add(`reason`, &a.Reason)
	c.Add(`coalesce(before, '')`, &a.Before)
	c.Add(`coalesce(after, '')`, &a.After)
})

// condition returns the condition of the rows that the filter chooses, with its arguments.
func (f *LogFilter) condition() (where string, arguments []any) {
	where = `true`
	add := func(condition, name string, value any) {
		where += ` AND ` + condition
		arguments = append(arguments, sql.Named(name, value))
	}
	switch {
	case f.Kind == TargetUser:
		add(`user = CAST(:id AS TEXT) AND user != ''`, "id", f.ID)
	case f.Kind == TargetOrder:
		add(`"order" = CAST(:id AS TEXT) AND "order" != ''`, "id", f.ID)
	case f.Kind != "":
		add(`target_kind = CAST(:kind AS TEXT)`, "kind", f.Kind)
		add(`target = CAST(:id AS TEXT)`, "id", f.ID)
	}
	if f.Actor != "" {
		add(`actor = CAST(:actor AS TEXT)`, "actor", f.Actor)
	}
	if f.Act != "" {
		add(`act = CAST(:act AS TEXT)`, "act", f.Act)
	}
	if !f.From.IsZero() {
		add(`at >= CAST(:from AS TEXT)`, "from", query.Timestamp(f.From))
	}
	if !f.To.IsZero() {
		add(`at < CAST(:to AS TEXT)`, "to", query.Timestamp(f.To))
	}
	return where, arguments
}

// ReadLog reads a page of size rows of the audit, the newest first; more reports whether there is another page.
func ReadLog(ctx context.Context, app core.App, f LogFilter, number int64, size int) (acts []LoggedAct, more bool, err error) {
	where, arguments := f.condition()
	rows, err := loggedActs.Select(`FROM audit WHERE `+where+` ORDER BY at DESC`+page(number, size)).Rows(ctx, app, arguments...)
	acts, more = cut(rows, size)
	return acts, more, query.Wrap("read the audit", err)
}

// LogExport reads all rows of the audit that a filter chooses, as they were when OpenLog was called: none of them ever changes, and what
// is added later is left out. Nothing in the database is held between two reads, as who downloads may be slow.
type LogExport struct {
	Count int // of the rows

	filter LogFilter
	newest int64 // the rowid of the row that was added last
	last   *LoggedAct
}

// OpenLog returns the export of the rows that a filter chooses.
func OpenLog(ctx context.Context, app core.App, f LogFilter) (*LogExport, error) {
	where, arguments := f.condition()
	export, err := logExports.Select(`FROM audit WHERE `+where).Row(ctx, app, arguments...)
	if err != nil {
		return nil, query.Wrap("count the audit", err)
	}
	export.filter = f
	return export, nil
}

var logExports = query.Map("", func(c *query.Columns, e *LogExport) {
	c.Add(`count(*)`, &e.Count)
	c.Add(`coalesce(max(rowid), 0)`, &e.newest)
})

// Next reads the next rows, size at most, the newest first; none at the end.
func (e *LogExport) Next(ctx context.Context, app core.App, size int) ([]LoggedAct, error) {
	where, arguments := e.filter.condition()
	where += ` AND +rowid <= :newest` // not by the rowids, or all rows would have to be sorted
	arguments = append(arguments, sql.Named("newest", e.newest))
	if e.last != nil {
		where += ` AND (at, id) < (CAST(:at AS TEXT), CAST(:after AS TEXT))`
		arguments = append(arguments, sql.Named("at", string(e.last.At)), sql.Named("after", e.last.ID))
	}
	acts, err := loggedActs.Select(`FROM audit WHERE `+where+` ORDER BY at DESC, id DESC`+limited(size)).Rows(ctx, app, arguments...)
	if len(acts) > 0 {
		e.last = &acts[len(acts)-1]
	}
	return acts, query.Wrap("read the audit", err)
}

// FailedPush is a push that was not sent.
type FailedPush struct {
	At                         query.Moment
	Type, State, Error, Sender string
	Receiver                   Person
	Order                      int64 // 0 for none
}

// FaultsSize is how many faults of a kind a page has.
const FaultsSize = 50

// FailedPushes returns a page of the pushes that failed or expired, the last first; more reports whether there is another page.
func FailedPushes(ctx context.Context, app core.App, number int64) (pushes []FailedPush, more bool, err error) {
	rows, err := failedPushes.Select(`FROM (SELECT * FROM pushes WHERE state IN ('failed', 'expired') ORDER BY updated DESC`+page(number, FaultsSize)+`) p
		LEFT JOIN users u ON u.id = p.receiver ORDER BY p.updated DESC`).Rows(ctx, app)
	pushes, more = cut(rows, FaultsSize)
	return pushes, more, query.Wrap("read failed pushes", err)
}

var failedPushes = query.Map("", func(c *query.Columns, p *FailedPush) {
	c.Add(`p.updated`, &p.At)
	c.Add(`p.type`, &p.Type)
	c.Add(`p.state`, &p.State)
	c.Add(`p.error`, &p.Error)
	c.Add(`p.sender`, &p.Sender)
	c.Add(`p."order"`, query.ID(&p.Order))
	personColumns.Add(c, "u", &p.Receiver)
})

// FailedPreview is a medium of which no preview could be made.
type FailedPreview struct {
	At     query.Moment
	Tries  int
	Medium Medium
	Person Person
}

// FailedPreviews returns a page of the media of which no preview could be made, the last first; more reports whether there is another page.
func FailedPreviews(ctx context.Context, app core.App, number int64) (previews []FailedPreview, more bool, err error) {
	rows, err := failedPreviews.Select(`FROM (SELECT id FROM media WHERE still = '`+store.PreviewFailed+`' AND updated <> '' ORDER BY updated DESC`+page(number, FaultsSize)+`) f
		CROSS JOIN media m ON m.id = f.id LEFT JOIN users u ON u.id = m.user ORDER BY m.updated DESC`).Rows(ctx, app)
	previews, more = cut(rows, FaultsSize)
	return previews, more, query.Wrap("read failed previews", err)
}

var failedPreviews = query.Map("", func(c *query.Columns, p *FailedPreview) {
	c.Add(`m.updated`, &p.At)
	c.Add(`m.still_tries`, &p.Tries)
	mediumColumns.Add(c, "m", &p.Medium)
	personColumns.Add(c, "u", &p.Person)
})

// FailedMail is a mail that was not sent.
type FailedMail struct {
	At                 query.Moment
	Kind, State, Error string
	User               Person
	Superuser          string // the e-mail of the moderator whom it was for, "" for none
}

// FailedMails returns a page of the mails that failed or expired, the last first; more reports whether there is another page.
func FailedMails(ctx context.Context, app core.App, number int64) (mails []FailedMail, more bool, err error) {
	rows, err := failedMails.Select(`FROM (SELECT * FROM mails WHERE state IN ('failed', 'expired') ORDER BY updated DESC`+page(number, FaultsSize)+`) m
		LEFT JOIN users u ON u.id = m.user ORDER BY m.updated DESC`).Rows(ctx, app)
	mails, more = cut(rows, FaultsSize)
	return mails, more, query.Wrap("read failed mails", err)
}

var failedMails = query.Map("", func(c *query.Columns, m *FailedMail) {
	c.Add(`m.updated`, &m.At)
	c.Add(`m.kind`, &m.Kind)
	c.Add(`m.state`, &m.State)
	c.Add(`m.error`, &m.Error)
	c.Add(`coalesce((SELECT s.email FROM _superusers s WHERE s.id = m.superuser), '')`, &m.Superuser)
	personColumns.Add(c, "u", &m.User)
})
