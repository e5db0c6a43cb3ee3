package upgrade_test

import (
	"crypto/sha256"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/privet/privet/hooks/database"
	"github.com/privet/privet/hooks/upgrade"
	"github.com/privet/privet/routes/testkit"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// A data folder made before the first release is refused with one line, and stays as it was.
func TestUnreleasedFolderIsRefused(t *testing.T) {
	dir := unreleasedFolder(t)
	file := filepath.Join(dir, "data.db")
	before := digest(t, file)
	for _, arguments := range [][]string{
		{"serve", "--http", "127.0.0.1:0"}, {"migrate", "up"}, {"migrate", "history-sync"}, {"demo"},
		{"superuser", "upsert", "olga@example.com", testkit.Password},
	} {
		out, code := runOn(t, dir, arguments...)
		want := "privet: the data folder " + dir + " was made by an unreleased version of privet and can't be upgraded: " +
			"start with a new folder\n"
		if code != 1 || out != want {
			t.Errorf("%v: exit code %d, and\n%s", arguments, code, out)
		}
		if digest(t, file) != before {
			t.Fatalf("%v changed the database", arguments)
		}
	}
	for _, arguments := range [][]string{{"--help"}, {"serve", "--help"}, {"--version"}} {
		if out, code := runOn(t, dir, arguments...); code != 0 || strings.Contains(out, "unreleased") {
			t.Errorf("%v: exit code %d, and\n%s", arguments, code, out)
		}
	}
	if out, code := runOn(t, dir, "health", "--http", "127.0.0.1:1"); code != 1 || strings.Contains(out, "unreleased") {
		t.Errorf("health: exit code %d, and\n%s", code, out)
	}
}

// A data folder that a newer version has migrated is refused, and stays as it was.
func TestNewerFolderIsRefused(t *testing.T) {
	dir := folderThatRan(t, "1999999999_next.go", "1763900000_schema.go")
	file := filepath.Join(dir, "data.db")
	before := digest(t, file)
	for _, arguments := range [][]string{{"serve", "--http", "127.0.0.1:0"}, {"migrate", "down", "1"}, {"migrate", "history-sync"}} {
		out, code := runOn(t, dir, arguments...)
		want := "privet: the data folder " + dir + " belongs to a newer version of privet, which has run the migration 1999999999_next.go; this is version "
		if code != 1 || !strings.HasPrefix(out, want) || !strings.Contains(out, "The folder has no copy of the database from before the upgrade.") {
			t.Errorf("%v: exit code %d, and\n%s", arguments, code, out)
		}
		if digest(t, file) != before {
			t.Fatalf("%v changed the database", arguments)
		}
	}
}

// A folder whose owner has made a collection of a name that a migration needs is refused with one line that says what to do, and stays as it
// was. Once the collection has another name, the folder is migrated.
func TestTakenNamesAreRefused(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes, of which PocketBase's watcher of a folder learns while the test ends its app: a race of PocketBase's own")
	}
	s := testkit.Start(t)
	for _, name := range upgrade.Made() {
		if taken := s.Count("sqlite_master WHERE name = '" + name + "'"); taken == 0 && !strings.HasPrefix(name, "queue_") && name != "order_zone" {
			t.Errorf("no migration makes %s", name)
		}
	}
	if n := s.Count(`sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE '\_%' ESCAPE '\' AND name NOT LIKE 'sqlite%' AND name NOT LIKE 'users\_%\_%' ESCAPE '\'
		AND name NOT IN ('users', '` + strings.Join(upgrade.Made(), "', '") + `')`); n != 0 {
		t.Errorf("%d tables that this test does not know: add them to the list in taken.go", n)
	}

	dir := t.TempDir()
	owner := func(change func(app core.App) error) {
		t.Helper()
		app := core.NewBaseApp(core.BaseAppConfig{DataDir: dir})
		if err := app.Bootstrap(); err != nil {
			t.Fatal(err)
		}
		if err := change(app); err != nil {
			t.Fatal(err)
		}
		if err := app.ClearBootstrap(); err != nil {
			t.Fatal(err)
		}
	}
	owner(func(app core.App) error { return app.Save(core.NewBaseCollection("Notes")) })
	file := filepath.Join(dir, "data.db")
	before := digest(t, file)
	for _, arguments := range [][]string{{"serve", "--http", "127.0.0.1:0"}, {"migrate", "up"}, {"demo"}} {
		out, code := runOn(t, dir, arguments...)
		if code != 1 || strings.Count(out, "\n") != 1 || !strings.Contains(out, "needs for its own: notes. Nothing was changed.") || !strings.Contains(out, "rename") {
			t.Errorf("%v: exit code %d, and\n%s", arguments, code, out)
		}
		if digest(t, file) != before {
			t.Fatalf("%v changed the database", arguments)
		}
	}
	owner(func(app core.App) error {
		notes, err := app.FindCollectionByNameOrId("Notes")
		if err != nil {
			return err
		}
		notes.Name = "my_notes"
		if err := app.Save(notes); err != nil {
			return err
		}
		_, err = app.DB().NewQuery("CREATE VIEW Banned_names AS SELECT id FROM `queue_banned`").Execute()
		return err
	})
	if out, code := runOn(t, dir, "migrate", "up"); code != 1 || strings.Count(out, "\n") != 1 || !strings.Contains(out, "no longer has: banned_names reads queue_banned. Nothing was changed.") {
		t.Errorf("a view: exit code %d, and\n%s", code, out)
	}
	owner(func(app core.App) error {
		_, err := app.DB().NewQuery("DROP VIEW banned_names").Execute()
		return err
	})
	if out, code := runOn(t, dir, "migrate", "up"); code != 0 {
		t.Errorf("exit code %d, and\n%s", code, out)
	}
}

// After a crash the migrations may only be in the write-ahead log.
func TestUnreleasedFolderAfterACrash(t *testing.T) {
	dir, crashed := unreleasedFolder(t), t.TempDir()
	db, err := database.Connect(filepath.Join(dir, "data.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, statement := range []string{"UPDATE _migrations SET file = file || '.old' WHERE file GLOB '17639*'", "PRAGMA wal_checkpoint(TRUNCATE)",
		"UPDATE _migrations SET file = replace(file, '.old', '')"} {
		if _, err := db.NewQuery(statement).Execute(); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"data.db", "data.db-wal"} {
		content, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(crashed, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	before := digest(t, filepath.Join(crashed, "data.db"))
	if out, code := runOn(t, crashed, "serve", "--http", "127.0.0.1:0"); code != 1 || !strings.Contains(out, "unreleased version") {
		t.Errorf("exit code %d, and\n%s", code, out)
	}
	if digest(t, filepath.Join(crashed, "data.db")) != before {
		t.Error("the database has changed")
	}
}

// unreleasedFolder makes a data folder whose history of migrations is that of the time before the first release.
func unreleasedFolder(t *testing.T) string {
	t.Helper()
	return folderThatRan(t, "1763900000_sequences.go", "1763900010_users.go", "1763900260_media_still.go")
}

// folderThatRan makes a data folder whose history has some more migrations than PocketBase's own.
func folderThatRan(t *testing.T, migrations ...string) string {
	t.Helper()
	app := core.NewBaseApp(core.BaseAppConfig{DataDir: t.TempDir()})
	if err := app.Bootstrap(); err != nil {
		t.Fatal(err)
	}
	for i, migration := range migrations {
		if _, err := app.DB().Insert("_migrations", dbx.Params{"file": migration, "applied": i + 1}).Execute(); err != nil {
			t.Fatal(err)
		}
	}
	if err := app.ClearBootstrap(); err != nil {
		t.Fatal(err)
	}
	return app.DataDir()
}

// runOn runs a command of the binary on a data folder, and returns what it printed and its exit code.
func runOn(t *testing.T, dir string, arguments ...string) (string, int) {
	t.Helper()
	command := exec.Command(testkit.Binary(t), append([]string{"--dir", dir}, arguments...)...)
	out, _ := command.CombinedOutput() // an error is an exit code other than 0
	return string(out), command.ProcessState.ExitCode()
}

func digest(t *testing.T, file string) [sha256.Size]byte {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return sha256.Sum256(content)
}
