package desk

import (
	"context"
	"database/sql"
	"errors"

	"github.com/privet/privet/hooks/store/query"

	"github.com/pocketbase/pocketbase/core"
)

// CaseReport is a report as the page of its case shows it.
type CaseReport struct {
	ID, Reason, Text, State string
	Created                 query.Moment
	Reporter                Person
	Kept                    string // JSON, a Snapshot
	Still                   string // the name of the file of its still, "" for none, or none yet
}

// NewestReports returns at most limit reports of a case, the newest first.
func NewestReports(ctx context.Context, app core.App, caseID string, limit int) ([]CaseReport, error) {
	reports, err := caseReports.Rows(ctx, app, sql.Named("case", caseID), sql.Named("limit", limit))
	return reports, query.Wrap("read the reports of a case", err)
}

var caseReports = query.Map("", func(c *query.Columns, r *CaseReport) {
	c.Add(`r.id`, &r.ID)
	c.Add(`r.reason`, &r.Reason)
	c.Add(`r.text`, &r.Text)
	c.Add(`r.state`, &r.State)
	c.Add(`r.created`, &r.Created)
	c.Add(`coalesce(r.kept, '')`, &r.Kept)
	c.Add(`r.still`, &r.Still)
	personColumns.Add(c, "u", &r.Reporter)
}).Select(`FROM reports r LEFT JOIN users u ON u.id = r.reporter WHERE r."case" = :case ORDER BY r.created DESC, r.id LIMIT :limit`)

// CaseSignal is a signal as the page of its case shows it.
type CaseSignal struct {
	Kind, Word, Text string
	Created          query.Moment
}

// NewestSignals returns at most limit signals of a case, the newest first.
func NewestSignals(ctx context.Context, app core.App, caseID string, limit int) ([]CaseSignal, error) {
	signals, err := caseSignals.Rows(ctx, app, sql.Named("case", caseID), sql.Named("limit", limit))
	return signals, query.Wrap("read the signals of a case", err)
}

var caseSignals = query.Map("", func(c *query.Columns, s *CaseSignal) {
	c.Add(`kind`, &s.Kind)
	c.Add(`word`, &s.Word)
	c.Add(`text`, &s.Text)
	c.Add(`created`, &s.Created)
}).Select(`FROM signals WHERE "case" = :case ORDER BY created DESC, id LIMIT :limit`)

// Earlier is what was decided about a target before.
type Earlier struct {
	Target, Verdict, ClosedBy string
	Closed                    query.Moment
	Kinds                     Choices
}

// EarlierCases returns the last verdicts about the target of a case, the newest first; of a case that is decided, those before its own.
func EarlierCases(ctx context.Context, app core.App, c *CaseRow, limit int) ([]Earlier, error) {
	return readEarlier(ctx, app, fieldTarget, c.Target, c.Closed, limit)
}

// EarlierCasesAbout returns the last verdicts about an order and its media, or about a user and what is theirs, the newest first. kind is
// TargetOrder or TargetUser.
func EarlierCasesAbout(ctx context.Context, app core.App, kind string, id int64, limit int) ([]Earlier, error) {
	return readEarlier(ctx, app, kind, query.Key(id), "", limit)
}

// readEarlier reads what was decided before a moment; "" is now.
func readEarlier(ctx context.Context, app core.App, column, value string, before query.Moment, limit int) ([]Earlier, error) {
	cases, err := earlierCases.Select(`FROM cases WHERE "`+column+`" = CAST(:value AS TEXT) AND +state = 'closed' AND (:before = '' OR closed < :before)
			ORDER BY closed DESC`+limited(limit)).
		Rows(ctx, app, sql.Named("value", value), sql.Named("before", string(before)))
	return cases, query.Wrap("read earlier cases", err)
}

var earlierCases = query.Map("", func(c *query.Columns, e *Earlier) {
	c.Add(`target`, &e.Target)
	c.Add(`verdict`, &e.Verdict)
	c.Add(`closed_by`, &e.ClosedBy)
	c.Add(`closed`, &e.Closed)
	c.Add(`kinds`, &e.Kinds)
})

// About is what a case's page says of the person whom it is about.
type About struct {
	Orders      int
	Rating      *float64 // the mean, nil for none
	Since       query.Moment
	Warnings    int
	LastWarning string
	LastWarned  query.Moment
}

// ReadAbout reads what a case's page says of a person.
func ReadAbout(ctx context.Context, app core.App, user string) (*About, error) {
	a, err := abouts.Row(ctx, app, sql.Named("user", user))
	return a, query.Wrap("read whom a case is about", err)
}

var abouts = query.Map("", func(c *query.Columns, a *About) {
	c.Add(`(SELECT count(*) FROM orders WHERE client = CAST(:user AS TEXT)) + (SELECT count(*) FROM orders WHERE performer = CAST(:user AS TEXT))`, &a.Orders)
	c.Add(`(SELECT avg(rating_rate) FROM orders WHERE performer = CAST(:user AS TEXT) AND rating_rate > 0)`, &a.Rating)
	c.Add(`u.created`, &a.Since)
	c.Add(`(SELECT count(*) FROM warnings WHERE user = u.id)`, &a.Warnings)
	c.Add(`coalesce(w.text, '')`, &a.LastWarning)
	c.Add(`coalesce(w.created, '')`, &a.LastWarned)
}).Select(`FROM users u LEFT JOIN warnings w ON w.id = (SELECT id FROM warnings WHERE user = u.id ORDER BY created DESC, id DESC LIMIT 1) WHERE u.id = :user`)

// Appeal is an appeal against a ban, with the ban.
type Appeal struct {
	Text, Reason string
	Until        query.Moment
}

// ReadAppeal reads the appeal of a case, nil if it has none.
func ReadAppeal(ctx context.Context, app core.App, caseID string) (*Appeal, error) {
	a, err := appeals.Row(ctx, app, sql.Named("case", caseID))
	if errors.Is(err, query.ErrNotFound) {
		return nil, nil
	}
	return a, query.Wrap("read appeal", err)
}

var appeals = query.Map("", func(c *query.Columns, a *Appeal) {
	c.Add(`s.text`, &a.Text)
	c.Add(`coalesce(b.reason, '')`, &a.Reason)
	c.Add(`coalesce(b.until, '')`, &a.Until)
}).Select(`FROM signals s LEFT JOIN bans b ON b.appeal = s."case" AND b.appeal != '' WHERE s."case" = :case AND s.kind = 'appeal' ORDER BY s.created DESC LIMIT 1`)

// ReadWish returns the wish of the order that a case is about, "" for none.
func ReadWish(ctx context.Context, app core.App, order int64) (wish string, err error) {
	wish, err = query.Value[string](ctx, app, `SELECT coalesce((SELECT description FROM orders WHERE id = :order), '')`, sql.Named("order", query.Key(order)))
	return wish, query.Wrap("read the wish of a case", err)
}

// Reason is a canned reason for an act.
type Reason struct {
	ID  string `json:"id"`
	Act string `json:"act"`
	RU  string `json:"ru"`
	EN  string `json:"en"`
}

// Reasons returns the canned reasons for an act, "" for all, in their order.
func Reasons(ctx context.Context, app core.App, act string) ([]Reason, error) {
	found, err := reasons.Rows(ctx, app, sql.Named("act", act))
	return found, query.Wrap("read reasons", err)
}

var reasons = query.Map("", func(c *query.Columns, r *Reason) {
	c.Add(`id`, &r.ID)
	c.Add(`act`, &r.Act)
	c.Add(`ru`, &r.RU)
	c.Add(`en`, &r.EN)
}).Select(`FROM reasons WHERE :act = '' OR act = :act ORDER BY act, place, id`)
