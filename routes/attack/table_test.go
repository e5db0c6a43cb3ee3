package attack

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
)

// The limits of an attack that is withstood.
const (
	maxRatio  = 5         // of the 90th percentiles of orders and views, during the attack to before
	maxSignIn = 3         // seconds, of the longest sign-in
	maxMemory = 200 << 20 // bytes
)

// row is the measurement of an attack.
type row struct {
	attack          *attack
	quiet, attacked map[string]*series
	cpu             float64 // CPU seconds that the server used for the attack
	memory          int64   // most bytes resident
	report          report
}

// ratio returns how many times as long requests of a kind took, at their 90th percentile.
func (r *row) ratio(kind string) float64 { return r.attacked[kind].at(0.9) / r.quiet[kind].at(0.9) }

// problems lists which limits were exceeded.
func (r *row) problems() (list []string) {
	for _, kind := range []string{ordering, viewing} {
		if r.ratio(kind) > maxRatio {
			list = append(list, kind)
		}
	}
	if r.attacked[signingIn].at(1) > maxSignIn {
		list = append(list, signingIn)
	}
	if r.memory > maxMemory {
		list = append(list, "memory")
	}
	for _, kind := range []string{ordering, viewing, signingIn} {
		if failed := len(r.attacked[kind].failures); failed > 0 {
			list = append(list, fmt.Sprintf("%d of %d %s failed: %.80s", failed, len(r.attacked[kind].latencies), kind, r.attacked[kind].failures[0]))
		}
	}
	return list
}

// cpuEach returns the CPU time of the server for each answer to the attackers, in milliseconds.
func (r *row) cpuEach() float64 {
	sum := 0
	for _, count := range r.report.Answers {
		sum += count
	}
	return 1000 * r.cpu / float64(max(1, sum))
}

// answers summarizes what the attackers were answered.
func (r *row) answers() string {
	var parts []string
	for status, count := range r.report.Answers {
		parts = append(parts, fmt.Sprintf("%s × %d", status, count))
	}
	slices.Sort(parts)
	return strings.Join(parts, ", ")
}

// printTable prints the rows as a table of Markdown.
func printTable(to io.Writer, rows []*row) {
	if len(rows) == 0 {
		return
	}
	w := tabwriter.NewWriter(to, 0, 0, 1, ' ', 0)
	fmt.Fprintln(w, "\n| kind\t| attack\t| order/create, ms\t| user/view, ms\t| longest sign-in, s\t| CPU, ms a request\t| memory, MB\t| answers to the attacker\t| over a limit\t|")
	fmt.Fprintln(w, "|---\t|---\t|---\t|---\t|---\t|---\t|---\t|---\t|---\t|")
	for _, r := range rows {
		fmt.Fprintf(w, "| %s\t| %s\t| %s\t| %s\t| %.2f → %.2f\t| %.1f\t| %d\t| %s\t| %s\t|\n", r.attack.kind, r.attack.name, r.change(ordering), r.change(viewing),
			r.quiet[signingIn].at(1), r.attacked[signingIn].at(1), r.cpuEach(), r.memory>>20, r.answers(), strings.Join(r.problems(), "; "))
		if *answer {
			for status, example := range r.report.Examples {
				fmt.Fprintf(w, "%s: %q\n", status, example)
			}
		}
	}
	w.Flush()
	held := 0
	for _, r := range rows {
		if len(r.problems()) == 0 {
			held++
		}
	}
	fmt.Fprintf(to, "\n%d of %d attacks stayed within the limits\n", held, len(rows))
}

// change shows the 90th percentile of a kind of requests before and during the attack, and the ratio.
func (r *row) change(kind string) string {
	return fmt.Sprintf("%.1f → %.1f (%.1f ×)", 1000*r.quiet[kind].at(0.9), 1000*r.attacked[kind].at(0.9), r.ratio(kind))
}
