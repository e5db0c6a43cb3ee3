package logs_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/privet/privet/routes/testkit"
)

// With PRIVET_LOG=json, why a start fails is a line of JSON as well.
func TestJSONOfAFailingStart(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a process")
	}
	t.Parallel()
	failing := exec.Command(testkit.Binary(t), "serve", "--dir", t.TempDir())
	failing.Env = append(os.Environ(), "PRIVET_LOG=json", "PRIVET_RATE_LIMIT=x", "PRIVET_NONSENSE=1")
	var printed strings.Builder
	failing.Stderr = &printed
	if err := failing.Run(); err == nil {
		t.Fatal("it starts")
	}
	lines := slices.Collect(strings.Lines(printed.String()))
	if len(lines) != 2 {
		t.Errorf("not a line for each setting: %s", printed.String())
	}
	for _, line := range lines {
		var entry map[string]string
		if err := json.Unmarshal([]byte(line), &entry); err != nil || entry["level"] != "ERROR" || !strings.HasPrefix(entry["msg"], "PRIVET_") {
			t.Errorf("%v: %s", err, line)
		}
	}
}
