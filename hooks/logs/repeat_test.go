package logs

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// What fails twice a second is printed at once and then once a minute, with how often it did; what differs is printed.
func TestEqualLines(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var printed bytes.Buffer
		out := New(&printed, false)
		warn := func(text string, n int) {
			record := slog.NewRecord(time.Now(), slog.LevelWarn, text, 0)
			record.AddAttrs(slog.Int("count", n))
			out.print(t.Context(), record)
		}
		count := func() int {
			synctest.Wait()
			return strings.Count(printed.String(), "\n")
		}
		for range 2 * 60 * 3 { // three minutes
			warn("the disk is full", 1)
			time.Sleep(time.Second / 2)
		}
		if got := count(); got != 4 || strings.Count(printed.String(), "repeated=1") != 3 {
			t.Fatalf("%d lines: %s", got, printed.String())
		}
		time.Sleep(2 * repeatInterval)
		before := count()
		warn("the disk is full", 1)
		if got := count(); got != before+1 {
			t.Error("a line after a while is not printed at once")
		}
		for n := range 3 * maxRepeats {
			warn("another", n)
		}
		if got := count(); got != before+1+3*maxRepeats {
			t.Errorf("%d lines of different content", got-before-1)
		}
		if len(out.repeats.seen) > maxRepeats {
			t.Errorf("%d lines are remembered", len(out.repeats.seen))
		}
		warn("the disk is full", 1)
		before = count()
		out.Close()
		if got := count(); got != before+1 || len(out.repeats.seen) != 0 {
			t.Error("what was held back is lost at the end")
		}
		warn("afterwards "+fmt.Sprint(1), 1)
		out.Close()
	})
}
