package pb_migrations_test

import (
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"syscall"
	"testing"

	"github.com/privet/privet/hooks/database"
	"github.com/privet/privet/routes/testkit"

	"github.com/pocketbase/pocketbase/core"
)

// All migrations of privet can be rolled back on a folder with data, and applied again.
func TestMigrationsDownAndUp(t *testing.T) {
	p := testkit.Process(t)
	client, performer := p.Client(), p.Performer()
	p.Finish(performer, p.Order(client, performer)).Want(200)
	p.ModeratorsDashboard()
	p.Stop(syscall.SIGTERM)

	p.Run("migrate", "down", fmt.Sprint(len(core.AppMigrations.Items())))
	if left := ownTables(t, p.Dir); !slices.Equal(left, []string{"users"}) {
		t.Errorf("left: %v", left)
	}
	p.Run("migrate", "up")
	if len(ownTables(t, p.Dir)) < 8 {
		t.Errorf("came back: %v", ownTables(t, p.Dir))
	}
	p.Start()
	p.Get("user/search").As(client.Token).Do().Want(401) // the devices are gone with their collection
	again := p.Client()
	p.Order(again, p.Performer())
	found := p.Get("user/search?text=User+" + fmt.Sprint(performer.ID)).As(again.Token).Do().Want(200).Map()
	if found.Len("data") != 1 || found.Int("data", 0, "role") != 1 {
		t.Errorf("who was there before is found as %v", found)
	}
	p.Post("auth/login").JSON(map[string]any{"email": performer.Email, "password": testkit.Password}).Do().Want(200)
	for _, superuser := range p.Dashboard().List("_superusers") {
		if superuser["role"] != "owner" {
			t.Errorf("%s could do everything before there were roles, and is %s", superuser["email"], superuser["role"])
		}
	}
}

// ownTables lists the tables and triggers of a data folder that no server uses, without PocketBase's own.
func ownTables(t *testing.T, dir string) []string {
	t.Helper()
	db, err := database.Connect(filepath.Join(dir, "data.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	found := []string{}
	err = db.NewQuery(`SELECT name FROM sqlite_master WHERE type IN ('table', 'trigger') AND name NOT LIKE '\_%' ESCAPE '\' AND name NOT LIKE 'sqlite%'`).Column(&found)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// After a rollback the migrations make the same collections as in a new folder.
func TestMigrationsMakeTheSameAgain(t *testing.T) {
	if testing.Short() { // as the race detector runs it, which would see that PocketBase's logger reads settings without a lock
		t.Skip("rolls back in the test's process")
	}
	app := core.NewBaseApp(core.BaseAppConfig{DataDir: t.TempDir()})
	if err := app.Bootstrap(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = app.ClearBootstrap() })
	runner := core.NewMigrationsRunner(app, core.AppMigrations)
	up := func() map[string]string {
		t.Helper()
		if _, err := runner.Up(); err != nil {
			t.Fatal(err)
		}
		return collections(t, app)
	}
	first := up()
	if _, err := runner.Down(len(core.AppMigrations.Items())); err != nil {
		t.Fatal(err)
	}
	again := up()
	if len(first) < 12 || len(again) != len(first) {
		t.Errorf("%d collections at first, then %d", len(first), len(again))
	}
	for name, collection := range first {
		if again[name] != collection {
			t.Errorf("%s was\n%s\nand is now\n%s", name, collection, again[name])
		}
	}
}

// collections returns fields, indexes, rules and options of all collections by name.
func collections(t *testing.T, app core.App) map[string]string {
	t.Helper()
	var rows []struct{ Name, Text string }
	err := app.DB().NewQuery(`SELECT name, concat_ws(' ', id, type, fields, indexes, listRule, viewRule, createRule, updateRule, deleteRule, options) AS text
		FROM _collections`).All(&rows)
	if err != nil {
		t.Fatal(err)
	}
	byName := map[string]string{}
	for _, row := range rows {
		byName[row.Name] = randomFieldID.ReplaceAllString(row.Text, "_clone_")
	}
	return byName
}

// randomFieldID matches the ids that PocketBase gives the fields of a view.
var randomFieldID = regexp.MustCompile(`_clone_\w{4}`)
