package benchmark

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// cell is what one server did of one work.
type cell struct {
	server   *server
	requests [][]byte
	tally
	quiet tally // the same work just before each storm
}

// row is one work, measured.
type row struct {
	work  work
	cells []*cell
}

// of is the cell of a server's name, nil where it did not take part.
func (r *row) of(name string) *cell {
	for _, c := range r.cells {
		if c.server.name == name {
			return c
		}
	}
	return nil
}

// ratio is a figure of two servers with its target.
type ratio struct {
	unit   string // of the metric that go test prints
	value  float64
	target float64 // 0: none
	least  bool    // the target is the least, not the most
}

func (r ratio) String() string {
	switch {
	case r.target == 0:
		return fmt.Sprintf("%.2f", r.value)
	case r.least:
		return fmt.Sprintf("%.2f (≥ %g: %s)", r.value, r.target, verdict(r.value >= r.target))
	}
	return fmt.Sprintf("%.2f (≤ %g: %s)", r.value, r.target, verdict(r.value <= r.target))
}

func verdict(reached bool) string {
	if reached {
		return "yes"
	}
	return "NO"
}

// ratios are a row's figures in the table's order: requests against native, CPU against bare, p99 against native,
// against bare, of the storm, and CPU of the larger data; nil where there is none.
func (r *row) ratios() []*ratio {
	a, b, c, grown := r.of(ours), r.of(native), r.of(bareDB), r.of(larger)
	t := r.work.targets
	all := []*ratio{
		{"ours/native-req/s", a.perSecond() / b.perSecond(), t.nativeRequests, true},
		{"ours/bare-CPU", a.cpuEach() / c.cpuEach(), t.bareCPU, false},
		{"ours/native-p99", a.percentile(0.99) / b.percentile(0.99), t.nativeP99, false},
		{"ours/bare-p99", a.percentile(0.99) / c.percentile(0.99), t.bareP99, false},
		nil, nil,
	}
	if r.work.storm {
		all[1] = nil // the CPU is that of the storm
		all[4] = &ratio{"storm/quiet-p99", a.percentile(0.99) / a.quiet.percentile(0.99), t.stormP99, false}
	}
	if grown != nil && r.work.reads {
		all[5] = &ratio{"larger/smaller-CPU", grown.cpuEach() / a.cpuEach(), t.growth, false}
	}
	return all
}

// printRatios comes first, printFigures behind it.
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

func printFigures(to io.Writer, rows []*row) error {
	w := tabwriter.NewWriter(to, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "\nwork\tserver\trequests\trequests/s\tp50 µs\tp99 µs\tCPU µs\tallocations\tKB\tmemory MB\tclient's CPU µs\t")
	servers := map[*server]bool{}
	for _, r := range rows {
		for _, c := range r.cells {
			if r.work.storm {
				printCell(w, r.work.name+": before", c.server.name, &c.quiet)
			}
			printCell(w, r.work.name, c.server.name, &c.tally)
			servers[c.server] = true
		}
	}
	w.Flush()
	var memory []string
	for _, c := range rows[0].cells {
		if used, err := c.server.usage(); err != nil {
			return err
		} else if used.Peak > 0 {
			memory = append(memory, fmt.Sprintf("%s %d MB", c.server.name, used.Peak>>20))
		}
	}
	fmt.Fprintf(to, "\nmemory at most: %s (ours: ≤ 200 MB)\n", strings.Join(memory, ", "))
	return nil
}

func printCell(w io.Writer, work, server string, t *tally) {
	n := float64(len(t.latencies))
	fmt.Fprintf(w, "%s\t%s\t%.0f\t%.0f\t%.0f\t%.0f\t%.0f\t%.0f\t%.1f\t%d\t%.0f\t\n", work, server, n, t.perSecond(), t.percentile(0.5), t.percentile(0.99),
		t.cpuEach(), float64(t.objects)/n, float64(t.bytes)/n/1024, t.resident>>20, micro(t.ownCPU)/n)
}
