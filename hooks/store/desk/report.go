package desk

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"maps"
	"strings"
	"time"

	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/hooks/store/query"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

const (
	fieldKept      = "kept"
	fieldKeptUntil = "kept_until"
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
	User, Order string // whom it is about, and the order; "" for none
	Snapshot    Snapshot

	ReportID, Source string // the id of a new report, and the name of its file that its still is to be made of; "" for none
}

// Name returns the target's name in cases and reports.
func (t *Target) Name() string { return t.Kind + " " + t.ID }

// Snapshot is a report's target as it was when it was reported: the field kept.
type Snapshot struct {
	Texts map[string]string `json:"texts,omitempty"` // by the field
	Media []SnapshotMedium  `json:"media,omitempty"`
}

// SnapshotMedium is a medium by its number and, where it is the target itself, the SHA-256 of its file in hex.
type SnapshotMedium struct {
	ID     int64  `json:"id"`
	SHA256 string `json:"sha256,omitempty"`
}

// seesUser is the condition that the user :me sees the user u: in search and view, in the list of whom they have blocked, or
// in an order of the two.
const seesUser = `u.id <> :me AND u.erased = '' AND (u.banned = 0 AND NOT EXISTS (SELECT 1 FROM blocks WHERE blocker = u.id AND blocked = :me)
	OR EXISTS (SELECT 1 FROM blocks WHERE blocker = :me AND blocked = u.id)
	OR EXISTS (SELECT 1 FROM orders WHERE client = :me AND performer = u.id) OR EXISTS (SELECT 1 FROM orders WHERE client = u.id AND performer = :me))`

// targetQueries read a target, with the id :id, if the user :me sees it and it is another's.
var targetQueries = map[string]query.Query[targetRow]{
	TargetUser: targetColumns(`u.id`, `''`, textsOf("u", store.Users), mediaNumbers(`m.user = u.id AND m."order" = ''`)).
		Select(`FROM users u WHERE u.id = :id AND ` + seesUser),
	TargetOrder: targetColumns(`iif(o.client = :me, o.performer, o.client)`, `o.id`, textsOf("o", store.Orders), mediaNumbers(`m."order" = o.id`)).
		Select(`FROM orders o WHERE o.id = :id AND (o.client = :me OR o.performer = :me)`),
	TargetMedia: targetColumns(`m.user`, `m."order"`, `'{}'`, `json_array(CAST(m.id AS INTEGER))`).
		Select(`FROM media m CROSS JOIN users u ON u.id = m.user
		WHERE m.id = :id AND m.hidden = '' AND u.id <> :me AND iif(m."order" <> '', EXISTS (SELECT 1 FROM orders o WHERE o.id = m."order" AND o.client = :me), u.banned = 0 AND ` + seesUser + `)`),
}

// targetRow is a target as it is read.
type targetRow struct {
	user, order string
	texts       string // a JSON object by field
	media       string // a JSON array of numbers
}

func targetColumns(user, order, texts, media string) *query.Mapping[targetRow] {
	return query.Map("", func(c *query.Columns, r *targetRow) {
		c.Add(user, &r.user)
		c.Add(order, &r.order)
		c.Add(texts, &r.texts)
		c.Add(media, &r.media)
	})
}

// textsOf returns the JSON object of the texts that users write in a collection, of a table.
func textsOf(table, collection string) string {
	var pairs []string
	for _, column := range store.Written(collection) {
		pairs = append(pairs, `'`+column+`', `+table+`.`+column)
	}
	return `json_object(` + strings.Join(pairs, `, `) + `)`
}

func mediaNumbers(where string) string {
	return `(SELECT json_group_array(CAST(m.id AS INTEGER)) FROM media m WHERE m.hidden = '' AND ` + where + `)`
}

// ReadTarget reads what a user wants to report. The error is ErrNotFound when there is nothing that the user sees, or when it
// is their own.
func ReadTarget(ctx context.Context, app core.App, kind string, id int64, me string) (*Target, error) {
	row, err := targetQueries[kind].Row(ctx, app, sql.Named("id", query.Key(id)), sql.Named("me", me))
	if err != nil {
		return nil, query.Wrap("read target of report", err)
	}
	t := &Target{Kind: kind, ID: query.Key(id), User: row.user, Order: row.order}
	var numbers []int64
	if err := errors.Join(json.Unmarshal([]byte(row.texts), &t.Snapshot.Texts), json.Unmarshal([]byte(row.media), &numbers)); err != nil {
		return nil, query.Wrap("read target of report", err)
	}
	maps.DeleteFunc(t.Snapshot.Texts, func(_, text string) bool { return text == "" })
	for _, n := range numbers {
		t.Snapshot.Media = append(t.Snapshot.Media, SnapshotMedium{ID: n})
	}
	return t, nil
}

// KeptChecksum returns the SHA-256 of a medium that an open report of it keeps, "" if none does.
func KeptChecksum(ctx context.Context, app core.App, medium string) (sum string, err error) {
	sum, err = query.Value[string](ctx, app, `SELECT r.kept ->> '$.media[0].sha256' FROM cases c CROSS JOIN reports r ON r."case" = c.id AND r.state = 'open'
		WHERE c.target = :target AND c.state = 'open' AND r.kept_until <> '' AND r.kept ->> '$.media[0].sha256' <> '' LIMIT 1`,
		sql.Named("target", TargetMedia+" "+medium))
	if errors.Is(err, query.ErrNotFound) {
		return "", nil
	}
	return sum, query.Wrap("read the checksum that a report keeps", err)
}

// Report is a record of reports.
type Report struct{ core.BaseRecordProxy }

// AsReport wraps a record of reports.
func AsReport(record *core.Record) *Report {
	r := &Report{}
	r.SetProxyRecord(record)
	return r
}

// snapshotLifetime keeps snapshots for 30 days at most, as the job that deletes them runs each minute.
const snapshotLifetime = 30*24*time.Hour - 2*time.Minute

// AddReport adds a user's report on a target to the target's case, unless the user has an open one already.
func AddReport(tx core.App, t *Target, reporter, reason, text string) error {
	there, err := tx.CountRecords(store.Reports, dbx.HashExp{"reporter": reporter, fieldTarget: t.Name(), fieldState: stateOpen})
	if err != nil || there > 0 {
		return query.Wrap("find report", err)
	}
	o := Opening{Target: t.Name(), User: t.User, Order: t.Order, Kind: KindReport, Quote: text}
	if t.Kind == TargetMedia {
		o.Media = t.ID
	}
	c, err := Join(tx, o)
	if err != nil {
		return err
	}
	record, err := query.NewRecord(tx, store.Reports)
	if err != nil {
		return query.Wrap("add report", err)
	}
	record.Id = t.ReportID
	record.Load(map[string]any{"source": t.Source, fieldCase: c.Id, "reporter": reporter, fieldTarget: t.Name(), "reason": reason, "text": text, fieldState: stateOpen,
		"place": c.Rev(), fieldKept: t.Snapshot, fieldKeptUntil: time.Now().Add(snapshotLifetime)})
	return query.Wrap("add report", tx.Save(record))
}

// IsOpen reports whether the report waits for its verdict.
func (r *Report) IsOpen() bool { return r.GetString(fieldState) == stateOpen }

// Case returns the id of the report's case.
func (r *Report) Case() string { return r.GetString(fieldCase) }

// Reporter returns the id of the user who reported.
func (r *Report) Reporter() string { return r.GetString("reporter") }

// Verdict returns what was decided, "" for nothing yet.
func (r *Report) Verdict() string { return r.GetString(fieldVerdict) }

// Event returns the event_id of the pushes that notify whoever reported.
func (r *Report) Event() string { return store.ReportEvent + r.Id }

// Close closes the report with a verdict, and deletes its snapshot.
func (r *Report) Close(verdict string, at time.Time) {
	r.Set(fieldVerdict, verdict)
	r.Set(fieldState, stateClosed)
	r.Set(fieldClosed, at)
	r.Set(fieldKept, nil)
	r.Set(fieldKeptUntil, "")
}

// OpenReports loads the open reports of a case that joined it up to the revision rev, the oldest first.
func OpenReports(tx core.App, caseID string, rev int) ([]*Report, error) {
	records, err := tx.FindRecordsByFilter(store.Reports, "case = {:case} && state = 'open' && place <= {:rev}", "created,id", 0, 0, dbx.Params{"case": caseID, "rev": rev})
	reports := make([]*Report, len(records))
	for i, record := range records {
		reports[i] = AsReport(record)
	}
	return reports, query.Wrap("read open reports", err)
}

// HasOpenReports reports whether a case has a report without verdict.
func HasOpenReports(tx core.App, caseID string) (bool, error) {
	open, err := tx.CountRecords(store.Reports, dbx.HashExp{fieldCase: caseID, fieldState: stateOpen})
	return open > 0, query.Wrap("count open reports", err)
}

// DropExpiredSnapshots deletes the snapshots whose time is over.
func DropExpiredSnapshots(ctx context.Context, app core.App, now time.Time) error {
	return query.Wrap("delete expired snapshots", query.Write(ctx, app, `UPDATE reports SET kept = NULL, kept_until = '' WHERE kept_until <> '' AND kept_until <= :now`,
		sql.Named("now", query.Timestamp(now))))
}
