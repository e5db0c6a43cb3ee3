package logs

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"
)

const (
	// repeatInterval is how often equal lines are printed. What fails twice a second, as all do on a full disk, would
	// hide what else is wrong, and fill the disk of whoever keeps the lines.
	repeatInterval = time.Minute

	// maxRepeats is how many different lines are remembered, and maxLine how long a line may be to be remembered, in bytes.
	maxRepeats = 500
	maxLine    = 4 << 10
)

// repeats prints records, but of equal ones one an interval: the first at once, then, if others followed, one that says
// how many.
type repeats struct {
	out      slog.Handler
	interval time.Duration

	mu   sync.Mutex
	seen map[string]*repeated
}

// repeated is a line that was printed within the last interval.
type repeated struct {
	line  slog.Record // the last one that was held back
	count int         // of those
	timer *time.Timer
}

func newRepeats(out slog.Handler) *repeats {
	return &repeats{out: out, interval: repeatInterval, seen: map[string]*repeated{}}
}

// handle prints a record or holds it back.
func (r *repeats) handle(line slog.Record) {
	key := keyOf(line)
	r.mu.Lock()
	known := r.seen[key]
	if known != nil {
		known.line = line
		known.count++
		r.mu.Unlock()
		return
	}
	if len(key) <= maxLine && len(r.seen) < maxRepeats {
		r.seen[key] = &repeated{timer: time.AfterFunc(r.interval, func() { r.end(key) })}
	}
	r.mu.Unlock()
	_ = r.out.Handle(context.Background(), line) // there is nowhere left to report it
}

// end ends the interval of a line. If others followed, the next one begins.
func (r *repeats) end(key string) {
	r.mu.Lock()
	known := r.seen[key]
	if known == nil || known.count == 0 {
		delete(r.seen, key)
		r.mu.Unlock()
		return
	}
	line := known.summary()
	known.count = 0
	known.timer.Reset(r.interval)
	r.mu.Unlock()
	_ = r.out.Handle(context.Background(), line)
}

// flush prints what was held back, and forgets all lines.
func (r *repeats) flush() {
	r.mu.Lock()
	seen := r.seen
	r.seen = map[string]*repeated{}
	var lines []slog.Record
	for _, known := range seen {
		known.timer.Stop()
		if known.count > 0 {
			lines = append(lines, known.summary())
		}
	}
	r.mu.Unlock()
	for _, line := range lines {
		_ = r.out.Handle(context.Background(), line)
	}
}

// summary returns the line for those that were held back.
func (r *repeated) summary() slog.Record {
	line := r.line.Clone()
	line.AddAttrs(slog.Int("repeated", r.count))
	return line
}

// keyOf returns what two lines have in common that say the same, whatever their time. Of a request the id is a part of
// it: each failed request has its line.
func keyOf(line slog.Record) string {
	var key strings.Builder
	fmt.Fprint(&key, line.Level, " ", line.Message)
	line.Attrs(func(a slog.Attr) bool {
		fmt.Fprint(&key, "\n", a.Key, "=", a.Value)
		return true
	})
	return key.String()
}
