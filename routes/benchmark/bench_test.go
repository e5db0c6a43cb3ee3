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
	grow              = flag.Int("grow", 0, "users of an additional server, to see how costs grow with the data")
	profiles          = flag.String("profile", "", "folder for profiles of the servers under each workload")
	sliceLength       = flag.Duration("slice", 250*time.Millisecond, "duration of a server's slice")
	nativeConnections = flag.Int("native-connections", 0, "database connections of native PocketBase; 0 means its default")
	smoke             = flag.Bool("smoke", false, "let the tests try each workload, which shows that the benchmarks work")
	bareOpen          = flag.Bool("bare-open", false, "make the bare server skip the lookup of the token")
)

// larger is the name of the additional server with more data.
const larger = "ours, larger"

func TestMain(m *testing.M) {
	if kind := os.Getenv(kindVariable); kind != "" {
		fmt.Fprintln(os.Stderr, serveChild(kind))
		os.Exit(1)
	}
	code := m.Run()
	if buildDir != "" {
		os.RemoveAll(buildDir)
	}
	os.Exit(code)
}

// BenchmarkSideBySide measures all workloads on all servers and prints the tables.
func BenchmarkSideBySide(b *testing.B) {
	root := cacheFolder(b)
	servers := startAll(b, root, *users, orderCount())
	if *grow > 0 {
		servers = append(servers, startServer(b, larger, ours, seed(b, root, *grow, 2**grow)))
	}
	var rows []*row
	for _, w := range suite() {
		b.Run(fileName(w.name), func(b *testing.B) {
			r := measure(b, w, servers)
			rows = append(rows, r)
			b.ReportMetric(0, "ns/op") // the duration of a round has no meaning
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

// TestSmoke runs all workloads on all servers with little data, which shows that the benchmark works and that ours and
// bare give equal answers.
func TestSmoke(t *testing.T) {
	if !*smoke {
		t.Skip("builds and starts three servers: -smoke")
	}
	servers := startAll(t, t.TempDir(), 200, 400)
	var rows []*row
	for _, w := range suite() {
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
		for _, c := range r.results {
			if len(c.latencies) == 0 || c.cpu <= 0 {
				t.Errorf("%s: there is no measurement of %s", r.work.name, c.server.name)
			}
		}
	}
}

// cacheFolder returns the folder in which the data is kept.
func cacheFolder(t testing.TB) string {
	t.Helper()
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = os.TempDir()
	}
	root := filepath.Join(cache, "privet-benchmark")
	if err := os.MkdirAll(root, 0o700); err != nil {
		t.Fatal(err)
	}
	return root
}

// orderCount returns the number of orders that the flags choose.
func orderCount() int {
	if *orders > 0 {
		return *orders
	}
	return 2 * *users
}

// deskDataset returns the desk's dataset of the given size.
func deskDataset(t testing.TB, root string, users, orders int) *dataset {
	t.Helper()
	data, err := loadDeskDataset(root, seed(t, root, users, orders))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// seed returns the dataset of the given size.
func seed(t testing.TB, root string, users, orders int) *dataset {
	t.Helper()
	data, err := loadDataset(root, users, orders)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// startAll starts the three servers and checks that they give equal answers.
func startAll(t testing.TB, root string, users, orders int) []*server {
	t.Helper()
	data := seed(t, root, users, orders)
	a, b, c := startServer(t, ours, ours, data), startServer(t, native, native, data), startServer(t, bareDB, bareDB, data)
	if err := compareAnswers(a, b, c, suite()); err != nil {
		t.Fatal(err)
	}
	return []*server{a, b, c}
}

// newRow returns an empty row for a workload.
func newRow(w workload, servers []*server) *row {
	r := &row{work: w}
	for _, s := range servers {
		r.results = append(r.results, &result{server: s, requests: w.requests(s)})
	}
	return r
}

// measure runs a workload in rounds until the benchmark's time is over, after a warm-up.
func measure(b *testing.B, w workload, servers []*server) *row {
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
		saveProfiles(b, s)
	}
	for _, c := range r.results {
		c.sort()
		c.quiet.sort()
	}
	return r
}

// round gives each server a slice of the workload.
func round(t testing.TB, r *row, length time.Duration) {
	t.Helper()
	for _, c := range r.results {
		if err := c.slice(r.work, length); err != nil {
			t.Fatalf("%s, %s: %v", r.work.name, c.server.name, err)
		}
	}
}

// slice runs a slice of a workload and adds the measurement to the result.
func (c *result) slice(w workload, length time.Duration) error {
	clients, err := newClientPool(c.server, w.clients, c.requests)
	if err != nil {
		return err
	}
	defer clients.close()
	t, err := clients.slice(c.server, length)
	if err != nil || !w.loginStorm {
		c.add(t)
		return err
	}
	c.quiet.add(t)
	signIn := workload{ours: login, native: authWithPassword}
	storm, err := newClientPool(c.server, w.clients, signIn.requests(c.server))
	if err != nil {
		return err
	}
	defer storm.close()
	return storm.during(length, func() error {
		t, err := clients.slice(c.server, 4*length)
		c.add(t)
		return err
	})
}

// startProfile starts a CPU profile of a server if the flag profile is set.
func startProfile(b *testing.B, s *server) {
	if *profiles == "" {
		return
	}
	if _, err := s.probeGet("/profile/start"); err != nil {
		b.Fatal(err)
	}
}

// saveProfiles stops the CPU profile and saves it as WORKLOAD.SERVER.cpu.pprof, along with the profile of all
// allocations since the server's start.
func saveProfiles(b *testing.B, s *server) {
	if *profiles == "" {
		return
	}
	if err := os.MkdirAll(*profiles, 0o700); err != nil {
		b.Fatal(err)
	}
	for path, kind := range map[string]string{"/profile/stop": "cpu", "/profile/allocs": "allocs"} {
		content, err := s.probeGet(path)
		if err != nil {
			b.Fatal(err)
		}
		name := strings.Join([]string{filepath.Base(b.Name()), fileName(s.name), kind, "pprof"}, ".")
		if err := os.WriteFile(filepath.Join(*profiles, name), content, 0o600); err != nil {
			b.Fatal(err)
		}
	}
}

// fileName converts a name for use in file names and benchmark names.
func fileName(name string) string {
	return strings.NewReplacer(" ", "_", "/", "_", ",", "").Replace(name)
}
