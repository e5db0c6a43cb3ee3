package pb_migrations_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// The migration that queues changes of searched texts shortens those that are there and indexes them anew. Rolled back, it
// leaves all texts in the index, and triggers that index changes at once.
func TestSearchQueueMigration(t *testing.T) {
	if testing.Short() { // as for TestMigrationsMakeTheSameAgain
		t.Skip("rolls back in the test's process")
	}
	app := core.NewBaseApp(core.BaseAppConfig{DataDir: t.TempDir()})
	if err := app.Bootstrap(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = app.ClearBootstrap() })
	runner := core.NewMigrationsRunner(app, core.AppMigrations)
	up := func() {
		t.Helper()
		if _, err := runner.Up(); err != nil {
			t.Fatal(err)
		}
	}
	up()
	items := core.AppMigrations.Items()
	at := slices.IndexFunc(items, func(m *core.Migration) bool { return strings.HasSuffix(m.File, "_search_queue.go") })
	down := func() {
		t.Helper()
		if _, err := runner.Down(len(items) - at); err != nil {
			t.Fatal(err)
		}
	}
	exec := func(statement string, parameters dbx.Params) {
		t.Helper()
		if _, err := app.DB().NewQuery(statement).Bind(parameters).Execute(); err != nil {
			t.Fatal(err)
		}
	}
	found := func(text string) (ids []string) {
		t.Helper()
		err := app.DB().NewQuery(`SELECT rowid >> 3 FROM users_search WHERE text MATCH {:text} ORDER BY rowid`).Bind(dbx.Params{"text": `"` + text + `"`}).Column(&ids)
		if err != nil {
			t.Fatal(err)
		}
		return ids
	}
	want := func(text string, ids ...string) {
		t.Helper()
		if got := found(text); !slices.Equal(got, ids) {
			t.Errorf("%s is found in %v, want %v", text, got, ids)
		}
	}
	down()
	for _, user := range []struct{ id, description string }{
		{"1", "короткий"}, {"2", strings.Repeat("Ё", 1995) + "Конец" + "хвост"}, {"3", strings.Repeat("x", 60_000) + "хвост"},
	} {
		exec(`INSERT INTO users (id, email, email_key, nickname, name, description, search, role, categories, invite, password, tokenKey)
			VALUES ({:id}, {:id}, {:id}, 'Anna', '', {:description}, {:search}, 'performer', '[]', {:id}, '', {:id})`,
			dbx.Params{"id": user.id, "description": user.description, "search": "anna\n\n" + strings.ReplaceAll(strings.ToLower(user.description), "ё", "е")})
	}
	want("хвост", "2", "3")
	up()
	want("хвост")
	want("anna", "1", "2", "3")
	want("конец", "2")
	want("короткий", "1")
	exec(`UPDATE users SET search = 'новый' WHERE id = '3'`, nil)
	want("новый")
	exec(`DELETE FROM users_search_queue`, nil)
	want("новый", "3")
	exec(`UPDATE users SET search = 'другой' WHERE id = '3'`, nil)
	down()
	want("другой", "3")
	exec(`UPDATE users SET search = 'третий' WHERE id = '1'`, nil)
	want("третий", "1")
	want("anna", "2")
	up()
	want("третий", "1")
}
