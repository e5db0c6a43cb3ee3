package desk_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/privet/privet/routes/testkit"
)

// Each figure is what the records say, now and for the time before, whatever became of the records since.
func TestFigures(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t)
	dashboard := s.Dashboard()
	client, performer := s.Client(), s.Performer()
	done, reviewed, cancelled, overdue := s.Order(client, performer), s.Order(client, performer), 0, 0
	s.Finish(performer, done).Want(200)
	s.Finish(performer, reviewed).Want(200)
	s.Post(fmt.Sprintf("order/update/%d", reviewed)).As(client.Token).JSON(`{"status":4,"rating_rate":4.5}`).Do().Want(200)
	cancelled = s.Order(client, performer)
	s.Post(fmt.Sprintf("order/update/%d", cancelled)).As(client.Token).JSON(`{"status":3}`).Do().Want(200)
	overdue = s.Order(client, performer)
	s.Exec(`UPDATE orders SET date_till = '2020-01-01 00:00:00.000Z' WHERE id = %d`, overdue)
	s.Exec(`UPDATE orders SET created = strftime('%%Y-%%m-%%d %%H:%%M:%%fZ', 'now', '-40 days') WHERE id = %d`, cancelled)
	s.Exec(`INSERT INTO cases (id, target, state, verdict, user, due, kinds, created, closed, updated)
		SELECT 'case' || value, 'user 1', iif(value = 4, 'open', 'closed'), iif(value = 4, '', 'warned'), '1', '', '["report"]',
			strftime('%%Y-%%m-%%d %%H:%%M:%%fZ', 'now', '-' || (value * 20) || ' hours'), iif(value = 4, '', strftime('%%Y-%%m-%%d %%H:%%M:%%fZ', 'now')), '' FROM json_each('[1,2,3,4]')`)

	get := func(name, query string) testkit.Map {
		return s.Get("/api/desk/figures/" + name + "?" + query).As(dashboard.Token()).Do().Want(200).Map()
	}
	check := func(name, part, want string) {
		t.Helper()
		chart := get(name, "")
		values, _ := chart.At(part).(map[string]any)
		for pair := range strings.FieldsSeq(want) {
			key, value, _ := strings.Cut(pair, "=")
			if got := fmt.Sprint(values[key]); got != value {
				t.Errorf("%s, %s: %s is %s, want %s", name, part, key, got, value)
			}
		}
		sum := 0.0
		if all, ok := values["all"].(float64); ok && part == "total" {
			for i := range chart.Len("bars") {
				if n, ok := chart.At("bars", i, "values", "all").(float64); ok {
					sum += n
				}
			}
			if all != sum {
				t.Errorf("%s: the bars have %v, the total %v", name, sum, all)
			}
		}
	}
	check("orders", "total", "new=0 overdue=1 done=1 reviewed=1 cancelled=0 all=3")
	check("orders", "previous", "cancelled=1 all=1")
	check("cancelled", "total", "cancelled=0 all=3 share=0")
	check("cancelled", "previous", "share=1")
	check("signups", "total", "client=1 performer=1 all=2")
	check("ratings", "total", "5=1 4=0 all=1 mean=4.5")
	check("ratings", "previous", "all=0 mean=<nil>")
	check("delivery", "total", "all=2")
	check("cases", "total", "opened=5 closed=3 open=2")
	check("verdicts", "total", "all=3 late=2 median=144000 worst=216000 verdict_warned=3")
	if seconds, ok := get("delivery", "").At("total", "seconds").(float64); !ok || seconds < 0 || seconds > 600 {
		t.Errorf("%v seconds to deliver", seconds)
	}

	// What is changed afterwards is counted anew.
	dashboard.Change("orders", reviewed, map[string]any{"status": "done"}).Want(200)
	dashboard.Change("users", client.ID, map[string]any{"role": "performer"}).Want(200)
	check("orders", "total", "done=2 reviewed=0 all=3")
	check("ratings", "total", "5=0 all=0 mean=<nil>")
	check("signups", "total", "client=0 performer=2")
	s.Exec(`UPDATE pushes SET state = 'sent', updated = strftime('%%Y-%%m-%%d %%H:%%M:%%fZ', 'now')`)
	s.Exec(`DELETE FROM pushes`)
	check("pushes", "total", fmt.Sprintf("failed=0 all=%v", get("pushes", "").At("total", "sent")))

	for query, want := range map[string]string{"period=day": "24 hour UTC", "period=week": "7 day UTC", "period=month&zone=Europe/Moscow": "30 day Europe/Moscow",
		"period=quarter": "13 week UTC", "period=year&zone=Asia/Kolkata": "12 month Asia/Kolkata"} {
		chart := get("orders", query)
		if got := fmt.Sprint(chart.Len("bars"), " ", chart.String("step"), " ", chart.String("zone")); got != want {
			t.Errorf("%s: %s, want %s", query, got, want)
		}
		first, err := time.Parse(time.RFC3339, chart.String("from"))
		if err != nil || chart.String("bars", 0, "at") != chart.String("from") || first.After(time.Now().Add(-22*time.Hour)) {
			t.Errorf("%s begins at %s: %v", query, chart.String("from"), err)
		}
		if all := chart.At("total", "all"); all != 3.0 && !strings.Contains(query, "year") && !strings.Contains(query, "quarter") {
			t.Errorf("%s: %v orders", query, all)
		}
	}
	for _, bad := range []string{"period=x", "period=%00", "zone=x", "zone=../../etc/passwd", "zone=Local", "zone=" + strings.Repeat("a", 100)} {
		s.Get("/api/desk/figures/orders?" + bad).As(dashboard.Token()).Do().Want(400)
	}
	s.Get("/api/desk/figures/nope").As(dashboard.Token()).Do().Want(404)
	s.WantCleanLog()
}
