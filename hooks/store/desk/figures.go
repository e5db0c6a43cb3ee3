package desk

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"github.com/privet/privet/hooks/store/query"

	"github.com/pocketbase/pocketbase/core"
)

// Bar is a bar of a chart: a span of time with its end left out.
type Bar struct{ From, To time.Time }

// Count is how many of a kind there are in a bar.
type Count struct {
	Bar   int // the index of the bar
	Key   string
	Count int64
	Total float64
}

// bars is the common table expression of the bars, of the JSON :bars.
const bars = `WITH bars AS MATERIALIZED (SELECT key AS n, json_extract(value, '$[0]') AS a, json_extract(value, '$[1]') AS b FROM json_each(:bars)) `

// within is the condition that a time is in the bar of a row of bars. What is counted stands in subqueries: a join would sort it by bars.
func within(column string) string {
	return column + ` >= CAST(bars.a AS TEXT) AND ` + column + ` < CAST(bars.b AS TEXT)`
}

// readCounts runs a query of bar, key, count and total.
func readCounts(ctx context.Context, app core.App, spans []Bar, text string, arguments ...any) ([]Count, error) {
	list := make([][2]string, len(spans))
	for i, span := range spans {
		list[i] = [2]string{query.Timestamp(span.From), query.Timestamp(span.To)}
	}
	encoded, err := json.Marshal(list)
	if err != nil {
		return nil, err
	}
	return query.ReadRows(ctx, app, bars+text, append(arguments, sql.Named("bars", string(encoded))), func(c *Count) []any { return []any{&c.Bar, &c.Key, &c.Count, &c.Total} })
}

// countKinds counts rows by a column and the time of their creation: by an index of these two.
func countKinds(ctx context.Context, app core.App, spans []Bar, table, column, kinds string) ([]Count, error) {
	return readCounts(ctx, app, spans, `SELECT bars.n, k.value, (SELECT count(*) FROM `+table+` t
		WHERE t.`+column+` = CAST(k.value AS TEXT) AND `+within("t.created")+`), 0 FROM bars CROSS JOIN json_each('`+kinds+`') k`)
}

// CountOrders counts orders by their creation and their present status.
func CountOrders(ctx context.Context, app core.App, spans []Bar) ([]Count, error) {
	counts, err := countKinds(ctx, app, spans, "orders", "status", `["new","done","cancelled","reviewed"]`)
	return counts, query.Wrap("count orders", err)
}

// CountSignups counts people by their sign-up and their present role.
func CountSignups(ctx context.Context, app core.App, spans []Bar) ([]Count, error) {
	counts, err := countKinds(ctx, app, spans, "users", "role", `["client","performer"]`)
	return counts, query.Wrap("count sign-ups", err)
}

// CountOverdue counts the orders that are new and have a date_till up to the given one, by their creation.
func CountOverdue(ctx context.Context, app core.App, spans []Bar, dateTill time.Time) ([]Count, error) {
	counts, err := readCounts(ctx, app, spans, `SELECT bars.n, '', (SELECT count(*) FROM orders o WHERE o.status = 'new' AND o.date_till > '' AND o.date_till <= CAST(:date AS TEXT)
		AND `+within("o.created")+`), 0 FROM bars`, sql.Named("date", query.Timestamp(dateTill)))
	return counts, query.Wrap("count overdue orders", err)
}

// CountRatings counts the ratings of orders by the creation of the orders and the rounded rating. The total is of the ratings.
func CountRatings(ctx context.Context, app core.App, spans []Bar) ([]Count, error) {
	ratings := func(value string) string { // by the index idx_orders_ratings
		return `(SELECT ` + value + ` FROM orders o WHERE o.rating_rate > 0 AND CAST(o.rating_rate + 0.5 AS INTEGER) = CAST(k.value AS INTEGER) AND ` + within("o.created") + `)`
	}
	counts, err := readCounts(ctx, app, spans, `SELECT bars.n, CAST(k.value AS TEXT), `+ratings(`count(*)`)+`, `+ratings(`total(o.rating_rate)`)+` FROM bars CROSS JOIN json_each('[1,2,3,4,5]') k`)
	return counts, query.Wrap("count ratings", err)
}

// CountDeliveries counts orders by their delivery. The total is of the seconds that it took.
func CountDeliveries(ctx context.Context, app core.App, spans []Bar) ([]Count, error) {
	deliveries := func(value string) string {
		return `(SELECT ` + value + ` FROM orders o WHERE o.delivered != '' AND ` + within("o.delivered") + `)`
	}
	counts, err := readCounts(ctx, app, spans, `SELECT bars.n, '', `+deliveries(`count(*)`)+`, `+deliveries(`total(o.took)`)+` FROM bars`)
	return counts, query.Wrap("count deliveries", err)
}

// CountOpenedCases counts cases by when they were opened.
func CountOpenedCases(ctx context.Context, app core.App, spans []Bar) ([]Count, error) {
	counts, err := readCounts(ctx, app, spans, `SELECT bars.n, '', (SELECT count(*) FROM cases c WHERE `+within("c.created")+`), 0 FROM bars`)
	return counts, query.Wrap("count opened cases", err)
}

// CountClosedCases counts cases by when they were decided.
func CountClosedCases(ctx context.Context, app core.App, spans []Bar) ([]Count, error) {
	counts, err := readCounts(ctx, app, spans, `SELECT bars.n, '', (SELECT count(*) FROM cases c WHERE c.state = 'closed' AND `+within("c.closed")+`), 0 FROM bars`)
	return counts, query.Wrap("count closed cases", err)
}

// Figure is how many there were in an hour.
type Figure struct {
	Hour  time.Time
	Key   string
	Count int64
}

// PushesByHour counts pushes by their outcome (store.PushSent, store.PushFailed or store.PushExpired) and its hour.
func PushesByHour(ctx context.Context, app core.App, from, to time.Time) ([]Figure, error) {
	figures, err := query.ReadRows(ctx, app, `SELECT hour, state, count FROM push_hours WHERE hour >= :from AND hour < :to`,
		[]any{sql.Named("from", from.Unix()/3600), sql.Named("to", to.Unix()/3600)}, func(f *Figure) []any { return []any{hour{&f.Hour}, &f.Key, &f.Count} })
	return figures, query.Wrap("count pushes", err)
}

// hour scans an hour since 1970.
type hour struct{ into *time.Time }

// Scan implements sql.Scanner.
func (h hour) Scan(value any) error {
	hours, _ := value.(int64)
	*h.into = time.Unix(hours*3600, 0)
	return nil
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
		closed, created query.Moment
		verdict         string
	}
	rows, err := query.ReadRows(ctx, app, `SELECT closed, created, verdict FROM cases WHERE state = 'closed' AND closed >= CAST(:from AS TEXT) AND closed < CAST(:to AS TEXT)`,
		[]any{sql.Named("from", query.Timestamp(from)), sql.Named("to", query.Timestamp(to))}, func(r *row) []any { return []any{&r.closed, &r.created, &r.verdict} })
	verdicts := make([]Verdict, len(rows))
	for i, r := range rows {
		closed := r.closed.In(time.UTC)
		verdicts[i] = Verdict{At: closed, Verdict: r.verdict}
		if created, ok := query.ParseDate(string(r.created)); ok {
			verdicts[i].Took = max(0, closed.Sub(created)).Truncate(time.Second)
		}
	}
	return verdicts, query.Wrap("read verdicts", err)
}
