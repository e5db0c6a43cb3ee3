package desk

import (
	"context"
	"database/sql"

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
	reports, err := query.ReadRows(ctx, app, `SELECT r.id, r.reason, r.text, r.state, r.created, coalesce(r.kept, ''), r.still, `+PersonColumns("u")+`
		FROM reports r LEFT JOIN users u ON u.id = r.reporter WHERE r."case" = :case ORDER BY r.created DESC, r.id LIMIT :limit`,
		[]any{sql.Named("case", caseID), sql.Named("limit", limit)},
		func(r *CaseReport) []any {
			return append([]any{&r.ID, &r.Reason, &r.Text, &r.State, &r.Created, &r.Kept, &r.Still}, r.Reporter.Targets()...)
		})
	return reports, query.Wrap("read the reports of a case", err)
}

// CaseSignal is a signal as the page of its case shows it.
type CaseSignal struct {
	Kind, Word, Text string
	Created          query.Moment
}

// NewestSignals returns at most limit signals of a case, the newest first.
func NewestSignals(ctx context.Context, app core.App, caseID string, limit int) ([]CaseSignal, error) {
	signals, err := query.ReadRows(ctx, app, `SELECT kind, word, text, created FROM signals WHERE "case" = :case ORDER BY created DESC, id LIMIT :limit`,
		[]any{sql.Named("case", caseID), sql.Named("limit", limit)}, func(s *CaseSignal) []any { return []any{&s.Kind, &s.Word, &s.Text, &s.Created} })
	return signals, query.Wrap("read the signals of a case", err)
}

// Earlier is what was decided about a target before.
type Earlier struct {
	Target, Verdict, ClosedBy string
	Closed                    query.Moment
	Kinds                     Choices
}

// EarlierCases returns the last verdicts about a target, the newest first.
func EarlierCases(ctx context.Context, app core.App, target string, limit int) ([]Earlier, error) {
	return readEarlier(ctx, app, fieldTarget, target, limit)
}

// EarlierCasesAbout returns the last verdicts about an order and its media, or about a user and what is theirs, the newest first. kind is
// TargetOrder or TargetUser.
func EarlierCasesAbout(ctx context.Context, app core.App, kind string, id int64, limit int) ([]Earlier, error) {
	return readEarlier(ctx, app, kind, query.Key(id), limit)
}

func readEarlier(ctx context.Context, app core.App, column, value string, limit int) ([]Earlier, error) {
	cases, err := query.ReadRows(ctx, app, `SELECT target, verdict, closed_by, closed, kinds FROM cases WHERE "`+column+`" = CAST(:value AS TEXT) AND +state = 'closed'
		ORDER BY closed DESC`+limited(limit), []any{sql.Named("value", value)}, func(e *Earlier) []any { return []any{&e.Target, &e.Verdict, &e.ClosedBy, &e.Closed, &e.Kinds} })
	return cases, query.Wrap("read earlier cases", err)
}

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
	var a About
	err := query.ReadRow(ctx, app, `SELECT
		(SELECT count(*) FROM orders WHERE client = CAST(:user AS TEXT)) + (SELECT count(*) FROM orders WHERE performer = CAST(:user AS TEXT)),
		(SELECT avg(rating_rate) FROM orders WHERE performer = CAST(:user AS TEXT) AND rating_rate > 0), u.created,
		(SELECT count(*) FROM warnings WHERE user = u.id), coalesce(w.text, ''), coalesce(w.created, '')
		FROM users u LEFT JOIN warnings w ON w.id = (SELECT id FROM warnings WHERE user = u.id ORDER BY created DESC, id DESC LIMIT 1) WHERE u.id = :user`,
		[]any{sql.Named("user", user)}, &a.Orders, &a.Rating, &a.Since, &a.Warnings, &a.LastWarning, &a.LastWarned)
	return &a, query.Wrap("read whom a case is about", query.NotFound(err))
}

// Appeal is an appeal against a ban, with the ban.
type Appeal struct {
	Text, Reason string
	Until        query.Moment
}

// ReadAppeal reads the appeal of a case, nil if it has none.
func ReadAppeal(ctx context.Context, app core.App, caseID string) (*Appeal, error) {
	appeals, err := query.ReadRows(ctx, app, `SELECT s.text, coalesce(b.reason, ''), coalesce(b.until, '') FROM signals s LEFT JOIN bans b ON b.appeal = s."case" AND b.appeal != ''
		WHERE s."case" = :case AND s.kind = 'appeal' ORDER BY s.created DESC LIMIT 1`,
		[]any{sql.Named("case", caseID)}, func(a *Appeal) []any { return []any{&a.Text, &a.Reason, &a.Until} })
	if len(appeals) == 0 {
		return nil, query.Wrap("read appeal", err)
	}
	return &appeals[0], nil
}

// ReadWish returns the wish of the order that a case is about, "" for none.
func ReadWish(ctx context.Context, app core.App, order int64) (wish string, err error) {
	err = query.ReadRow(ctx, app, `SELECT coalesce((SELECT description FROM orders WHERE id = :order), '')`, []any{sql.Named("order", query.Key(order))}, &wish)
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
	reasons, err := query.ReadRows(ctx, app, `SELECT id, act, ru, en FROM reasons WHERE :act = '' OR act = :act ORDER BY act, place, id`,
		[]any{sql.Named("act", act)}, func(r *Reason) []any { return []any{&r.ID, &r.Act, &r.RU, &r.EN} })
	return reasons, query.Wrap("read reasons", err)
}
