package logs_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/privet/privet/hooks/settings"
	"github.com/privet/privet/routes/testkit"
)

// With PRIVET_LOG=json a line is an object, with numbers as numbers.
func TestJSONLines(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t, func(s *settings.Settings) { s.LogJSON = true })
	s.App.Logger().Warn("files", "count", 3, "error", errors.New("line\nbreak"))
	var line map[string]any
	if err := json.Unmarshal([]byte(s.Log.String()), &line); err != nil {
		t.Fatal(err, s.Log)
	}
	if line["level"] != "WARN" || line["msg"] != "files" || line["count"] != 3.0 || line["error"] != "line\nbreak" || line["time"] == nil {
		t.Error(line)
	}
}
