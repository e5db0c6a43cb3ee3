package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"math"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// The collections of what moderators decide, and of what users complain of.
const (
	Cases   = "cases"
	Reports = "reports"
)

const (
	fieldTarget  = "target"
	fieldState   = "state"
	fieldVerdict = "verdict"
	fieldCase    = "case"
	fieldClosed  = "closed"
)

// The states of cases and reports, and the verdict after which nothing was done.
const (
	CaseOpen       = "open"
	CaseClosed     = "closed"
	VerdictNothing = "nothing"
)

// The kinds of what can be reported.
const (
	TargetUser  = "user"
	TargetOrder = "order"
	TargetMedia = "media"
)

// Target is what is reported.
type Target struct {
	Kind, ID    string
	User, Order string // of the case, "" for none
	Kept        Kept
}

// Name returns the target's name in cases and reports.
func (t *Target) Name() string { return t.Kind + " " + t.ID }

// Kept is what a report keeps of its target as it was.
type Kept struct {
	Texts map[string]string `json:"texts,omitempty"` // by the field
	Media []KeptMedium      `json:"media,omitempty"`
}

// KeptMedium is a medium by its number and, where it is the target itself, the SHA-256 of its file in hex.
type KeptMedium struct {
	ID     int64  `json:"id"`
	SHA256 string `json:"sha256,omitempty"`
}

// seesUser is the condition that the user :me sees the user u: in search and view, in the list of whom they have blocked, or
// in an order of the two.
const seesUser = `u.id <> :me AND u.erased = '' AND (u.banned = 0 AND NOT EXISTS (SELECT 1 FROM blocks WHERE blocker = u.id AND blocked = :me)
	OR EXISTS (SELECT 1 FROM blocks WHERE blocker = :me AND blocked = u.id)
	OR EXISTS (SELECT 1 FROM orders WHERE client = :me AND performer = u.id) OR EXISTS (SELECT 1 FROM orders WHERE client = u.id AND performer = :me))`

// targetQueries read whose the target :id is, in which order, its three texts and its media, if the user :me sees it and it is
// another's.
var targetQueries = map[string]string{
	TargetUser: `SELECT u.id, '', u.nickname, u.name, u.description, ` + mediaNumbers(`m.user = u.id AND m."order" = ''`) + ` FROM users u WHERE u.id = :id AND ` + seesUser,
	TargetOrder: `SELECT '', o.id, o.description, o.rating_text, o.cancel_text, ` + mediaNumbers(`m."order" = o.id`) + `
		FROM orders o WHERE o.id = :id AND (o.client = :me OR o.performer = :me)`,
	TargetMedia: `SELECT m.user, m."order", '', '', '', json_array(CAST(m.id AS INTEGER)) FROM media m CROSS JOIN users u ON u.id = m.user
		WHERE m.id = :id AND u.id <> :me AND iif(m."order" <> '', EXISTS (SELECT 1 FROM orders o WHERE o.id = m."order" AND o.client = :me), u.banned = 0 AND ` + seesUser + `)`,
}

func mediaNumbers(where string) string {
	return `(SELECT json_group_array(CAST(m.id AS INTEGER)) FROM media m WHERE ` + where + `)`
}

// targetTexts are the names of a target's texts.
var targetTexts = map[string][3]string{
	TargetUser:  {fieldNickname, fieldName, fieldDescription},
	TargetOrder: {fieldDescription, fieldRatingText, fieldCancelText},
}

// ReadTarget reads what a user wants to report. The error is ErrNotFound when there is nothing that the user sees, or when it
// is their own.
func ReadTarget(ctx context.Context, app core.App, kind string, id int64, me string) (*Target, error) {
	t := &Target{Kind: kind, ID: Key(id)}
	var texts [3]string
	var media string
	err := readRow(ctx, app, targetQueries[kind], []any{sql.Named("id", t.ID), sql.Named("me", me)}, &t.User, &t.Order, &texts[0], &texts[1], &texts[2], &media)
	if err != nil {
		return nil, wrap("read target of report", notFound(err))
	}
	for i, name := range targetTexts[kind] {
		if texts[i] != "" {
			if t.Kept.Texts == nil {
				t.Kept.Texts = map[string]string{}
			}
			t.Kept.Texts[name] = texts[i]
		}
	}
	var numbers []int64
	if err := json.Unmarshal([]byte(media), &numbers); err != nil {
		return nil, wrap("read target of report", err)
	}
	for _, n := range numbers {
		t.Kept.Media = append(t.Kept.Media, KeptMedium{ID: n})
	}
	return t, nil
}

// Case is a record of cases.
type Case struct{ core.BaseRecordProxy }

// AsCase wraps a record of cases.
func AsCase(record *core.Record) *Case {
	c := &Case{}
	c.SetProxyRecord(record)
	return c
}

// FindCase loads a case by id.
func FindCase(app core.App, id string) (*Case, error) {
	record, err := app.FindRecordById(Cases, id)
	if err != nil {
		return nil, wrap("find case", notFound(err))
	}
	return AsCase(record), nil
}

// IsOpen reports whether the case waits for its verdict.
func (c *Case) IsOpen() bool { return c.GetString(fieldState) == CaseOpen }

// Verdict returns what was decided, "" for nothing yet.
func (c *Case) Verdict() string { return c.GetString(fieldVerdict) }

// SetVerdict decides the case.
func (c *Case) SetVerdict(verdict string) { c.Set(fieldVerdict, verdict) }

// Close closes the case; by is the moderator who decided.
func (c *Case) Close(by string, at time.Time) {
	c.Set(fieldState, CaseClosed)
	c.Set(fieldClosed, at)
	c.Set("closed_by", by)
}

// Rev returns the number of reports and changes so far.
func (c *Case) Rev() int { return c.GetInt(fieldRev) }

// SetRev sets the number of reports and changes.
func (c *Case) SetRev(v int) { c.Set(fieldRev, v) }

// caseTime is within which a case should be decided.
const caseTime = 24 * time.Hour

// JoinCase returns the open case of a report's target, which it opens if there is none, and counts the report in it.
func JoinCase(tx core.App, t *Target) (*Case, error) {
	record, err := tx.FindFirstRecordByFilter(Cases, "target = {:target} && state = 'open'", dbx.Params{"target": t.Name()})
	if errors.Is(err, sql.ErrNoRows) {
		medium := ""
		if t.Kind == TargetMedia {
			medium = t.ID
		}
		return openCase(tx, map[string]any{fieldTarget: t.Name(), fieldUser: t.User, fieldOrder: t.Order, Media: medium}, time.Now())
	}
	if err != nil {
		return nil, wrap("find case", err)
	}
	c := AsCase(record)
	c.SetRev(c.Rev() + 1)
	return c, wrap("join case", tx.Save(c))
}

func openCase(tx core.App, fields map[string]any, since time.Time) (*Case, error) {
	record, err := newRecord(tx, Cases)
	if err != nil {
		return nil, wrap("open case", err)
	}
	record.Load(fields)
	record.Set(fieldState, CaseOpen)
	record.Set("due", since.Add(caseTime))
	record.Set(fieldRev, 1)
	return AsCase(record), wrap("open case", tx.Save(record))
}

// ReopenRest opens a case of the same target for the reports that came after the verdict on c was formed, if there are any.
func ReopenRest(tx core.App, c *Case) error {
	rest, err := OpenReports(tx, c.Id, math.MaxInt)
	if err != nil || len(rest) == 0 {
		return err
	}
	fields := map[string]any{}
	for _, name := range []string{fieldTarget, fieldUser, fieldOrder, Media} {
		fields[name] = c.GetString(name)
	}
	next, err := openCase(tx, fields, rest[0].GetDateTime(fieldCreated).Time())
	for _, report := range rest {
		if err == nil {
			report.Set(fieldCase, next.Id)
			report.Set("place", 1)
			err = tx.Save(report)
		}
	}
	return wrap("reopen case", err)
}

// Report is a record of reports.
type Report struct{ core.BaseRecordProxy }

// AsReport wraps a record of reports.
func AsReport(record *core.Record) *Report {
	r := &Report{}
	r.SetProxyRecord(record)
	return r
}

// keptFor is how long a report keeps its target as it was; the job that ends it runs each minute.
const keptFor = 30*24*time.Hour - 2*time.Minute

// AddReport adds a user's report on a target to the target's case, unless the user has an open one already.
func AddReport(tx core.App, t *Target, reporter, reason, text string) error {
	there, err := tx.CountRecords(Reports, dbx.HashExp{"reporter": reporter, fieldTarget: t.Name(), fieldState: CaseOpen})
	if err != nil || there > 0 {
		return wrap("find report", err)
	}
	c, err := JoinCase(tx, t)
	if err != nil {
		return err
	}
	record, err := newRecord(tx, Reports)
	if err != nil {
		return wrap("add report", err)
	}
	record.Load(map[string]any{fieldCase: c.Id, "reporter": reporter, fieldTarget: t.Name(), "reason": reason, "text": text, fieldState: CaseOpen,
		"place": c.Rev(), "kept": t.Kept, "kept_until": time.Now().Add(keptFor)})
	return wrap("add report", tx.Save(record))
}

// IsOpen reports whether the report waits for its verdict.
func (r *Report) IsOpen() bool { return r.GetString(fieldState) == CaseOpen }

// Case returns the id of the report's case.
func (r *Report) Case() string { return r.GetString(fieldCase) }

// Reporter returns the id of the user who reported.
func (r *Report) Reporter() string { return r.GetString("reporter") }

// Verdict returns what was decided, "" for nothing yet.
func (r *Report) Verdict() string { return r.GetString(fieldVerdict) }

// Close closes the report with a verdict. What it has kept goes.
func (r *Report) Close(verdict string, at time.Time) {
	r.Set(fieldVerdict, verdict)
	r.Set(fieldState, CaseClosed)
	r.Set(fieldClosed, at)
	r.Set("kept", nil)
	r.Set("kept_until", "")
}

// OpenReports loads the open reports of a case that joined it up to the revision rev, the oldest first.
func OpenReports(tx core.App, caseID string, rev int) ([]*Report, error) {
	records, err := tx.FindRecordsByFilter(Reports, "case = {:case} && state = 'open' && place <= {:rev}", "created,id", 0, 0, dbx.Params{"case": caseID, "rev": rev})
	reports := make([]*Report, len(records))
	for i, record := range records {
		reports[i] = AsReport(record)
	}
	return reports, wrap("read open reports", err)
}

// ForgetKept ends what reports have kept for as long as they may.
func ForgetKept(ctx context.Context, app core.App, now time.Time) error {
	return wrap("end what reports keep", write(ctx, app, `UPDATE reports SET kept = NULL, kept_until = '' WHERE kept_until <> '' AND kept_until <= :now`,
		sql.Named("now", timestamp(now))))
}

// eraseReports removes what an erased user has written in reports.
const eraseReports = `UPDATE reports SET text = '' WHERE reporter = {:user}`
