package benchmark

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// result is the measurement of one server under one workload.
type result struct {
	server   *server
	requests [][]byte
	measurement
	quiet measurement // the same workload just before each login storm
}

// row holds the results of a workload.
type row struct {
	work    workload
	results []*result
}

// result returns the result of the server with the given name, nil if there is none.
func (r *row) result(name string) *result {
	for _, c := range r.results {
		if c.server.name == name {
			return c
		}
	}
	return nil
}

// ratio is a ratio of two measurements with its target.
type ratio struct {
	unit    string // name of the metric that go test prints
	value   float64
	target  float64 // 0 means none
	minimum bool    // the target is a minimum instead of a maximum
}

func (r ratio) String() string {
	switch {
	case r.target == 0:
		return fmt.Sprintf("%.2f", r.value)
	case r.minimum:
		return fmt.Sprintf("%.2f (≥ %g: %s)", r.value, r.target, verdict(r.value >= r.target))
	}
	return fmt.Sprintf("%.2f (≤ %g: %s)", r.value, r.target, verdict(r.value <= r.target))
}

// verdict returns how the tables show whether a target is reached.
func verdict(reached bool) string {
	if reached {
		return "yes"
	}
	return "NO"
}

// ratios returns a row's ratios in the order of the table's columns: requests to native, CPU to bare, p99 to native, to
// bare, of the login storm, and CPU of the larger data. A ratio that doesn't exist is nil.
func (r *row) ratios() []*ratio {
	a, b, c, grown := r.result(ours), r.result(native), r.result(bareDB), r.result(larger)
	t := r.work.targets
	all := []*ratio{
		{"ours/native-req/s", a.perSecond() / b.perSecond(), t.nativeRequests, true},
		{"ours/bare-CPU", a.cpuEach() / c.cpuEach(), t.bareCPU, false},
		{"ours/native-p99", a.percentile(0.99) / b.percentile(0.99), t.nativeP99, false},
		{"ours/bare-p99", a.percentile(0.99) / c.percentile(0.99), t.bareP99, false},
		nil, nil,
	}
	if r.work.loginStorm {
		all[1] = nil // the CPU includes the login storm's
		all[4] = &ratio{"storm/quiet-p99", a.percentile(0.99) / a.quiet.percentile(0.99), t.stormP99, false}
	}
	if grown != nil && r.work.compareGrowth {
		all[5] = &ratio{"larger/smaller-CPU", grown.cpuEach() / a.cpuEach(), t.growth, false}
	}
	return all
}

// printRatios prints the table of ratios.
func printRatios(to io.Writer, rows []*row) {
	w := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "\nours against\tnative: requests/s\tbare: CPU/request\tnative: p99\tbare: p99\tno storm: p99\tless data: CPU")
	for _, r := range rows {
		fmt.Fprint(w, r.work.name)
		for _, figure := range r.ratios() {
			if figure == nil {
				fmt.Fprint(w, "\t")
				continue
			}
			fmt.Fprint(w, "\t", figure)
		}
		fmt.Fprintln(w)
	}
	w.Flush()
}

// printFigures prints the table of measurements and the peaks of memory.
func printFigures(to io.Writer, rows []*row) error {
	w := tabwriter.NewWriter(to, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "\nworkload\tserver\trequests\trequests/s\tp50 µs\tp99 µs\tCPU µs\tallocations\tKB\tmemory MB\tclient's CPU µs\t")
	servers := map[*server]bool{}
	for _, r := range rows {
		for _, c := range r.results {
			if r.work.loginStorm {
				printResult(w, r.work.name+": before", c.server.name, &c.quiet)
			}
			printResult(w, r.work.name, c.server.name, &c.measurement)
			servers[c.server] = true
		}
	}
	w.Flush()
	var memory []string
	for _, c := range rows[0].results {
		if used, err := c.server.usage(); err != nil {
			return err
		} else if used.Peak > 0 {
			memory = append(memory, fmt.Sprintf("%s %d MB", c.server.name, used.Peak>>20))
		}
	}
	fmt.Fprintf(to, "\nmemory at most: %s (ours: ≤ 200 MB)\n", strings.Join(memory, ", "))
	return nil
}

// printResult prints a line of the table of measurements.
func printResult(w io.Writer, workload, server string, t *measurement) {
	n := float64(len(t.latencies))
	fmt.Fprintf(w, "%s\t%s\t%.0f\t%.0f\t%.0f\t%.0f\t%.0f\t%.0f\t%.1f\t%d\t%.0f\t\n", workload, server, n, t.perSecond(), t.percentile(0.5), t.percentile(0.99),
		t.cpuEach(), float64(t.objects)/n, float64(t.bytes)/n/1024, t.resident>>20, micro(t.clientCPU)/n)
}
