package store

import (
	"regexp"
	"testing"
	"time"
)

// The ids of statements differ, also those of a process that begins at its predecessor's count a moment later.
func TestRowIDsDiffer(t *testing.T) {
	start := rowCounter.Load()
	shape := regexp.MustCompile(`^[a-z0-9]{12}$`)
	seen := map[string]bool{}
	for range 3 { // processes
		rowCounter.Store(start)
		last := ""
		for range 10_000 {
			id := newRowIDPrefix()
			if seen[id] || !shape.MatchString(id) {
				t.Fatalf("%q after %q", id, last)
			}
			if last != "" && id[:9] < last[:9] {
				t.Fatalf("%q sorts before %q", id, last)
			}
			seen[id], last = true, id
		}
		time.Sleep(2 * time.Millisecond)
	}
}
