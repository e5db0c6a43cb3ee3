package observe_test

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/privet/privet/routes/testkit"

	"github.com/pocketbase/pocketbase/core"
)

// Standard error says why the dashboard's backup failed, whatever the cause, once and with the request's id.
func TestFailedBackup(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t)
	s.SaveSettings(func(changed *core.Settings) { changed.Logs.MaxDays = 0 })
	backups := filepath.Join(s.App.DataDir(), "backups")
	if err := os.RemoveAll(backups); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(backups, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	answer := s.Request(http.MethodPost, "/api/backups").As(s.Owner()).JSON(map[string]any{"name": "a.zip"}).Do().Want(http.StatusBadRequest)
	text := s.Log.String()
	if strings.Count(text, "\n") != 1 || !strings.Contains(text, "not a directory") || !strings.Contains(text, "path=/api/backups") ||
		!strings.Contains(text, "request_id="+answer.Header.Get("X-Request-Id")) {
		t.Errorf("%s", bytes.TrimSpace([]byte(text)))
	}
}
