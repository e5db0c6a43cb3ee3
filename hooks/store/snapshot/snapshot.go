// Package snapshot is the queue of the pictures that reports keep of media, in the collection of reports: a report whose source is set
// waits for its still to be made of it. Triggers of the database remove the files when a report is closed (see the migration).
package snapshot

import (
	"context"
	"database/sql"
	"path"
	"time"

	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/hooks/store/query"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// Waiting is a report that waits for its still.
type Waiting struct {
	Report string // the id
	Source string // the name of the file that the still is to be made of
	Tries  int    // that failed
	Same   string // the key of the still that another open report keeps of the same medium, "" for none
}

// Key returns the key in the storage of a report's file; of the folder of all of its files, with a slash at the end, if name is "".
func Key(app core.App, report, name string) (string, error) {
	reports, err := app.FindCachedCollectionByNameOrId(store.Reports)
	if err != nil {
		return "", query.Wrap("find folder of report", err)
	}
	return path.Join(reports.BaseFilesPath(), report) + "/" + name, nil
}

// Due returns the ids of the reports that wait, those that have failed last.
func Due(ctx context.Context, app core.App, limit int) ([]string, error) {
	var ids []string
	err := app.ConcurrentDB().NewQuery(`SELECT id FROM reports WHERE source != '' ORDER BY source_tries, rowid LIMIT {:limit}`).
		Bind(dbx.Params{"limit": limit}).WithContext(ctx).Column(&ids)
	return ids, query.Wrap("read reports that wait for a still", err)
}

// Read reads a report that waits. The error is store.ErrNotFound if it does not, or not any more.
func Read(ctx context.Context, app core.App, report string) (*Waiting, error) {
	found, err := waiting.Row(ctx, app, sql.Named("id", report))
	if err == nil && found.still != "" {
		found.Same, err = Key(app, found.same, found.still)
	}
	return &found.Waiting, query.Wrap("read report that waits for a still", err)
}

var waiting = query.Map("", func(c *query.Columns, w *struct {
	Waiting
	same, still string // another report of the case, and the name of its still; "" for none
}) {
	c.Add(`r.id`, &w.Report)
	c.Add(`r.source`, &w.Source)
	c.Add(`r.source_tries`, &w.Tries)
	c.Add(`coalesce(other.id, '')`, &w.same)
	c.Add(`coalesce(other.still, '')`, &w.still)
}).Select(`FROM reports r LEFT JOIN reports other ON other."case" = r."case" AND other.state = 'open' AND other.still <> ''
	WHERE r.id = :id AND r.source <> '' LIMIT 1`)

// AddTry counts a failure.
func AddTry(ctx context.Context, app core.App, w *Waiting) error {
	w.Tries++
	err := query.Write(ctx, app, `UPDATE reports SET source_tries = source_tries + 1 WHERE id = :id`, sql.Named("id", w.Report))
	return query.Wrap("count tries to make a still", err)
}

// Set ends the wait of a report, with the name of its still, or "" if none can be made. The error is store.ErrNotFound if the report was
// closed meanwhile.
func Set(ctx context.Context, app core.App, w *Waiting, still string) error {
	_, err := query.WriteValue[string](ctx, app, `UPDATE reports SET still = :still, source = '' WHERE id = :id AND source = :source RETURNING id`,
		sql.Named("still", still), sql.Named("id", w.Report), sql.Named("source", w.Source))
	return query.Wrap("set still of report", err)
}

// StillKey returns the key in the storage of a report's still. The error is store.ErrNotFound if it has none: not yet, or not any more.
func StillKey(ctx context.Context, app core.App, report string) (string, error) {
	still, err := query.Value[string](ctx, app, `SELECT still FROM reports WHERE id = :id AND still != ''`, sql.Named("id", report))
	if err != nil {
		return "", query.Wrap("read still of report", err)
	}
	return Key(app, report, still)
}

// abandoned is when what was to be a report's file is removed if no report has come to name it.
const abandoned = 10 * time.Minute

// PlanRemoval queues the removal of what is about to be written, in case that no report will name it.
func PlanRemoval(ctx context.Context, app core.App, key string) error {
	return store.PlanRemoval(ctx, app, key, "no report has it", time.Now().Add(abandoned))
}
