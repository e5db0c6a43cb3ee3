package desk

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/privet/privet/hooks/order"
	"github.com/privet/privet/hooks/store/desk"

	"github.com/pocketbase/pocketbase/core"
)

// numbers are the values of a bar or of a whole period by their names. nil is a value that there is not, as a mean of nothing.
type numbers map[string]*float64

func (n numbers) add(name string, value float64) {
	if n[name] == nil {
		n[name] = new(float64)
	}
	*n[name] += value
}

type barJSON struct {
	At     *string `json:"at"` // where it begins
	Values numbers `json:"values"`
}

type chartJSON struct {
	Name     string    `json:"name"`
	Period   string    `json:"period"`
	Step     string    `json:"step"`
	Zone     string    `json:"zone"`
	From     *string   `json:"from"`
	To       *string   `json:"to"`
	Bars     []barJSON `json:"bars"`
	Total    numbers   `json:"total"`
	Previous numbers   `json:"previous"` // as long a time before
}

// chart is what is summed up for a chart.
type chart struct {
	*period
	bars            []numbers
	total, previous numbers
}

// charts are the figures by name: each fills the bars of a chart.
var charts = map[string]func(context.Context, core.App, *chart, *api) error{
	"orders":    ordersChart,
	"cancelled": cancelledChart,
	"signups":   signupsChart,
	"pushes":    pushesChart,
	"ratings":   ratingsChart,
	"delivery":  deliveryChart,
	"cases":     casesChart,
	"verdicts":  verdictsChart,
}

// figures answers one chart with its figures.
func (a *api) figures(e *core.RequestEvent) error {
	fill := charts[e.Request.PathValue("name")]
	if fill == nil {
		return notFound(e)
	}
	p, err := a.periodOf(e)
	if err != nil {
		return err
	}
	c := &chart{period: p, bars: make([]numbers, len(p.starts)), total: numbers{}, previous: numbers{}}
	for i := range c.bars {
		c.bars[i] = numbers{}
	}
	if err := fill(e.Request.Context(), e.App, c, a); err != nil {
		return err
	}
	answer := chartJSON{Name: e.Request.PathValue("name"), Period: p.name, Step: p.step, Zone: p.zone.String(), From: instant(p.from()), To: instant(p.to),
		Total: c.total, Previous: c.previous, Bars: make([]barJSON, len(c.bars))}
	for i, bar := range c.bars {
		answer.Bars[i] = barJSON{instant(p.starts[i]), bar}
	}
	return e.JSON(http.StatusOK, answer)
}

// all returns the values of the bars, of the whole period and of the time before.
func (c *chart) all() []numbers { return append(slices.Clone(c.bars), c.total, c.previous) }

// names makes values be there, as 0.
func (c *chart) names(names ...string) {
	for _, values := range c.all() {
		for _, name := range names {
			values.add(name, 0)
		}
	}
}

// add adds a value to a bar, by its index, and to the total; of no bar it was before.
func (c *chart) add(bar int, name string, value float64) {
	if bar < 0 || bar >= len(c.bars) {
		c.previous.add(name, value)
		return
	}
	c.bars[bar].add(name, value)
	c.total.add(name, value)
}

// count adds counts by their keys, and as "all".
func (c *chart) count(counts []desk.Count) {
	for _, n := range counts {
		c.add(n.Bar, n.Key, float64(n.Count))
		c.add(n.Bar, "all", float64(n.Count))
	}
}

// derive sets a value of all bars, of the total and of what was before; nil is none.
func (c *chart) derive(name string, value func(numbers) *float64) {
	for _, values := range c.all() {
		values[name] = value(values)
	}
}

// ratio returns a value divided by another; nil where that is 0.
func ratio(value, by string) func(numbers) *float64 {
	return func(n numbers) *float64 {
		if *n[by] == 0 {
			return nil
		}
		return new(*n[value] / *n[by])
	}
}

// countOrders counts orders by what became of them.
func countOrders(ctx context.Context, app core.App, c *chart) error {
	c.names("all", "new", "done", "cancelled", "reviewed")
	counts, err := desk.CountOrders(ctx, app, c.spans())
	c.count(counts)
	return err
}

// ordersChart counts orders by what became of them; new ones whose date has passed are overdue and not new.
func ordersChart(ctx context.Context, app core.App, c *chart, a *api) error {
	c.names("overdue")
	if err := countOrders(ctx, app, c); err != nil {
		return err
	}
	overdue, err := desk.CountOverdue(ctx, app, c.spans(), order.DateTill(time.Now(), a.zone))
	for _, n := range overdue {
		c.add(n.Bar, "overdue", float64(n.Count))
		c.add(n.Bar, "new", -float64(n.Count))
	}
	return err
}

// cancelledChart is the share of orders that were cancelled.
func cancelledChart(ctx context.Context, app core.App, c *chart, _ *api) error {
	if err := countOrders(ctx, app, c); err != nil {
		return err
	}
	c.derive("share", ratio("cancelled", "all"))
	for _, values := range c.all() {
		for _, name := range []string{"new", "done", "reviewed"} {
			delete(values, name)
		}
	}
	return nil
}

// signupsChart counts people by their role.
func signupsChart(ctx context.Context, app core.App, c *chart, _ *api) error {
	c.names("all", "client", "performer")
	counts, err := desk.CountSignups(ctx, app, c.spans())
	c.count(counts)
	return err
}

// pushesChart counts pushes by their outcome.
func pushesChart(ctx context.Context, app core.App, c *chart, _ *api) error {
	c.names("all", "sent", "failed", "expired")
	pushes, err := desk.PushesByHour(ctx, app, c.before, c.to)
	for _, f := range pushes {
		c.add(c.bar(f.Hour), f.Key, float64(f.Count))
		c.add(c.bar(f.Hour), "all", float64(f.Count))
	}
	return err
}

// ratingsChart counts ratings by stars, with their mean, by when the order was made.
func ratingsChart(ctx context.Context, app core.App, c *chart, _ *api) error {
	c.names("1", "2", "3", "4", "5", "all", "mean")
	counts, err := desk.CountRatings(ctx, app, c.spans())
	c.count(counts)
	for _, n := range counts {
		c.add(n.Bar, "mean", n.Total)
	}
	c.derive("mean", ratio("mean", "all"))
	return err
}

// deliveryChart is how many orders were delivered, and after how many seconds on average.
func deliveryChart(ctx context.Context, app core.App, c *chart, _ *api) error {
	c.names("all", "seconds")
	counts, err := desk.CountDeliveries(ctx, app, c.spans())
	for _, n := range counts {
		c.add(n.Bar, "all", float64(n.Count))
		c.add(n.Bar, "seconds", n.Total)
	}
	c.derive("seconds", ratio("seconds", "all"))
	return err
}

// casesChart counts the cases that were opened and closed, and those that are open now, up to desk.Cap.
func casesChart(ctx context.Context, app core.App, c *chart, _ *api) error {
	c.names("opened", "closed")
	opened, err := desk.CountOpenedCases(ctx, app, c.spans())
	if err != nil {
		return err
	}
	for _, n := range opened {
		c.add(n.Bar, "opened", float64(n.Count))
	}
	closed, err := desk.CountClosedCases(ctx, app, c.spans())
	if err != nil {
		return err
	}
	for _, n := range closed {
		c.add(n.Bar, "closed", float64(n.Count))
	}
	open, err := desk.CountOpenCases(ctx, app)
	c.total.add("open", float64(open))
	return err
}

// verdictsChart is how many seconds it took to decide: the median and the longest time, how many took more than desk.CaseTime, and how often
// each verdict was given.
func verdictsChart(ctx context.Context, app core.App, c *chart, _ *api) error {
	c.names("all", "late")
	verdicts, err := desk.ReadVerdicts(ctx, app, c.before, c.to)
	if err != nil {
		return err
	}
	took := make([][]time.Duration, len(c.bars)+2) // of each bar, of all, and of those before
	for _, v := range verdicts {
		c.add(c.bar(v.At), "all", 1)
		if v.Took > desk.CaseTime {
			c.add(c.bar(v.At), "late", 1)
		}
		i := c.bar(v.At)
		if i < 0 {
			i = len(c.bars) + 1
		} else {
			took[len(c.bars)] = append(took[len(c.bars)], v.Took)
			c.total.add("verdict_"+v.Verdict, 1)
		}
		took[i] = append(took[i], v.Took)
	}
	for i, values := range c.all() {
		values["median"], values["worst"] = median(took[i])
	}
	return nil
}

// median returns the median and the maximum in seconds, nil of nothing.
func median(took []time.Duration) (middle, worst *float64) {
	if len(took) == 0 {
		return nil, nil
	}
	slices.Sort(took)
	n := len(took)
	return new((took[(n-1)/2] + took[n/2]).Seconds() / 2), new(took[n-1].Seconds())
}
