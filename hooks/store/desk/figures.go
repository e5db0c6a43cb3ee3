package desk

import (
	"cmp"
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

// counting is what is counted of each bar, in SQL.
type counting struct {
	key, count string
	total      string // "" for none
	kinds      string // a common table expression k of the keys, "" for one
}

func (k counting) query() query.Query[Count] {
	return query.Map("", func(c *query.Columns, n *Count) {
		c.Add(`bars.n`, &n.Bar)
		c.Add(k.key, &n.Key)
		c.Add(k.count, &n.Count)
		c.Add(cmp.Or(k.total, `0`), &n.Total)
	}).SelectWith(bars, `FROM bars`+k.kinds)
}

// eachOf crosses the bars with the keys of a JSON array.
func eachOf(kinds string) string { return ` CROSS JOIN json_each('` + kinds + `') k` }

// countKinds counts rows by a column and the time of their creation: by an index of these two.
func countKinds(table, column, kinds string) query.Query[Count] {
	return counting{
		key:   `k.value`,
		count: `(SELECT count(*) FROM ` + table + ` t WHERE t.` + column + ` = CAST(k.value AS TEXT) AND ` + within("t.created") + `)`,
		kinds: eachOf(kinds),
	}.query()
}

// ofRatings returns a value of the orders with a rating k, by the index idx_orders_ratings.
func ofRatings(value string) string {
	return `(SELECT ` + value + ` FROM orders o WHERE o.rating_rate > 0 AND CAST(o.rating_rate + 0.5 AS INTEGER) = CAST(k.value AS INTEGER) AND ` + within("o.created") + `)`
}

// ofDeliveries returns a value of the orders that were delivered.
func ofDeliveries(value string) string {
	return `(SELECT ` + value + ` FROM orders o WHERE o.delivered != '' AND ` + within("o.delivered") + `)`
}

var (
	ordersByStatus = countKinds("orders", "status", `["new","done","cancelled","reviewed"]`)
	signupsByRole  = countKinds("users", "role", `["client","performer"]`)
	overdueCounts  = counting{
		key: `''`,
		count: `(SELECT count(*) FROM orders o WHERE o.status = 'new' AND o.date_till > '' AND o.date_till <= CAST(:date AS TEXT)
			AND ` + within("o.created") + `)`,
	}.query()
	ratingCounts   = counting{key: `CAST(k.value AS TEXT)`, count: ofRatings(`count(*)`), total: ofRatings(`total(o.rating_rate)`), kinds: eachOf(`[1,2,3,4,5]`)}.query()
	deliveryCounts = counting{key: `''`, count: ofDeliveries(`count(*)`), total: ofDeliveries(`total(o.took)`)}.query()
	openedCases    = counting{key: `''`, count: `(SELECT count(*) FROM cases c WHERE ` + within("c.created") + `)`}.query()
	closedCases    = counting{key: `''`, count: `(SELECT count(*) FROM cases c WHERE c.state = 'closed' AND ` + within("c.closed") + `)`}.query()
)

// readCounts runs the query of a counting.
func readCounts(ctx context.Context, app core.App, spans []Bar, counts query.Query[Count], arguments ...any) ([]Count, error) {
	list := make([][2]string, len(spans))
	for i, span := range spans {
		list[i] = [2]string{query.Timestamp(span.From), query.Timestamp(span.To)}
	}
	encoded, err := json.Marshal(list)
	if err != nil {
		return nil, err
	}
	return counts.Rows(ctx, app, append(arguments, sql.Named("bars", string(encoded)))...)
}

// CountOrders counts orders by their creation and their present status.
func CountOrders(ctx context.Context, app core.App, spans []Bar) ([]Count, error) {
	counts, err := readCounts(ctx, app, spans, ordersByStatus)
	return counts, query.Wrap("count orders", err)
}

// CountSignups counts people by their sign-up and their present role.
func CountSignups(ctx context.Context, app core.App, spans []Bar) ([]Count, error) {
	counts, err := readCounts(ctx, app, spans, signupsByRole)
	return counts, query.Wrap("count sign-ups", err)
}

// CountOverdue counts the orders that are new and have a date_till up to the given one, by their creation.
func CountOverdue(ctx context.Context, app core.App, spans []Bar, dateTill time.Time) ([]Count, error) {
	counts, err := readCounts(ctx, app, spans, overdueCounts, sql.Named("date", query.Timestamp(dateTill)))
	return counts, query.Wrap("count overdue orders", err)
}

// CountRatings counts the ratings of orders by the creation of the orders and the rounded rating. The total is of the ratings.
func CountRatings(ctx context.Context, app core.App, spans []Bar) ([]Count, error) {
	counts, err := readCounts(ctx, app, spans, ratingCounts)
	return counts, query.Wrap("count ratings", err)
}

// CountDeliveries counts orders by their delivery. The total is of the seconds that it took.
func CountDeliveries(ctx context.Context, app core.App, spans []Bar) ([]Count, error) {
	counts, err := readCounts(ctx, app, spans, deliveryCounts)
	return counts, query.Wrap("count deliveries", err)
}

// CountOpenedCases counts cases by when they were opened.
func CountOpenedCases(ctx context.Context, app core.App, spans []Bar) ([]Count, error) {
	counts, err := readCounts(ctx, app, spans, openedCases)
	return counts, query.Wrap("count opened cases", err)
}

// CountClosedCases counts cases by when they were decided.
func CountClosedCases(ctx context.Context, app core.App, spans []Bar) ([]Count, error) {
	counts, err := readCounts(ctx, app, spans, closedCases)
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
	figures, err := pushHours.Rows(ctx, app, sql.Named("from", from.Unix()/3600), sql.Named("to", to.Unix()/3600))
	return figures, query.Wrap("count pushes", err)
}

var pushHours = query.Map("", func(c *query.Columns, f *Figure) {
	c.Add(`hour`, hour{&f.Hour})
	c.Add(`state`, &f.Key)
	c.Add(`count`, &f.Count)
}).Select(`FROM push_hours WHERE hour >= :from AND hour < :to`)

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
	n, err = query.Value[int64](ctx, app, `SELECT `+capped(`cases WHERE state = 'open'`))
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
	rows, err := verdictTimes.Rows(ctx, app, sql.Named("from", query.Timestamp(from)), sql.Named("to", query.Timestamp(to)))
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

type verdictTime struct {
	closed, created query.Moment
	verdict         string
}

var verdictTimes = query.Map("", func(c *query.Columns, r *verdictTime) {
	c.Add(`closed`, &r.closed)
	c.Add(`created`, &r.created)
	c.Add(`verdict`, &r.verdict)
}).Select(`FROM cases WHERE state = 'closed' AND closed >= CAST(:from AS TEXT) AND closed < CAST(:to AS TEXT)`)
