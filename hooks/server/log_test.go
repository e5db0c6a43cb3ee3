package server_test

import (
	"strings"
	"testing"

	"github.com/privet/privet/routes/testkit"
)

// Each warning and error is printed once, other levels are not.
func TestPrintedLog(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t)
	s.App.Logger().Warn("the first", "path", "a")
	s.App.Logger().Info("not printed")
	s.App.Logger().Error("the second", "path", "b", "password", "hidden")
	s.App.Logger().Info("not printed")
	s.FlushLog()
	var lines []string
	for line := range strings.Lines(s.Log.String()) {
		_, rest, _ := strings.Cut(line, " ") // the time
		lines = append(lines, rest)
	}
	if got := strings.Join(lines, ""); got != "level=WARN msg=\"the first\" path=a\nlevel=ERROR msg=\"the second\" path=b\n" {
		t.Error(s.Log)
	}
}
