package desk

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
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

// targetQueries read whose the target :id is, in which order, its three texts and its media, if the user :me sees it and it is
// another's.
var targetQueries = map[string]string{
	TargetUser: `SELECT u.id, '', u.nickname, u.name, u.description, ` + mediaNumbers(`m.user = u.id AND m."order" = ''`) + ` FROM users u WHERE u.id = :id AND ` + seesUser,
	TargetOrder: `SELECT iif(o.client = :me, o.performer, o.client), o.id, o.description, o.rating_text, o.cancel_text, ` + mediaNumbers(`m."order" = o.id`) + `
		FROM orders o WHERE o.id = :id AND (o.client = :me OR o.performer = :me)`,
	TargetMedia: `SELECT m.user, m."order", '', '', '', json_array(CAST(m.id AS INTEGER)) FROM media m CROSS JOIN users u ON u.id = m.user
		WHERE m.id = :id AND m.hidden = '' AND u.id <> :me AND iif(m."order" <> '', EXISTS (SELECT 1 FROM orders o WHERE o.id = m."order" AND o.client = :me), u.banned = 0 AND ` + seesUser + `)`,
}

func mediaNumbers(where string) string {
	return `(SELECT json_group_array(CAST(m.id AS INTEGER)) FROM media m WHERE m.hidden = '' AND ` + where + `)`
}

// targetTexts are the names of a target's texts.
var targetTexts = map[string][3]string{
	TargetUser:  {"nickname", "name", "description"},
	TargetOrder: {"description", "rating_text", "cancel_text"},
}

// ReadTarget reads what a user wants to report. The error is ErrNotFound when there is nothing that the user sees, or when it
// is their own.
func ReadTarget(ctx context.Context, app core.App, kind string, id int64, me string) (*Target, error) {
	t := &Target{Kind: kind, ID: query.Key(id)}
	var texts [3]string
	var media string
	err := query.ReadRow(ctx, app, targetQueries[kind], []any{sql.Named("id", t.ID), sql.Named("me", me)}, &t.User, &t.Order, &texts[0], &texts[1], &texts[2], &media)
	if err != nil {
		return nil, query.Wrap("read target of report", query.NotFound(err))
	}
	for i, name := range targetTexts[kind] {
		if texts[i] != "" {
			if t.Snapshot.Texts == nil {
				t.Snapshot.Texts = map[string]string{}
			}
			t.Snapshot.Texts[name] = texts[i]
		}
	}
	var numbers []int64
	if err := json.Unmarshal([]byte(media), &numbers); err != nil {
		return nil, query.Wrap("read target of report", err)
	}
	for _, n := range numbers {
		t.Snapshot.Media = append(t.Snapshot.Media, SnapshotMedium{ID: n})
	}
	return t, nil
}

// KeptChecksum returns the SHA-256 of a medium that an open report of it keeps, "" if none does.
func KeptChecksum(ctx context.Context, app core.App, medium string) (sum string, err error) {
	err = query.ReadRow(ctx, app, `SELECT r.kept ->> '$.media[0].sha256' FROM cases c CROSS JOIN reports r ON r."case" = c.id AND r.state = 'open'
		WHERE c.target = :target AND c.state = 'open' AND r.kept_until <> '' AND r.kept ->> '$.media[0].sha256' <> '' LIMIT 1`,
		[]any{sql.Named("target", TargetMedia+" "+medium)}, &sum)
	if err = query.NotFound(err); errors.Is(err, query.ErrNotFound) {
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
