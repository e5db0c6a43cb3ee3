package desk

import (
	"context"
	"database/sql"
	"slices"
	"strconv"

	"github.com/privet/privet/hooks/store/query"

	"github.com/pocketbase/pocketbase/core"
)

// Event is something that happened to an order or a person.
type Event struct {
	At   query.Moment
	Kind string // EventStatus and so on

	By     string // client, performer, moderator, operator or system; "" for nobody
	User   int64  // who, of a client or performer, or whom a push is for
	Name   string // their nickname, or the moderator's e-mail
	Text   string // what somebody wrote
	Code   string // the status that was set, the type of a push, the reason of a report, the verdict of a case, or the act
	From   string // the former status; the state of a push
	Why    string // why a push has this state, as the outbox has it
	Detail string // of a push its service, of a report or an act its target
}

// The kinds of events.
const (
	EventStatus = "status"
	EventPush   = "push"
	EventReport = "report"
	EventOpened = "case.opened"
	EventClosed = "case.closed"
	EventAct    = "act"
	EventNote   = "note"
)

// maxEvents is how many events of each kind are read.
const maxEvents = 100

// OrderEvents returns the newest events of an order of each kind, the newest first.
func OrderEvents(ctx context.Context, app core.App, id int64) ([]Event, error) {
	return readEvents(ctx, app, "order", id,
		`SELECT h.time, 'status', h.actor, h.user, iif(h.moderator <> '', h.moderator, coalesce((SELECT nickname FROM users WHERE id = h.user), '')), '', h."to", h."from", '', ''
			FROM order_history h WHERE h."order" = CAST(:id AS TEXT) ORDER BY h.time DESC`,
		`SELECT iif(p.sent <> '', p.sent, iif(p.state IN ('failed', 'expired'), p.updated, p.created)), 'push', '', p.receiver, coalesce((SELECT nickname FROM users WHERE id = p.receiver), ''), '', p.type, p.state, p.error, p.sender
			FROM pushes p WHERE p."order" = CAST(:id AS TEXT) ORDER BY p.id DESC`)
}

// readEvents returns the newest cases, reports, acts and notes about an order or a person, and what more selects, the newest first.
func readEvents(ctx context.Context, app core.App, column string, id int64, more ...string) ([]Event, error) {
	// Partial indexes have the second condition.
	about := ` WHERE c."` + column + `" = CAST(:id AS TEXT) AND c."` + column + `" != ''`
	parts := slices.Concat(more, []string{
		`SELECT c.created, 'case.opened', 'system', '', '', c.quote, c.kinds, '', '', c.target FROM cases c` + about + ` ORDER BY c.created DESC`,
		`SELECT c.closed, 'case.closed', 'moderator', '', c.closed_by, '', c.verdict, '', '', c.target FROM cases c` + about + ` AND +c.state = 'closed' ORDER BY c.closed DESC`,
		`SELECT r.created, 'report', iif(o.client = r.reporter, 'client', iif(o.performer = r.reporter, 'performer', 'user')), r.reporter, coalesce(u.nickname, ''), r.text, r.reason, '', '', r.target
			FROM cases c CROSS JOIN reports r ON r."case" = c.id LEFT JOIN users u ON u.id = r.reporter LEFT JOIN orders o ON o.id = c."order"` + about + ` ORDER BY r.created DESC`,
		`SELECT c.at, 'act', iif(c.role IN ('operator', 'system'), c.role, 'moderator'), '', c.actor, c.reason, c.act, '', '', c.target_kind || ' ' || c.target FROM audit c` + about + ` AND c.act <> 'note' ORDER BY c.at DESC`,
		`SELECT c.created, 'note', 'moderator', '', c."by", c.text, '', '', '', '' FROM notes c` + about + ` ORDER BY c.created DESC`,
	})
	text := ""
	for i, part := range parts {
		if i > 0 {
			text += ` UNION ALL `
		}
		text += `SELECT * FROM (` + part + ` LIMIT ` + strconv.Itoa(maxEvents) + `)`
	}
	events, err := query.ReadRows(ctx, app, text+` ORDER BY 1 DESC`, []any{sql.Named("id", query.Key(id))}, func(e *Event) []any {
		return []any{&e.At, &e.Kind, &e.By, query.ID(&e.User), &e.Name, &e.Text, &e.Code, &e.From, &e.Why, &e.Detail}
	})
	return events, query.Wrap("read events", err)
}
