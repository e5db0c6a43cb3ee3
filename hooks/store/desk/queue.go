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

// free is the condition that nobody has a case.
const free = `(taken_by = '' OR taken_until <= :now)`

// condition returns the condition of the cases c that the filter chooses, with the arguments :me and :now. Decided cases are nobody's to
// take: there mine are those that the moderator has decided.
func (f *QueueFilter) condition() string {
	condition := `c.state = 'open'`
	if f.Closed {
		condition = `c.state = 'closed'`
	}
	if f.Kind != "" {
		condition += ` AND instr(c.kinds, '"` + f.Kind + `"')` // one of Kinds
	}
	switch {
	case f.Whose == "mine" && f.Closed:
		condition += ` AND c.closed_by = :me`
	case f.Whose == "mine":
		condition += ` AND taken_by = :me AND taken_until > :now`
	case f.Whose == "free" && !f.Closed:
		condition += ` AND ` + free
	}
	return condition
}

// ReadQueue reads a page of cases with the numbers of all open ones, by one query, so that they agree. more reports whether there is
// another page. me is the moderator who looks.
func ReadQueue(ctx context.Context, app core.App, f QueueFilter, me string, now time.Time) (rows []CaseRow, counts *QueueCounts, more bool, err error) {
	order := `c.due, c.id`
	if f.Closed {
		order = `c.closed DESC, c.id`
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
			SELECT c.id FROM cases c WHERE `+f.condition()+` ORDER BY `+order+page(f.Page, casesPerPage)+`
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

// Place is where a case stands among those that a filter chooses.
type Place struct {
	Previous, Next string // the ids of the cases before and after it, "" for none
	Place, Of      int    // from 1; 0 for a case that has another state
	Capped         bool   // there are more than were counted
}

// ReadPlace reads where a case stands. It is counted also where the filter does not choose it any more, as the free case that the
// moderator who has opened it took since.
func ReadPlace(ctx context.Context, app core.App, c *CaseRow, f QueueFilter, me string, now time.Time) (*Place, error) {
	before, after, at := `(c.due, c.id) < (:at, :case)`, `(c.due, c.id) > (:at, :case)`, c.Due
	backward, forward := `c.due DESC, c.id DESC`, `c.due, c.id`
	if f.Closed {
		before, after, at = `c.closed >= :at AND (c.closed > :at OR c.id < :case)`, `c.closed <= :at AND (c.closed < :at OR c.id > :case)`, c.Closed
		backward, forward = `c.closed, c.id DESC`, `c.closed DESC, c.id`
	}
	chosen := `FROM cases c WHERE ` + f.condition() + ` AND `
	count := func(condition string) string {
		return `(SELECT count(*) FROM (SELECT 1 ` + chosen + condition + limited(maxCounted) + `))`
	}
	var p Place
	var earlier, later int
	err := query.ReadRow(ctx, app, `SELECT
		coalesce((SELECT c.id `+chosen+before+` ORDER BY `+backward+` LIMIT 1), ''),
		coalesce((SELECT c.id `+chosen+after+` ORDER BY `+forward+` LIMIT 1), ''), `+count(before)+`, `+count(after),
		[]any{sql.Named("at", string(at)), sql.Named("case", c.ID), sql.Named("me", me), sql.Named("now", query.Timestamp(now))}, &p.Previous, &p.Next, &earlier, &later)
	if (c.State == stateClosed) == f.Closed {
		p.Place, p.Of = earlier+1, earlier+1+later
		if p.Of > maxCounted {
			p.Place, p.Of, p.Capped = min(p.Place, maxCounted), maxCounted, true
		}
	}
	return &p, query.Wrap("read the place of a case", err)
}

// ReadCase reads a case. The error is query.ErrNotFound when there is none.
func ReadCase(ctx context.Context, app core.App, id string) (*CaseRow, error) {
	var row CaseRow
	err := query.ReadRow(ctx, app, `SELECT `+caseColumns+` FROM cases c `+caseJoins+` WHERE c.id = :id`, []any{sql.Named("id", id)}, row.targets()...)
	return &row, query.Wrap("read case", query.NotFound(err))
}
