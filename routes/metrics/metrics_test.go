package metrics_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/routes/testkit"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	"go.yaml.in/yaml/v3"
)

// get returns the status and the body of an address.
func get(t *testing.T, url string) (int, string) {
	t.Helper()
	answer, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(body)
}

// A server's scrape obeys Prometheus' conventions, has the numbers of what has happened, and all metrics that the
// dashboard and the alerts name. It is on an address of its own, which a second server can't have.
func TestMetrics(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a process")
	}
	t.Parallel()
	address := testkit.FreeAddress(t)
	p := testkit.Process(t, "PRIVET_METRICS="+address, "PRIVET_RATE_LIMIT=5")
	client := p.Client()
	view := fmt.Sprintf("user/view/%d", client.ID)
	p.Get(view).As(client.Token).Do().Want(200)
	p.Get(view).Do().Want(401)
	for range 9 {
		p.Get(view).As(client.Token).Do()
	}
	p.Get("/some/path/of/a/scanner").Do().Want(404)
	const last = `privet_http_requests_total{method="GET",route="/{path...}",status="404"} 1`
	status, scrape := get(t, "http://"+address+"/metrics")
	for range 1000 { // a request is counted after its answer
		if status != http.StatusOK || strings.Contains(scrape, last) {
			break
		}
		time.Sleep(10 * time.Millisecond)
		status, scrape = get(t, "http://"+address+"/metrics")
	}
	if status != http.StatusOK {
		t.Fatal(status, scrape)
	}
	problems, err := promlint.New(strings.NewReader(scrape)).Lint()
	if err != nil {
		t.Fatal(err)
	}
	for _, problem := range problems {
		t.Errorf("%s: %s", problem.Metric, problem.Text)
	}
	for _, want := range []string{
		`privet_http_requests_total{method="GET",route="/api/v1/user/view/{user_id}",status="200"} 5`,
		`privet_http_requests_total{method="GET",route="/api/v1/user/view/{user_id}",status="401"} 1`,
		`privet_http_requests_total{method="GET",route="/api/v1/user/view/{user_id}",status="429"} 5`,
		`privet_http_request_duration_seconds_count{route="/api/v1/user/view/{user_id}"} 11`,
		last,
		`privet_rate_limit_refusals_total{limit="user"} 5`,
		`privet_uploads_received_bytes_total `, // of the profile picture
		`privet_queue_admitted_total{queue="new_password"} 1`,
		`privet_pushes{state="waiting"} 0`,
		`privet_mails{state="waiting"} 0`,
		`privet_previews{state="ready"} 0`,
		`privet_faulty{part="database"} 0`,
		`privet_connections_open `,
		`privet_build_info{commit="`,
		`privet_disk_floor_bytes{folder="data"} 1e+06`,
		`privet_worker_failures_total{worker="pushes"} 0`,
		`process_open_fds `, `go_goroutines `,
	} {
		if !strings.Contains(scrape, "\n"+want) {
			t.Errorf("no line %s", want)
		}
	}
	for _, not := range []string{"scanner", "user/view/1", client.Email} {
		if strings.Contains(scrape, not) {
			t.Errorf("%q is a label", not)
		}
	}
	wantMetricsOf(t, scrape, "grafana.json", json.Unmarshal)
	wantMetricsOf(t, scrape, "alerts.yml", yaml.Unmarshal)

	if status, _ = get(t, "http://"+address+"/"); status != http.StatusNotFound {
		t.Errorf("the address answers other paths with %d", status)
	}
	if status, body := get(t, p.URL+"/metrics"); status != http.StatusNotFound || strings.Contains(body, "privet_") {
		t.Errorf("the API's address answers /metrics with %d", status)
	}
	second := exec.Command(testkit.Binary(t), "serve", "--dir", t.TempDir(), "--http", "127.0.0.1:0")
	second.Env = append(os.Environ(), "PRIVET_METRICS="+address)
	var printed bytes.Buffer
	second.Stderr = &printed
	if err := second.Run(); err == nil || strings.Count(printed.String(), "\n") != 1 || !strings.Contains(printed.String(), "privet: PRIVET_METRICS: listen tcp "+address) {
		t.Errorf("a second server: %v: %s", err, &printed)
	}
	if code := p.Stop(syscall.SIGTERM); code != 0 {
		t.Errorf("it ends with %d: %s", code, p.Log)
	}
}

// metricName matches what the project's, Go's and the process' metrics are called.
var metricName = regexp.MustCompile(`\b(privet|go|process)_[a-z0-9_]+\b`)

// wantMetricsOf fails the test unless each metric in the expressions of a file is in a scrape, and each of privet's in the
// scrape in one of the dashboard's.
func wantMetricsOf(t *testing.T, scrape, file string, decode func([]byte, any) error) {
	t.Helper()
	content, err := os.ReadFile("../../.github/deploy/" + file)
	if err != nil {
		t.Fatal(err)
	}
	var root any
	if err := decode(content, &root); err != nil {
		t.Fatal(err)
	}
	known, used := map[string]bool{}, map[string]bool{}
	for line := range strings.Lines(scrape) {
		if !strings.HasPrefix(line, "#") {
			known[metricName.FindString(line)] = true
		}
	}
	expressions := 0
	walk(root, func(expression string) {
		expressions++
		for _, name := range metricName.FindAllString(expression, -1) {
			used[name] = true
			if !known[name] {
				t.Errorf("%s: there is no metric %s: %s", file, name, expression)
			}
		}
	})
	if expressions < 10 {
		t.Errorf("%s has %d expressions", file, expressions)
	}
	for name := range known {
		histogram := strings.TrimSuffix(strings.TrimSuffix(name, "_sum"), "_count") + "_bucket"
		if file == "grafana.json" && strings.HasPrefix(name, "privet_") && !used[name] && !used[histogram] {
			t.Errorf("%s does not show %s", file, name)
		}
	}
}

// walk calls f with each expression in a decoded file.
func walk(node any, f func(string)) {
	switch v := node.(type) {
	case map[string]any:
		for key, value := range v {
			if text, ok := value.(string); ok && (key == "expr" || key == "definition") {
				f(text)
			}
			walk(value, f)
		}
	case []any:
		for _, value := range v {
			walk(value, f)
		}
	}
}

// The counts by state are those of the tables, whatever inserts, changes and deletes rows.
func TestCountsByState(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t)
	client, performer := s.Client(), s.Performer()
	s.AddDevice(performer, "phone", "en")
	for range 3 {
		s.Finish(performer, s.Order(client, performer)).Want(200)
	}
	run := func(text string) {
		t.Helper()
		if _, err := s.App.NonconcurrentDB().NewQuery(text).Execute(); err != nil {
			t.Fatal(err)
		}
	}
	check := func() {
		t.Helper()
		var wrong []string
		err := s.App.DB().NewQuery(`WITH now(kind, state, count) AS (
				SELECT 'push', state, count(*) FROM pushes WHERE state NOT IN ('waiting', 'off') GROUP BY 2
				UNION ALL SELECT 'preview', still, count(*) FROM media WHERE still <> '' GROUP BY 2
				UNION ALL SELECT 'removal', 'waiting', count(*) FROM file_removals HAVING count(*) > 0)
			SELECT kind || ' ' || state || ' ' || count FROM (SELECT * FROM now EXCEPT SELECT kind, state, count FROM state_counts)
			UNION ALL SELECT kind || ' ' || state || ' ' || count || ' counted' FROM (SELECT kind, state, count FROM state_counts WHERE count <> 0 EXCEPT SELECT * FROM now)`).Column(&wrong)
		if err != nil || len(wrong) > 0 {
			t.Errorf("%v: %v", wrong, err)
		}
		// Of pushes, not all states have a count: what is read for the metrics does.
		numbers, err := store.ReadQueueNumbers(t.Context(), s.App)
		if err != nil {
			t.Fatal(err)
		}
		var rows []struct {
			State string
			Count int64
		}
		if err := s.App.DB().NewQuery(`SELECT state, count(*) count FROM pushes GROUP BY state`).All(&rows); err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			if numbers.Pushes[row.State] != row.Count {
				t.Errorf("%d pushes are %s, read as %d", row.Count, row.State, numbers.Pushes[row.State])
			}
			delete(numbers.Pushes, row.State)
		}
		for state, count := range numbers.Pushes {
			if count != 0 {
				t.Errorf("no push is %s, read as %d", state, count)
			}
		}
	}
	check()
	run(`UPDATE pushes SET state = 'waiting' WHERE id = (SELECT min(id) FROM pushes)`)
	check()
	run(`UPDATE pushes SET state = 'failed' WHERE rowid % 2`)
	run(`UPDATE OR IGNORE pushes SET state = 'another' WHERE rowid % 3 = 0`)
	run(`UPDATE media SET still = iif(CAST(id AS INTEGER) % 2, 'waiting', 'ready')`)
	run(`INSERT OR IGNORE INTO file_removals (key, reason, created, next_try) VALUES ('a', '', '', '9'), ('b', '', '', '9'), ('a', '', '', '9')`)
	check()
	run(`UPDATE media SET still = '' WHERE id = '1'`)
	run(`DELETE FROM file_removals WHERE key = 'a'`)
	run(`DELETE FROM pushes WHERE state = 'failed'`)
	check()
	run(`DELETE FROM pushes`)
	check()
}
