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

// ReadLog reads a page of size rows of the audit, the newest first; more reports whether there is another page.
func ReadLog(ctx context.Context, app core.App, f LogFilter, number int64, size int) (acts []LoggedAct, more bool, err error) {
	where := `true`
	var arguments []any
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
	rows, err := query.ReadRows(ctx, app, `SELECT id, at, actor, role, act, target_kind, target, reason, coalesce(before, ''), coalesce(after, '') FROM audit WHERE `+where+` ORDER BY at DESC`+page(number, size), arguments,
		func(a *LoggedAct) []any {
			return []any{&a.ID, &a.At, &a.Actor, &a.Role, &a.Act, &a.TargetKind, &a.TargetID, &a.Reason, &a.Before, &a.After}
		})
	acts, more = cut(rows, size)
	return acts, more, query.Wrap("read the audit", err)
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
	rows, err := query.ReadRows(ctx, app, `SELECT p.updated, p.type, p.state, p.error, p.sender, p."order", `+PersonColumns("u")+`
		FROM (SELECT * FROM pushes WHERE state IN ('failed', 'expired') ORDER BY updated DESC`+page(number, FaultsSize)+`) p LEFT JOIN users u ON u.id = p.receiver ORDER BY p.updated DESC`, nil,
		func(p *FailedPush) []any {
			return append([]any{&p.At, &p.Type, &p.State, &p.Error, &p.Sender, query.ID(&p.Order)}, p.Receiver.Targets()...)
		})
	pushes, more = cut(rows, FaultsSize)
	return pushes, more, query.Wrap("read failed pushes", err)
}

// FailedPreview is a medium of which no preview could be made.
type FailedPreview struct {
	At     query.Moment
	Tries  int
	Medium Medium
	Person Person
}

// FailedPreviews returns a page of the media of which no preview could be made, the last first; more reports whether there is another page.
func FailedPreviews(ctx context.Context, app core.App, number int64) (previews []FailedPreview, more bool, err error) {
	rows, err := query.ReadRows(ctx, app, `SELECT m.updated, m.still_tries, `+MediumColumns("m")+`, `+PersonColumns("u")+`
		FROM (SELECT id FROM media WHERE still = '`+store.PreviewFailed+`' ORDER BY updated DESC`+page(number, FaultsSize)+`) f CROSS JOIN media m ON m.id = f.id LEFT JOIN users u ON u.id = m.user
		ORDER BY m.updated DESC`, nil,
		func(p *FailedPreview) []any {
			return append(append([]any{&p.At, &p.Tries}, p.Medium.Targets()...), p.Person.Targets()...)
		})
	previews, more = cut(rows, FaultsSize)
	return previews, more, query.Wrap("read failed previews", err)
}

// FailedMail is a mail that was not sent.
type FailedMail struct {
	At                 query.Moment
	Kind, State, Error string
	User               Person
	Superuser          string // the e-mail of the moderator whom it was for, "" for none
}

// FailedMails returns a page of the mails that failed or expired, the last first; more reports whether there is another page.
func FailedMails(ctx context.Context, app core.App, number int64) (mails []FailedMail, more bool, err error) {
	rows, err := query.ReadRows(ctx, app, `SELECT m.updated, m.kind, m.state, m.error, `+PersonColumns("u")+`, coalesce((SELECT s.email FROM _superusers s WHERE s.id = m.superuser), '')
		FROM (SELECT * FROM mails WHERE state IN ('failed', 'expired') ORDER BY updated DESC`+page(number, FaultsSize)+`) m LEFT JOIN users u ON u.id = m.user ORDER BY m.updated DESC`, nil,
		func(m *FailedMail) []any {
			return append(append([]any{&m.At, &m.Kind, &m.State, &m.Error}, m.User.Targets()...), &m.Superuser)
		})
	mails, more = cut(rows, FaultsSize)
	return mails, more, query.Wrap("read failed mails", err)
}
