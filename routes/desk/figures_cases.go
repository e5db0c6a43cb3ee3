package desk

import (
	"context"
	"slices"
	"time"

	"github.com/privet/privet/hooks/store/desk"

	"github.com/pocketbase/pocketbase/core"
)

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
