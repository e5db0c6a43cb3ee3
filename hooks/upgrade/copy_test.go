package upgrade

import (
	"archive/zip"
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/privet/privet/hooks/database"
	_ "github.com/privet/privet/pb_migrations"

	"github.com/pocketbase/pocketbase/core"
)

// olderFolder makes a data folder that lacks the newest migration, and which no app has open.
func olderFolder(t *testing.T) string {
	t.Helper()
	app := core.NewBaseApp(core.BaseAppConfig{DataDir: t.TempDir(), DBConnect: database.Connect})
	if err := app.Bootstrap(); err != nil {
		t.Fatal(err)
	}
	runner := core.NewMigrationsRunner(app, core.AppMigrations)
	if _, err := runner.Up(); err != nil {
		t.Fatal(err)
	}
	if _, err := runner.Down(1); err != nil {
		t.Fatal(err)
	}
	if err := app.ClearBootstrap(); err != nil {
		t.Fatal(err)
	}
	return app.DataDir()
}

// start prepares a folder for a version, as the command does, on a disk with some free bytes. It returns what is printed.
func start(t *testing.T, dir, version, command string, free uint64) (told, warned string) {
	t.Helper()
	var out, errors bytes.Buffer
	app := core.NewBaseApp(core.BaseAppConfig{DataDir: dir, DBConnect: database.Connect})
	u := &upgrade{
		app: app, version: version, program: Program{version, func() string { return command }, &out, &errors},
		usage: func(string) (uint64, uint64, error) { return free, 1 << 40, nil },
	}
	if err := u.prepare(context.Background(), look(u.database(), "")); err != nil {
		t.Fatal(err)
	}
	if lock := app.Store().Get("privet_lock"); lock != nil {
		defer lock.(interface{ Unlock() error }).Unlock()
	}
	return out.String(), errors.String()
}

// served notes that a version has served a folder.
func served(t *testing.T, dir, version string) {
	t.Helper()
	if err := (record{Version: version, Finished: true}).writeTo(context.Background(), filepath.Join(dir, "data.db")); err != nil {
		t.Fatal(err)
	}
}

// Two copies are kept. Where the disk has no room for a third, the oldest goes first; where it has none even so, the upgrade
// goes on with a warning.
func TestCopiesAndRoom(t *testing.T) {
	t.Parallel()
	dir := olderFolder(t)
	size := uint64(sizeOf(filepath.Join(dir, "data.db")))
	const plenty = 1 << 40
	versions := func() (versions []string) {
		for _, c := range copies(dir) {
			versions = append(versions, strings.Split(filepath.Base(c.path), "-")[1])
		}
		return versions
	}
	for _, version := range []string{"1.0.0", "1.1.0", "1.2.0"} {
		if told, warned := start(t, dir, version, "serve", plenty); !strings.Contains(told, "before-"+version) || warned != "" {
			t.Errorf("%s: %q, %q", version, told, warned)
		}
		served(t, dir, version)
	}
	if got := versions(); !slices.Equal(got, []string{"1.2.0", "1.1.0"}) {
		t.Errorf("copies %q", got)
	}
	left := filepath.Join(dir, "before-1.3.0-20260101T000000.000Z.db.part")
	if err := os.WriteFile(left, []byte("of a copy that was killed"), 0o600); err != nil {
		t.Fatal(err)
	}
	told, warned := start(t, dir, "1.3.0", "migrate", size)
	if told != "" || !strings.Contains(warned, "the database was not copied before the upgrade to version 1.3.0 (the disk has 0 MB free and a copy needs 100 MB)") {
		t.Errorf("%q, %q", told, warned)
	}
	if got := versions(); !slices.Equal(got, []string{"1.2.0"}) {
		t.Errorf("copies %q", got)
	}
	if len(Leftovers(dir)) != 1 {
		t.Errorf("left: %q", Leftovers(dir))
	}
	if told, warned := start(t, dir, "1.3.0", "superuser", plenty); told != "" || warned != "" {
		t.Errorf("a command that migrates nothing: %q, %q", told, warned)
	}
}

// Neither copies nor what a way back has set aside are in a backup.
func TestCopiesAreInNoBackup(t *testing.T) {
	t.Parallel()
	dir := olderFolder(t)
	if err := os.MkdirAll(filepath.Join(dir, "undone-0.2.0-20260101T000000.000Z"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "undone-0.2.0-20260101T000000.000Z", "data.db"), []byte("newer"), 0o600); err != nil {
		t.Fatal(err)
	}
	app := core.NewBaseApp(core.BaseAppConfig{DataDir: dir, DBConnect: database.Connect})
	Register(app, Program{"1.0.0", func() string { return "migrate" }, &bytes.Buffer{}, &bytes.Buffer{}})
	if err := app.Bootstrap(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = app.ClearBootstrap() })
	if len(Leftovers(dir)) != 2 {
		t.Fatalf("there is %q", Leftovers(dir))
	}
	if err := app.CreateBackup(context.Background(), "all.zip"); err != nil {
		t.Fatal(err)
	}
	archive, err := zip.OpenReader(filepath.Join(dir, "backups", "all.zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()
	for _, file := range archive.File {
		if strings.HasPrefix(file.Name, "before-") || strings.HasPrefix(file.Name, "undone-") {
			t.Errorf("in the backup: %s", file.Name)
		}
	}
	if len(archive.File) < 2 {
		t.Errorf("the backup has %d files", len(archive.File))
	}
}
