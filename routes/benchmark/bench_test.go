package benchmark

import (
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var (
	users             = flag.Int("users", 100_000, "users in the data")
	orders            = flag.Int("orders", 0, "orders in the data (default twice as many as users)")
	grow              = flag.Int("grow", 0, "adds a server with so many users, to see how costs grow")
	profiles          = flag.String("profile", "", "folder for profiles of the servers under each work")
	sliceLength       = flag.Duration("slice", 250*time.Millisecond, "how long one server is asked before the next has its turn")
	nativeConnections = flag.Int("native-connections", 0, "database connections of native PocketBase; 0: its own default")
	bareOpen          = flag.Bool("bare-open", false, "the bare server looks no token up")
)

// larger is the name of our server with more data.
const larger = "ours, larger"

func TestMain(m *testing.M) {
	if kind := os.Getenv(kindVariable); kind != "" {
		fmt.Fprintln(os.Stderr, serveChild(kind))
		os.Exit(1)
	}
	code := m.Run()
	if built != "" {
		os.RemoveAll(built)
	}
	os.Exit(code)
}

// BenchmarkSideBySide measures all works on all servers and prints the tables.
func BenchmarkSideBySide(b *testing.B) {
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = os.TempDir()
	}
	root := filepath.Join(cache, "privet-benchmark")
	if err := os.MkdirAll(root, 0o700); err != nil {
		b.Fatal(err)
	}
	if *orders == 0 {
		*orders = 2 * *users
	}
	servers := startAll(b, root, *users, *orders)
	if *grow > 0 {
		servers = append(servers, startServer(b, larger, ours, seed(b, root, *grow, 2**grow)))
	}
	var rows []*row
	for _, w := range works() {
		b.Run(fileName(w.name), func(b *testing.B) {
			r := measure(b, w, servers)
			rows = append(rows, r)
			b.ReportMetric(0, "ns/op") // of a round, which says nothing
			for _, figure := range r.ratios() {
				if figure != nil {
					b.ReportMetric(figure.value, figure.unit)
				}
			}
		})
	}
	if len(rows) == 0 {
		return
	}
	printRatios(os.Stdout, rows)
	if err := printFigures(os.Stdout, rows); err != nil {
		b.Fatal(err)
	}
}

// TestSmoke lets all servers do all works on little data: the benchmark works, and ours answers what bare does.
func TestSmoke(t *testing.T) {
	if testing.Short() {
		t.Skip("builds and starts three servers")
	}
	servers := startAll(t, t.TempDir(), 200, 400)
	var rows []*row
	for _, w := range works() {
		w.clients = 2
		r := newRow(w, servers)
		round(t, r, time.Millisecond)
		rows = append(rows, r)
	}
	printRatios(io.Discard, rows)
	if err := printFigures(io.Discard, rows); err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		for _, c := range r.cells {
			if len(c.latencies) == 0 || c.cpu <= 0 {
				t.Errorf("%s: nothing was measured of %s", r.work.name, c.server.name)
			}
		}
	}
}

func seed(t testing.TB, root string, users, orders int) *dataset {
	t.Helper()
	data, err := seeded(root, users, orders)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// startAll starts the three servers and makes sure that they answer the same.
func startAll(t testing.TB, root string, users, orders int) []*server {
	t.Helper()
	data := seed(t, root, users, orders)
	a, b, c := startServer(t, ours, ours, data), startServer(t, native, native, data), startServer(t, bareDB, bareDB, data)
	if err := sameAnswers(a, b, c, works()); err != nil {
		t.Fatal(err)
	}
	return []*server{a, b, c}
}

func newRow(w work, servers []*server) *row {
	r := &row{work: w}
	for _, s := range servers {
		r.cells = append(r.cells, &cell{server: s, requests: w.requests(s)})
	}
	return r
}

// measure does a work in rounds for as long as the benchmark is to take.
func measure(b *testing.B, w work, servers []*server) *row {
	warm := newRow(w, servers)
	round(b, warm, *sliceLength/2)
	r := newRow(w, servers)
	for _, s := range servers {
		startProfile(b, s)
	}
	for b.Loop() {
		round(b, r, *sliceLength)
	}
	for _, s := range servers {
		keepProfiles(b, s)
	}
	for _, c := range r.cells {
		c.sort()
		c.quiet.sort()
	}
	return r
}

// round gives each server its slice of the work.
func round(t testing.TB, r *row, length time.Duration) {
	t.Helper()
	for _, c := range r.cells {
		if err := c.slice(r.work, length); err != nil {
			t.Fatalf("%s, %s: %v", r.work.name, c.server.name, err)
		}
	}
}

// slice adds a slice of a work to the cell.
func (c *cell) slice(w work, length time.Duration) error {
	askers, err := newCrowd(c.server, w.clients, c.requests)
	if err != nil {
		return err
	}
	defer askers.close()
	t, err := askers.slice(c.server, length)
	if err != nil || !w.storm {
		c.add(t)
		return err
	}
	c.quiet.add(t)
	signIn := work{ours: login, native: authWithPassword}
	storm, err := newCrowd(c.server, w.clients, signIn.requests(c.server))
	if err != nil {
		return err
	}
	defer storm.close()
	return storm.beside(length, func() error {
		t, err := askers.slice(c.server, 4*length)
		c.add(t)
		return err
	})
}

// startProfile begins a CPU profile of a server, if profiles are wanted.
func startProfile(b *testing.B, s *server) {
	if *profiles == "" {
		return
	}
	if _, err := s.ask("/profile/start"); err != nil {
		b.Fatal(err)
	}
}

// keepProfiles ends it and writes it down as WORK.SERVER.cpu.pprof, with that of all allocations so far.
func keepProfiles(b *testing.B, s *server) {
	if *profiles == "" {
		return
	}
	if err := os.MkdirAll(*profiles, 0o700); err != nil {
		b.Fatal(err)
	}
	for path, kind := range map[string]string{"/profile/stop": "cpu", "/profile/allocs": "allocs"} {
		content, err := s.ask(path)
		if err != nil {
			b.Fatal(err)
		}
		name := strings.Join([]string{filepath.Base(b.Name()), fileName(s.name), kind, "pprof"}, ".")
		if err := os.WriteFile(filepath.Join(*profiles, name), content, 0o600); err != nil {
			b.Fatal(err)
		}
	}
}

// fileName makes a name of words fit for a file or a benchmark.
func fileName(words string) string {
	return strings.NewReplacer(" ", "_", "/", "_", ",", "").Replace(words)
}
