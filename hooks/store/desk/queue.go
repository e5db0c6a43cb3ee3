package desk

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"github.com/privet/privet/hooks/store/query"

	"github.com/pocketbase/pocketbase/core"
)

// Urgent is how much of a case's time is left from when on it is urgent.
const Urgent = 4 * time.Hour

const (
	casesPerPage = 50
	maxCounted   = 10_000 // open cases
)

// QueueFilter chooses cases.
type QueueFilter struct {
	Kind   string // "" for all
	Whose  string // "free", "mine" or "" for all
	Closed bool   // those that are decided, the last one first; else the open ones, the oldest clock first
	Page   int64  // from 1
}

// QueueCounts are the numbers of open cases.
type QueueCounts struct {
	All, Urgent, Free, Mine int
	Kinds                   map[string]int
	Capped                  bool // there are more than were counted
}

// CaseRow is a case as the desk lists it.
type CaseRow struct {
	ID, Target                  string
	Rev                         int
	Kinds                       Choices
	Reports                     int
	Created, Due, Closed, Until query.Moment
	User, Client, Performer     Person
	Order                       int64
	Status, Occasion            string
	Medium                      Medium
	Quote, Word                 string
	Rating                      float64
	TakenBy, State, Verdict     string
	ClosedBy                    string
}

var caseColumns = `coalesce(c.id, ''), coalesce(c.target, ''), coalesce(c.rev, 0), coalesce(c.kinds, ''), (SELECT count(*) FROM reports r WHERE r."case" = c.id),
	coalesce(c.created, ''), coalesce(c.due, ''), coalesce(c.closed, ''), coalesce(c.taken_until, ''),
	` + PersonColumns("u") + `, ` + PersonColumns("oc") + `, ` + PersonColumns("op") + `,
	coalesce(o.id, ''), coalesce(o.status, ''), coalesce(o.occasion, ''), ` + MediumColumns("m") + `,
	coalesce(c.quote, ''), coalesce(c.word, ''), coalesce(o.rating_rate, 0), coalesce(c.taken_by, ''), coalesce(c.state, ''), coalesce(c.verdict, ''), coalesce(c.closed_by, '')`

const caseJoins = `LEFT JOIN users u ON u.id = c.user AND c.user <> ''
	LEFT JOIN orders o ON o.id = c."order" AND c."order" <> ''
	LEFT JOIN users oc ON oc.id = o.client
	LEFT JOIN users op ON op.id = o.performer
	LEFT JOIN media m ON m.id = c.media AND c.media <> ''`

func (r *CaseRow) targets() []any {
	targets := []any{&r.ID, &r.Target, &r.Rev, &r.Kinds, &r.Reports, &r.Created, &r.Due, &r.Closed, &r.Until}
	for _, p := range []*Person{&r.User, &r.Client, &r.Performer} {
		targets = append(targets, p.Targets()...)
	}
	targets = append(targets, query.ID(&r.Order), &r.Status, &r.Occasion)
	targets = append(targets, r.Medium.Targets()...)
	return append(targets, &r.Quote, &r.Word, &r.Rating, &r.TakenBy, &r.State, &r.Verdict, &r.ClosedBy)
}

// Taken reports whether a moderator has the case at a moment.
func (r *CaseRow) Taken(now time.Time) bool {
	until, _ := query.ParseDate(string(r.Until))
	return r.TakenBy != "" && until.After(now)
}

// ReadQueue reads a page of cases with the numbers of all open ones, by one query, so that they agree. more reports whether there is
// another page. me is the moderator who looks.
func ReadQueue(ctx context.Context, app core.App, f QueueFilter, me string, now time.Time) (rows []CaseRow, counts *QueueCounts, more bool, err error) {
	const free = `(taken_by = '' OR taken_until <= :now)`
	condition, order, from := `true`, `c.due, c.id`, `waiting c`
	if f.Closed {
		condition, order, from = `c.state = 'closed'`, `c.closed DESC, c.id`, `cases c`
	}
	if f.Kind != "" {
		condition += ` AND instr(kinds, '"` + f.Kind + `"')` // one of Kinds
	}
	switch f.Whose {
	case "free":
		condition += ` AND ` + free
	case "mine":
		condition += ` AND taken_by = :me AND taken_until > :now`
	}
	var kinds strings.Builder
	for _, kind := range Kinds {
		fmt.Fprintf(&kinds, `, total(instr(kinds, '"%s"') > 0)`, kind)
	}
	counts = &QueueCounts{Kinds: map[string]int{}}
	var all, urgent, unclaimed, mine float64
	perKind := make([]float64, len(Kinds))
	targets := []any{&all, &urgent, &unclaimed, &mine}
	for i := range perKind {
		targets = append(targets, &perKind[i])
	}
	found, err := query.ReadRows(ctx, app, `WITH waiting AS MATERIALIZED (
			SELECT id, due, kinds, taken_by, taken_until FROM cases WHERE state = 'open' ORDER BY due, id`+limited(maxCounted+1)+`
		), counts AS MATERIALIZED (
			SELECT count(*) AS n, total(due <= :urgent), total(`+free+`), total(taken_by = :me AND taken_until > :now)`+kinds.String()+` FROM waiting
		), page AS MATERIALIZED (
			SELECT c.id FROM `+from+` WHERE `+condition+` ORDER BY `+order+page(f.Page, casesPerPage)+`
		)
		SELECT counts.*, `+caseColumns+` FROM counts LEFT JOIN page LEFT JOIN cases c ON c.id = page.id `+caseJoins+` ORDER BY `+order,
		[]any{sql.Named("me", me), sql.Named("now", query.Timestamp(now)), sql.Named("urgent", query.Timestamp(now.Add(Urgent)))},
		func(r *CaseRow) []any { return append(append([]any{}, targets...), r.targets()...) })
	if err != nil {
		return nil, nil, false, query.Wrap("read the queue of cases", err)
	}
	for i := range found {
		if found[i].ID != "" {
			rows = append(rows, found[i])
		}
	}
	rows, more = cut(rows, casesPerPage)
	counts.All, counts.Urgent, counts.Free, counts.Mine = int(all), int(urgent), int(unclaimed), int(mine)
	for i, kind := range Kinds {
		counts.Kinds[kind] = int(perKind[i])
	}
	if counts.All > maxCounted {
		counts.All, counts.Capped = maxCounted, true
	}
	return rows, counts, more, nil
}

// ReadCase reads a case. The error is query.ErrNotFound when there is none.
func ReadCase(ctx context.Context, app core.App, id string) (*CaseRow, error) {
	var row CaseRow
	err := query.ReadRow(ctx, app, `SELECT `+caseColumns+` FROM cases c `+caseJoins+` WHERE c.id = :id`, []any{sql.Named("id", id)}, row.targets()...)
	return &row, query.Wrap("read case", query.NotFound(err))
}
