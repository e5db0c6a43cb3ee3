package benchmark

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/pocketbase/pocketbase/core"
)

// deskResult is what a call took on one server.
type deskResult struct {
	first time.Duration // of the first request since the server's start
	all   []time.Duration
	cpu   time.Duration // of the server, of all
	bytes int
}

// desk asks a server's desk as an owner.
type desk struct {
	server *server
	client *client
	token  string
}

func (d *desk) do(c *deskCall, n int) (time.Duration, []byte, error) {
	path := "/api/desk/" + c.paths[n%len(c.paths)]
	message := get(d.token, path)
	if c.body != "" {
		message = post(d.token, path, c.body)
	}
	begin := time.Now()
	body, err := d.client.do(message)
	return time.Since(begin), body, err
}

// openDesk starts a server on a copy of the data. With statistics the tables have those that PRAGMA optimize, which runs every night, gathers.
func openDesk(t testing.TB, data *dataset, statistics bool) (*desk, []string) {
	t.Helper()
	copied := copyData(t, data)
	db, err := core.DefaultDBConnect(copied.dir + "/data.db")
	if err != nil {
		t.Fatal(err)
	}
	var cases []string
	if err := db.NewQuery(`SELECT id FROM cases WHERE state = 'open' AND id GLOB 'open*' ORDER BY due`).Column(&cases); err != nil {
		t.Fatal(err)
	}
	if statistics {
		if _, err := db.NewQuery(`PRAGMA optimize = 0x10002`).Execute(); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	tokens, err := superuserTokens(copied.dir)
	if err != nil {
		t.Fatal(err)
	}
	s := serveData(t, ours, ours, copied)
	c, err := dial(s.address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.conn.Close() })
	return &desk{s, c, tokens[0]}, cases
}

// few returns at most n of some values, which are spread over all.
func few(all []string, n int) (some []string) {
	for i := range min(n, len(all)) {
		some = append(some, all[i*len(all)/min(n, len(all))])
	}
	return some
}

// BenchmarkDesk asks each page of the desk, and acts, on a database of 100,000 users, 200,000 orders and 5,000 open cases: once right after
// the data came about, and once with the statistics that the database has from the first night on. It prints what each took, from the
// request to the last byte of the answer.
func BenchmarkDesk(b *testing.B) {
	root := cacheFolder(b)
	data := deskDataset(b, root, *users, orderCount())
	var calls []deskCall
	results := make([][2]deskResult, 0, 150)
	for state, statistics := range []bool{false, true} {
		d, cases := openDesk(b, data, statistics)
		calls = append(deskPages(data, few(cases, 40)), deskActs(data, few(cases, 40))...)
		for len(results) < len(calls) {
			results = append(results, [2]deskResult{})
		}
		for i := range calls {
			r := &results[i][state]
			b.Run(map[bool]string{false: "new/", true: "settled/"}[statistics]+fileName(calls[i].name), func(b *testing.B) {
				measureDesk(b, d, &calls[i], r)
			})
		}
	}
	printDesk(os.Stdout, calls, results)
}

// measureDesk repeats a call, and an act for each of its targets.
func measureDesk(b *testing.B, d *desk, c *deskCall, r *deskResult) {
	once := func(n int) {
		took, body, err := d.do(c, n)
		if err != nil {
			b.Fatal(err)
		}
		if r.all == nil {
			r.first = took
		}
		r.all, r.bytes = append(r.all, took), len(body)
	}
	before, err := d.server.usage()
	if err != nil {
		b.Fatal(err)
	}
	if c.body != "" {
		if r.all == nil { // targets can't be acted on again
			for n := range c.paths {
				once(n)
			}
		}
		for b.Loop() {
		}
	} else {
		n := 0
		for b.Loop() {
			once(n)
			n++
		}
	}
	slices.Sort(r.all)
	after, err := d.server.usage()
	if err != nil {
		b.Fatal(err)
	}
	r.cpu += time.Duration(after.CPU - before.CPU)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(milli(r.mean()), "ms")
	b.ReportMetric(milli(r.p99()), "p99-ms")
	b.ReportMetric(milli(r.first), "first-ms")
	b.ReportMetric(milli(r.cpu)/float64(len(r.all)), "CPU-ms")
}

func (r *deskResult) mean() time.Duration {
	var sum time.Duration
	for _, took := range r.all {
		sum += took
	}
	return sum / time.Duration(max(1, len(r.all)))
}

func (r *deskResult) p99() time.Duration {
	if len(r.all) == 0 {
		return 0
	}
	return r.all[(len(r.all)*99+99)/100-1]
}

func milli(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// printDesk prints the table, in milliseconds.
func printDesk(to io.Writer, calls []deskCall, results [][2]deskResult) {
	w := tabwriter.NewWriter(to, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "\nms\tnew: first\tmean\tp99\tCPU\tsettled: first\tmean\tp99\tCPU\tKB\tlimit\t")
	for i, c := range calls {
		if results[i][0].all == nil && results[i][1].all == nil {
			continue // -bench chose others
		}
		fmt.Fprint(w, c.name)
		worst := time.Duration(0)
		for _, r := range results[i] {
			fmt.Fprintf(w, "\t%.1f\t%.1f\t%.1f\t%.1f", milli(r.first), milli(r.mean()), milli(r.p99()), milli(r.cpu)/float64(max(1, len(r.all))))
			worst = max(worst, r.first, r.p99())
		}
		limit := ""
		if c.limit > 0 {
			limit = fmt.Sprintf("%d: %s", c.limit.Milliseconds(), verdict(worst <= c.limit))
		}
		fmt.Fprintf(w, "\t%.0f\t%s\t\n", float64(max(results[i][0].bytes, results[i][1].bytes))/1024, limit)
	}
	w.Flush()
}

// TestDeskSmoke asks all pages and acts with little data, which shows that the benchmark works.
func TestDeskSmoke(t *testing.T) {
	if !*smoke {
		t.Skip("builds and starts a server: -smoke")
	}
	data := deskDataset(t, t.TempDir(), 200, 400)
	d, cases := openDesk(t, data, false)
	for _, c := range append(deskPages(data, few(cases, 3)), deskActs(data, few(cases, 3))...) {
		for n := range c.paths {
			_, body, err := d.do(&c, n)
			if err != nil {
				t.Errorf("%s: %v", c.name, err)
			} else if !json.Valid(body) && !strings.HasPrefix(c.paths[n], "log.csv") {
				t.Errorf("%s: %s answers no JSON", c.name, c.paths[n])
			}
		}
	}
}
