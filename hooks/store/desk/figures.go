package desk

import (
	"context"
	"database/sql"
	"time"

	"github.com/privet/privet/hooks/store/query"

	"github.com/pocketbase/pocketbase/core"
)

// The names of what is counted by hour (pb_migrations/1795767200_figures.go).
const (
	FigureOrders   = "orders"   // by status
	FigureRatings  = "ratings"  // by the rating, rounded; the total is of the ratings
	FigureDelivery = "delivery" // the total is of the seconds since the order
	FigureSignups  = "signups"  // by role
	FigurePushes   = "pushes"   // by outcome
)

// Figure is how many there were in an hour.
type Figure struct {
	Hour  time.Time
	Key   string
	Count int64
	Total float64
}

// ReadFigures reads what was counted in a span of time, whose ends are full hours.
func ReadFigures(ctx context.Context, app core.App, name string, from, to time.Time) ([]Figure, error) {
	figures, err := query.ReadRows(ctx, app, `SELECT hour, key, count, total FROM figures WHERE name = CAST(:name AS TEXT) AND hour >= :from AND hour < :to`,
		[]any{sql.Named("name", name), sql.Named("from", hourOf(from)), sql.Named("to", hourOf(to))},
		func(f *Figure) []any { return []any{hour{&f.Hour}, &f.Key, &f.Count, &f.Total} })
	return figures, query.Wrap("read figures", err)
}

func hourOf(t time.Time) int64 { return t.Unix() / 3600 }

// hour scans an hour since 1970.
type hour struct{ into *time.Time }

// Scan implements sql.Scanner.
func (h hour) Scan(value any) error {
	hours, _ := value.(int64)
	*h.into = time.Unix(hours*3600, 0)
	return nil
}

// OverdueByHour counts the orders that were created in a span of time, are new and have a date_till up to the given one, by the hour of
// their creation.
func OverdueByHour(ctx context.Context, app core.App, from, to, dateTill time.Time) ([]Figure, error) {
	figures, err := query.ReadRows(ctx, app, `SELECT CAST(strftime('%s', created) AS INTEGER) / 3600 AS hour, count(*) FROM orders
		WHERE status = 'new' AND reminded IN (0, 1, 2, 3) AND date_till > '' AND date_till <= CAST(:date AS TEXT) AND created >= CAST(:from AS TEXT) AND created < CAST(:to AS TEXT) GROUP BY hour`,
		[]any{sql.Named("date", query.Timestamp(dateTill)), sql.Named("from", query.Timestamp(from)), sql.Named("to", query.Timestamp(to))},
		func(f *Figure) []any { return []any{hour{&f.Hour}, &f.Count} })
	return figures, query.Wrap("count overdue orders", err)
}

// OpenedCases returns when cases were opened in a span of time, by hour, with their count.
func OpenedCases(ctx context.Context, app core.App, from, to time.Time) ([]Figure, error) {
	figures, err := query.ReadRows(ctx, app, `SELECT CAST(strftime('%s', created) AS INTEGER) / 3600 AS hour, count(*) FROM cases
		WHERE created >= CAST(:from AS TEXT) AND created < CAST(:to AS TEXT) GROUP BY hour`,
		[]any{sql.Named("from", query.Timestamp(from)), sql.Named("to", query.Timestamp(to))}, func(f *Figure) []any { return []any{hour{&f.Hour}, &f.Count} })
	return figures, query.Wrap("count opened cases", err)
}

// CountOpenCases counts the open cases, up to Cap.
func CountOpenCases(ctx context.Context, app core.App) (n int64, err error) {
	err = query.ReadRow(ctx, app, `SELECT `+capped(`cases WHERE state = 'open'`), nil, &n)
	return n, query.Wrap("count open cases", err)
}

// Verdict is when a case was closed, and after how long.
type Verdict struct {
	At      time.Time
	Took    time.Duration
	Verdict string
}

// ReadVerdicts reads the cases that were closed in a span of time.
func ReadVerdicts(ctx context.Context, app core.App, from, to time.Time) ([]Verdict, error) {
	type row struct {
		closed, took int64
		verdict      string
	}
	rows, err := query.ReadRows(ctx, app, `SELECT CAST(strftime('%s', closed) AS INTEGER), CAST(strftime('%s', closed) AS INTEGER) - coalesce(CAST(strftime('%s', created) AS INTEGER), 0), verdict
		FROM cases WHERE state = 'closed' AND closed >= CAST(:from AS TEXT) AND closed < CAST(:to AS TEXT)`,
		[]any{sql.Named("from", query.Timestamp(from)), sql.Named("to", query.Timestamp(to))}, func(r *row) []any { return []any{&r.closed, &r.took, &r.verdict} })
	verdicts := make([]Verdict, len(rows))
	for i, r := range rows {
		verdicts[i] = Verdict{time.Unix(r.closed, 0), time.Duration(max(0, r.took)) * time.Second, r.verdict}
	}
	return verdicts, query.Wrap("read verdicts", err)
}
