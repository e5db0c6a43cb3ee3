package desk_test

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/privet/privet/hooks/settings"
	"github.com/privet/privet/routes/testkit"
)

// watched records the SQL that a server runs.
type watched struct {
	mu  sync.Mutex
	all []string
}

func (w *watched) add(statement string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.all = append(w.all, statement)
}

func (w *watched) drain() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	all := w.all
	w.all = nil
	return all
}

// few are the steps that begin with SCAN and read few rows: common table expressions, what a subquery found, matches of a text, JSON, and
// the parts of an index that a page of the newest or the counts of the queue take, and of what runs beside: the worker of the search index, and the job
// that looks every five minutes whom to write to.
var few = regexp.MustCompile(`^SCAN (CONSTANT ROW|users_search_queue$|_superusers$|\(?subquery|page|found|best|bars|counts|waiting|d$|f$|p$|m$|k |json_each|p VIRTUAL TABLE|s VIRTUAL TABLE INDEX \d+:|` +
	`media USING (COVERING )?INDEX idx_media_(newest|deliveries|hidden|faults)|pushes USING INDEX idx_pushes_failed|mails USING INDEX idx_mails_failed|bans USING INDEX idx_bans_newest|(c|cases) USING COVERING INDEX idx_cases_(queue|closed|open)|audit USING INDEX idx_audit_at)`)

// Each page of the desk uses indexes: none reads a whole table.
func TestPlans(t *testing.T) {
	t.Parallel()
	q := &watched{}
	s := testkit.StartWatched(t, q.add, func(s *settings.Settings) { s.RateLimit = 0 })
	client, performer := s.Signup("role", "1", "device_id", "phone"), s.Performer()
	order := s.Order(client, performer)
	s.Finish(performer, order).Want(200)
	report(s, client, "order_id", order)
	owner := s.Owner()
	open := desk{s, owner}.cases().String("items", 0, "id")
	paths := []string{"media", "media?show=orders&page=2", "media?show=hidden", fmt.Sprintf("orders/%d", order), fmt.Sprintf("users/%d", performer.ID), "log", "log?what=warn", "log?who=a",
		fmt.Sprintf("log?whom=%d", client.ID), "log?whom=order+1", "log?whom=media+1", "log?who=a&what=b", "faults", "faults?kind=previews&page=2", "bans"}
	for _, filter := range []string{"", "?kind=report", "?whose=free&kind=word", "?whose=mine", "?state=closed", "?state=closed&kind=report", "?state=closed&whose=mine"} {
		paths = append(paths, "cases"+filter, "cases/"+open+filter)
	}
	for _, list := range []string{"orders", "media", "reports", "devices", "bans", "notes", "log"} {
		paths = append(paths, fmt.Sprintf("users/%d/%s", client.ID, list))
	}
	for _, text := range []string{"7", "ми", "миша и кот", "a@example.com", "+79123456789", "abcdefgh"} {
		paths = append(paths, "search?q="+url.QueryEscape(text))
	}
	for _, name := range []string{"orders", "cancelled", "signups", "ratings", "delivery", "pushes", "cases", "verdicts"} {
		paths = append(paths, "figures/"+name+"?period=year")
	}
	check := func(statistics string) {
		for _, path := range paths {
			q.drain()
			s.Get("/api/desk/" + path).As(owner).Do().Want(200)
			statements := q.drain()
			for _, statement := range statements {
				if verb, _, _ := strings.Cut(strings.TrimSpace(statement), " "); !slices.Contains([]string{"SELECT", "WITH"}, strings.ToUpper(verb)) {
					continue
				}
				for _, step := range s.Plan(statement) {
					if strings.HasPrefix(step, "SCAN ") && !few.MatchString(step) {
						t.Errorf("%s, %s: %s in\n%s", statistics, path, step, statement)
					}
				}
			}
			if len(statements) > 25 {
				t.Errorf("%s: %d statements", path, len(statements))
			}
		}
	}
	check("without statistics")
	// While the statistics are made, the rows are of many people: of one who has all of them SQLite may read all.
	s.Exec(`WITH RECURSIVE n(i) AS (SELECT 1000 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
		INSERT INTO orders (id, client, performer, status, date_till, rev, created, updated) SELECT i, i, -i, 'new', '2030-01-01 00:00:00.000Z', 1, '2024-01-01 00:00:00.000Z', '' FROM n`)
	// Of a table of a few rows SQLite may as well read all.
	s.Exec(`WITH RECURSIVE n(i) AS (SELECT 1000 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
		INSERT INTO cases (id, target, state, verdict, user, "order", due, kinds, created, closed, updated) SELECT 'case' || i, 'order ' || i, 'closed', 'nothing', i, i, '2024-01-02 00:00:00.000Z', '["report"]',
			'2024-01-01 00:00:00.000Z', '2024-01-01 00:00:00.000Z', '' FROM n`)
	// With statistics of a table of a few rows SQLite reads all of it.
	s.Exec(`BEGIN; ANALYZE; DELETE FROM sqlite_stat1 WHERE CAST(stat AS INTEGER) < 1000; COMMIT`)
	s.Exec(`UPDATE orders SET client = '%d', performer = '%d' WHERE client = id`, client.ID, performer.ID)
	s.Exec(`UPDATE cases SET "user" = '%d' WHERE "user" = "order"`, performer.ID)
	s.Reconnect()
	check("with statistics")
}
