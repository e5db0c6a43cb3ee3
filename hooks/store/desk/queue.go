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
	OrderRev                    int
	Status, Occasion            string
	Medium                      Medium
	Quote, Word                 string
	Rating                      float64
	TakenBy, State, Verdict     string
	ClosedBy                    string
}

var caseColumns = query.Map("", func(c *query.Columns, r *CaseRow) {
	c.Add(`coalesce(c.id, '')`, &r.ID)
	c.Add(`coalesce(c.target, '')`, &r.Target)
	c.Add(`coalesce(c.rev, 0)`, &r.Rev)
	c.Add(`coalesce(c.kinds, '')`, &r.Kinds)
	c.Add(`(SELECT count(*) FROM reports r WHERE r."case" = c.id)`, &r.Reports)
	c.Add(`coalesce(c.created, '')`, &r.Created)
	c.Add(`coalesce(c.due, '')`, &r.Due)
	c.Add(`coalesce(c.closed, '')`, &r.Closed)
	c.Add(`coalesce(c.taken_until, '')`, &r.Until)
	personColumns.Add(c, "u", &r.User)
	personColumns.Add(c, "oc", &r.Client)
	personColumns.Add(c, "op", &r.Performer)
	c.Add(`coalesce(o.id, '')`, query.ID(&r.Order))
	c.Add(`coalesce(o.rev, 0)`, &r.OrderRev)
	c.Add(`coalesce(o.status, '')`, &r.Status)
	c.Add(`coalesce(o.occasion, '')`, &r.Occasion)
	mediumColumns.Add(c, "m", &r.Medium)
	c.Add(`coalesce(c.quote, '')`, &r.Quote)
	c.Add(`coalesce(c.word, '')`, &r.Word)
	c.Add(`coalesce(o.rating_rate, 0)`, &r.Rating)
	c.Add(`coalesce(c.taken_by, '')`, &r.TakenBy)
	c.Add(`coalesce(c.state, '')`, &r.State)
	c.Add(`coalesce(c.verdict, '')`, &r.Verdict)
	c.Add(`coalesce(c.closed_by, '')`, &r.ClosedBy)
})

const caseJoins = `LEFT JOIN users u ON u.id = c.user AND c.user <> ''
	LEFT JOIN orders o ON o.id = c."order" AND c."order" <> ''
	LEFT JOIN users oc ON oc.id = o.client
	LEFT JOIN users op ON op.id = o.performer
	LEFT JOIN media m ON m.id = c.media AND c.media <> ''`

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
	counts = &QueueCounts{Kinds: map[string]int{}}
	counted := []query.Column{query.Same(`counts.n`, &counts.All), query.Same(`counts.urgent`, &counts.Urgent),
		query.Same(`counts.free`, &counts.Free), query.Same(`counts.mine`, &counts.Mine)}
	var kinds strings.Builder
	perKind := make([]int, len(Kinds))
	for i, kind := range Kinds {
		fmt.Fprintf(&kinds, `, count(*) FILTER (WHERE instr(kinds, '"%[1]s"') > 0) AS "%[1]s"`, kind)
		counted = append(counted, query.Same(`counts."`+kind+`"`, &perKind[i]))
	}
	found, err := caseColumns.SelectWith(`WITH waiting AS MATERIALIZED (
			SELECT id, due, kinds, taken_by, taken_until FROM cases WHERE state = 'open' ORDER BY due, id`+limited(maxCounted+1)+`
		), counts AS MATERIALIZED (
			SELECT count(*) AS n, count(*) FILTER (WHERE due <= :urgent) AS urgent, count(*) FILTER (WHERE `+free+`) AS free,
				count(*) FILTER (WHERE taken_by = :me AND taken_until > :now) AS mine`+kinds.String()+` FROM waiting
		), page AS MATERIALIZED (
			SELECT c.id FROM cases c WHERE `+f.condition()+` ORDER BY `+order+page(f.Page, casesPerPage)+`
		) `, `FROM counts LEFT JOIN page LEFT JOIN cases c ON c.id = page.id `+caseJoins+` ORDER BY `+order, counted...).
		Rows(ctx, app, sql.Named("me", me), sql.Named("now", query.Timestamp(now)), sql.Named("urgent", query.Timestamp(now.Add(Urgent))))
	if err != nil {
		return nil, nil, false, query.Wrap("read the queue of cases", err)
	}
	for i := range found {
		if found[i].ID != "" {
			rows = append(rows, found[i])
		}
	}
	rows, more = cut(rows, casesPerPage)
	for i, kind := range Kinds {
		counts.Kinds[kind] = perKind[i]
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
	found, err := query.Map("", func(c *query.Columns, p *struct {
		Place
		earlier, later int
	}) {
		c.Add(`coalesce((SELECT c.id `+chosen+before+` ORDER BY `+backward+` LIMIT 1), '')`, &p.Previous)
		c.Add(`coalesce((SELECT c.id `+chosen+after+` ORDER BY `+forward+` LIMIT 1), '')`, &p.Next)
		c.Add(count(before), &p.earlier)
		c.Add(count(after), &p.later)
	}).Select(``).Row(ctx, app, sql.Named("at", string(at)), sql.Named("case", c.ID), sql.Named("me", me), sql.Named("now", query.Timestamp(now)))
	p := &found.Place
	if (c.State == stateClosed) == f.Closed {
		p.Place, p.Of = found.earlier+1, found.earlier+1+found.later
		if p.Of > maxCounted {
			p.Place, p.Of, p.Capped = min(p.Place, maxCounted), maxCounted, true
		}
	}
	return p, query.Wrap("read the place of a case", err)
}

// ReadCase reads a case. The error is query.ErrNotFound when there is none.
func ReadCase(ctx context.Context, app core.App, id string) (*CaseRow, error) {
	row, err := caseByID.Row(ctx, app, sql.Named("id", id))
	return row, query.Wrap("read case", err)
}

var caseByID = caseColumns.Select(`FROM cases c ` + caseJoins + ` WHERE c.id = :id`)
