package logs_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/privet/privet/hooks/logs"
	"github.com/privet/privet/routes/testkit"

	"github.com/pocketbase/pocketbase/core"
)

// Each warning and error is printed once, at once, whatever PocketBase's settings of its log say; other levels are not.
func TestPrintedLog(t *testing.T) {
	t.Parallel()
	for _, kept := range []struct{ days, level int }{{5, int(slog.LevelInfo)}, {0, int(slog.LevelInfo)}, {5, int(slog.LevelError) + 1}} {
		s := testkit.Start(t)
		s.SaveSettings(func(changed *core.Settings) { changed.Logs.MaxDays, changed.Logs.MinLevel = kept.days, kept.level })
		s.App.Logger().Warn("the first", "path", "a")
		s.App.Logger().Info("not printed")
		ctx := logs.WithRequest(context.Background(), &logs.Request{ID: "abc"})
		s.App.Logger().With("id", 7).ErrorContext(ctx, "the second", "error", errors.New("b"), "password", "hidden")
		s.App.Logger().Info("not printed")
		want := "level=WARN msg=\"the first\" path=a\nlevel=ERROR msg=\"the second\" error=b request_id=abc id=7\n"
		if got := withoutTimes(s.Log.String()); got != want {
			t.Errorf("%v: %s", kept, s.Log)
		}
		s.FlushLog()
		if got := withoutTimes(s.Log.String()); got != want {
			t.Errorf("%v, kept: %s", kept, s.Log)
		}
		var rows int
		if err := s.App.AuxDB().NewQuery(`SELECT count(*) FROM _logs WHERE message IN ('the first', 'the second')`).Row(&rows); err != nil {
			t.Fatal(err)
		}
		if want := kept.days / 5 * 2; kept.level == int(slog.LevelInfo) && rows != want || kept.level > int(slog.LevelError) && rows != 0 {
			t.Errorf("%v: %d rows are kept", kept, rows)
		}
	}
}

func withoutTimes(text string) string {
	var lines strings.Builder
	for line := range strings.Lines(text) {
		_, rest, _ := strings.Cut(line, " ")
		lines.WriteString(rest)
	}
	return lines.String()
}
