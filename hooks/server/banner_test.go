package server

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/privet/privet/hooks/settings"

	"github.com/pocketbase/pocketbase/core"
)

// What a start prints can be pasted into a shell that is elsewhere: the data folder's path is absolute, and quoted in a command.
func TestBannerCanBePasted(t *testing.T) {
	t.Chdir(t.TempDir())
	work, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	app := core.NewBaseApp(core.BaseAppConfig{DataDir: "my data"})
	if err := app.Bootstrap(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = app.ClearBootstrap() })
	var out strings.Builder
	PrintBanner(app, &settings.Settings{}, "0.1.0", "/api/v1/", &out)
	start := &core.ServeEvent{App: app, Server: &http.Server{Addr: "127.0.0.1:8090"}} //nolint:gosec // it is not started
	if err := app.OnServe().Trigger(start); err != nil {
		t.Fatal(err)
	}
	superusers, err := app.FindCollectionByNameOrId(core.CollectionNameSuperusers)
	if err != nil {
		t.Fatal(err)
	}
	first := core.NewRecord(superusers)
	first.RefreshTokenKey()
	if err := start.InstallerFunc(app, first, "http://127.0.0.1:8090"); err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(work, "my data")
	for _, want := range []string{"  data       " + folder + "\n", "privet superuser upsert EMAIL PASSWORD --dir '" + folder + "'\n"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("it lacks %q:\n%s", want, out.String())
		}
	}
}
