package desk

import (
	"cmp"
	"context"
	"database/sql"
	"strconv"
	"strings"

	"github.com/privet/privet/hooks/store/query"

	"github.com/pocketbase/pocketbase/core"
)

// Event is something that happened to an order.
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

// eventColumns are the columns of an Event, which each source has.
var eventColumns = query.Map("", func(c *query.Columns, e *Event) {
	c.Add(`at`, &e.At)
	c.Add(`kind`, &e.Kind)
	c.Add(`"by"`, &e.By)
	c.Add(`user`, query.ID(&e.User))
	c.Add(`name`, &e.Name)
	c.Add(`text`, &e.Text)
	c.Add(`code`, &e.Code)
	c.Add(`"from"`, &e.From)
	c.Add(`why`, &e.Why)
	c.Add(`detail`, &e.Detail)
})

// source is where events come from: the columns of an Event in SQL, "" for an empty one, and the rows.
type source struct {
	at, kind, by, user, name, text, code, from, why, detail string
	rows                                                    string // in the order of at, the last one first
}

// query returns the query of the newest events of a source.
func (s *source) query() string {
	columns := []struct{ name, is string }{
		{`at`, s.at}, {`kind`, s.kind}, {`"by"`, s.by}, {`user`, s.user}, {`name`, s.name}, {`text`, s.text}, {`code`, s.code}, {`"from"`, s.from},
		{`why`, s.why}, {`detail`, s.detail},
	}
	list := make([]string, len(columns))
	for i, column := range columns {
		list[i] = cmp.Or(column.is, `''`) + ` AS ` + column.name
	}
	return `SELECT * FROM (SELECT ` + strings.Join(list, `, `) + ` ` + s.rows + ` LIMIT ` + strconv.Itoa(maxEvents) + `)`
}

// nicknameOf is the nickname of the user whose id a column has, "" for nobody.
func nicknameOf(column string) string {
	return `coalesce((SELECT nickname FROM users WHERE id = ` + column + `), '')`
}

// orderEvents reads the newest events of each source: what became of an order and its pushes, and the cases, reports, acts and notes about it.
var orderEvents = func() query.Query[Event] {
	// Partial indexes have the second condition.
	const about = ` WHERE c."order" = CAST(:id AS TEXT) AND c."order" != ''`
	sources := []source{
		{
			at: `h.time`, kind: `'status'`, by: `h.actor`, user: `h.user`, name: `iif(h.moderator <> '', h.moderator, ` + nicknameOf(`h.user`) + `)`,
			code: `h."to"`, from: `h."from"`,
			rows: `FROM order_history h WHERE h."order" = CAST(:id AS TEXT) ORDER BY h.time DESC`,
		}, {
			at: `iif(p.sent <> '', p.sent, iif(p.state IN ('failed', 'expired'), p.updated, p.created))`, kind: `'push'`,
			user: `p.receiver`, name: nicknameOf(`p.receiver`), code: `p.type`, from: `p.state`, why: `p.error`, detail: `p.sender`,
			rows: `FROM pushes p WHERE p."order" = CAST(:id AS TEXT) ORDER BY p.id DESC`,
		}, {
			at: `c.created`, kind: `'case.opened'`, by: `'system'`, text: `c.quote`, code: `c.kinds`, detail: `c.target`,
			rows: `FROM cases c` + about + ` ORDER BY c.created DESC`,
		}, {
			at: `c.closed`, kind: `'case.closed'`, by: `'moderator'`, name: `c.closed_by`, code: `c.verdict`, detail: `c.target`,
			rows: `FROM cases c` + about + ` AND +c.state = 'closed' ORDER BY c.closed DESC`,
		}, {
			at: `r.created`, kind: `'report'`, by: `iif(o.client = r.reporter, 'client', iif(o.performer = r.reporter, 'performer', 'user'))`,
			user: `r.reporter`, name: `coalesce(u.nickname, '')`, text: `r.text`, code: `r.reason`, detail: `r.target`,
			rows: `FROM cases c CROSS JOIN reports r ON r."case" = c.id LEFT JOIN users u ON u.id = r.reporter LEFT JOIN orders o ON o.id = c."order"` +
				about + ` ORDER BY r.created DESC`,
		}, {
			at: `c.at`, kind: `'act'`, by: `iif(c.role IN ('operator', 'system'), c.role, 'moderator')`, name: `c.actor`, text: `c.reason`, code: `c.act`,
			detail: `c.target_kind || ' ' || c.target`,
			rows:   `FROM audit c` + about + ` AND c.act <> 'note' ORDER BY c.at DESC`,
		}, {
			at: `c.created`, kind: `'note'`, by: `'moderator'`, name: `c."by"`, text: `c.text`,
			rows: `FROM notes c` + about + ` ORDER BY c.created DESC`,
		},
	}
	parts := make([]string, len(sources))
	for i := range sources {
		parts[i] = sources[i].query()
	}
	return eventColumns.Select(`FROM (` + strings.Join(parts, ` UNION ALL `) + `) ORDER BY at DESC`)
}()

// OrderEvents returns the newest events of an order of each kind, the newest first.
func OrderEvents(ctx context.Context, app core.App, id int64) ([]Event, error) {
	events, err := orderEvents.Rows(ctx, app, sql.Named("id", query.Key(id)))
	return events, query.Wrap("read events", err)
}
