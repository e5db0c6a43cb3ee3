package desk

import (
	"sort"
	"strings"
	"time"

	"github.com/privet/privet/hooks/store/desk"

	"github.com/pocketbase/pocketbase/core"
)

// period is the span of time of a chart: its bars, and as long a time before it to compare with.
type period struct {
	name, step string
	zone       *time.Location
	starts     []time.Time // of the bars
	before, to time.Time   // where the time before begins, and where the period ends
}

// periods are the steps of the periods, and how many there are.
var periods = map[string]struct {
	step  string
	count int
}{"day": {"hour", 24}, "week": {"day", 7}, "month": {"day", 30}, "quarter": {"week", 13}, "year": {"month", 12}}

// periodOf returns the period that a request is about. It ends with the hour, day or month that is not over yet, in the zone that the
// request names, or that of orders.
func (a *api) periodOf(e *core.RequestEvent) (*period, error) {
	name, err := choice(e, "period", "month", "day", "week", "quarter", "year")
	if err != nil {
		return nil, err
	}
	zone := a.zone
	if text, err := parameter(e, "zone", 64); err != nil {
		return nil, err
	} else if text != "" {
		if zone, err = time.LoadLocation(text); err != nil || strings.EqualFold(text, "local") {
			return nil, badParameter(e, "zone")
		}
	}
	return newPeriod(name, zone, time.Now()), nil
}

func newPeriod(name string, zone *time.Location, now time.Time) *period {
	p := &period{name: name, step: periods[name].step, zone: zone}
	count := periods[name].count
	year, month, day := now.In(zone).Date()
	at := func(n int) time.Time { // where the n-th step begins that comes after the present one
		switch p.step {
		case "hour":
			return now.Truncate(time.Hour).Add(time.Duration(n) * time.Hour)
		case "day":
			return time.Date(year, month, day+n, 0, 0, 0, 0, zone)
		case "week": // seven days that end with today
			return time.Date(year, month, day+1+7*(n-1), 0, 0, 0, 0, zone)
		}
		return time.Date(year, month+time.Month(n), 1, 0, 0, 0, 0, zone)
	}
	for n := range count {
		p.starts = append(p.starts, at(n-count+1))
	}
	p.before, p.to = at(1-2*count), at(1)
	return p
}

// from returns when the period begins.
func (p *period) from() time.Time { return p.starts[0] }

// bar returns the index of the bar that a time is of, -1 for one before the period. Hours of zones that are not whole hours from UTC
// are of the bar in which they begin.
func (p *period) bar(at time.Time) int {
	return sort.Search(len(p.starts), func(i int) bool { return p.starts[i].After(at) }) - 1
}

// spans returns the bars, and after them the time before the period.
func (p *period) spans() []desk.Bar {
	var spans []desk.Bar
	for i, start := range p.starts {
		end := p.to
		if i+1 < len(p.starts) {
			end = p.starts[i+1]
		}
		spans = append(spans, desk.Bar{From: start, To: end})
	}
	return append(spans, desk.Bar{From: p.before, To: p.from()})
}
