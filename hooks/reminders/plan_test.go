package reminders_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/privet/privet/hooks/order"
	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/routes/testkit"
)

// fill adds orders to the table, bypassing the hooks: a tenth of them new, most of these with dates to come, of performers with a
// hundred orders each.
func fill(s *testkit.Server, orders int) {
	s.Exec(`WITH RECURSIVE n(i) AS (SELECT 1000 UNION ALL SELECT i + 1 FROM n WHERE i < %d)
		INSERT INTO orders (id, client, performer, status, description, rev, date_till, reminded, created, updated)
		SELECT i, i, i / 100, iif(i %% 10, 'done', 'new'), 'd', 1, strftime('%%Y-%%m-%%d %%H:%%M:%%fZ', 'now', (i %% 10007 - 1000) || ' minutes'),
			iif(i %% 10007 < 1000, 3, iif(i %% 10007 < 1120, 2, iif(i %% 10007 < 2440, 1, 0))), '2024-01-01 00:00:00.000Z', '2024-01-01 00:00:00.000Z' FROM n`, 999+orders)
}

// dates are those of the reminders that are due at a time in UTC.
func dates(now time.Time) (d store.ReminderDates) {
	d[order.NoReminder] = now.Add(-order.OverdueFor)
	for r := order.DayBefore; r <= order.Overdue; r++ {
		d[r] = now.Add(r.Lead())
	}
	return d
}

// The queue finds what is due by indexes, without SQLite's statistics and with them.
func TestPlans(t *testing.T) {
	t.Parallel()
	var statements []string
	s := testkit.StartWatched(t, func(statement string) {
		if strings.Contains(statement, "reminded") {
			statements = append(statements, statement)
		}
	})
	fill(s, 20_000)
	for _, statistics := range []string{"without", "with"} {
		if statistics == "with" {
			s.Exec("ANALYZE")
		}
		statements = nil
		ask(t, s, time.Now())
		asked := statements
		if len(asked) < 5 {
			t.Fatalf("%d statements: %q", len(asked), asked)
		}
		for _, statement := range asked {
			for _, step := range s.Plan(statement) {
				if strings.HasPrefix(step, "SCAN ") && !strings.HasPrefix(step, "SCAN (") && step != "SCAN CONSTANT ROW" {
					t.Errorf("%s statistics: %s in %s", statistics, step, statement)
				}
			}
		}
	}
}

// ask asks what the queue asks at each look, and for one performer's orders. It returns how many performers have reminders due.
func ask(t testing.TB, s *testkit.Server, now time.Time) (performers int) {
	d := dates(now)
	ids, err := store.PerformersToRemind(context.Background(), s.App, d, 64)
	if err != nil {
		t.Fatal(err)
	}
	for r := order.DayBefore; r <= order.Overdue; r++ {
		if _, _, err := store.NextToRemind(context.Background(), s.App, r-1, d[r]); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, err := store.OrdersToRemind(context.Background(), s.App, "20", d); err != nil {
		t.Fatal(err)
	}
	return len(ids)
}

// BenchmarkQueue measures a look at the queue among a million orders, when nothing is due and when some are.
func BenchmarkQueue(b *testing.B) {
	s := testkit.Start(b)
	fill(s, 1_000_000)
	for _, later := range []time.Duration{-time.Minute, 10 * time.Minute} {
		b.Run(fmt.Sprint(later), func(b *testing.B) {
			now := time.Now().Add(later)
			for b.Loop() {
				b.ReportMetric(float64(ask(b, s, now)), "performers")
			}
		})
	}
}
