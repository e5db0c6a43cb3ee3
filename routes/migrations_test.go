package routes_test

import (
	"slices"
	"testing"

	"github.com/privet/privet/routes/testkit"

	"github.com/pocketbase/pocketbase/core"
)

// All of our migrations have a way down, on data too, and up again.
func TestMigrationsDownAndUp(t *testing.T) {
	s := testkit.Start(t)
	client, performer := s.Buyer(), s.Performer()
	s.Finish(performer, s.Order(client, performer)).Want(200)

	runner := core.NewMigrationsRunner(s.App, core.AppMigrations)
	reverted, err := runner.Down(len(core.AppMigrations.Items()))
	if err != nil || len(reverted) != len(core.AppMigrations.Items()) {
		t.Fatalf("%d of %d went down: %v", len(reverted), len(core.AppMigrations.Items()), err)
	}
	tables := []string{}
	err = s.App.DB().NewQuery(`SELECT name FROM sqlite_master WHERE type IN ('table', 'trigger') AND name NOT LIKE '\_%' ESCAPE '\' AND name NOT LIKE 'sqlite%'`).Column(&tables)
	if err != nil || !slices.Equal(tables, []string{"users"}) {
		t.Errorf("left: %v %v", tables, err)
	}
	if applied, err := runner.Up(); err != nil || len(applied) != len(reverted) {
		t.Fatalf("%d went up again: %v", len(applied), err)
	}
	if p := testkit.Start(t).Buyer(); p.ID != 1 {
		t.Errorf("a new server's first user is %d", p.ID)
	}
	s.Get("user/search").As(client.Token).Do().Want(401) // the devices are gone with their collection
}
