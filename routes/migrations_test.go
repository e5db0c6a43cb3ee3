package routes_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"syscall"
	"testing"

	"github.com/privet/privet/hooks/database"
	"github.com/privet/privet/routes/testkit"

	"github.com/pocketbase/pocketbase/core"
)

// All of our migrations have a way down, on data too, and up again.
func TestMigrationsDownAndUp(t *testing.T) {
	p := testkit.Process(t)
	client, performer := p.Buyer(), p.Performer()
	p.Finish(performer, p.Order(client, performer)).Want(200)
	p.End(syscall.SIGTERM)

	p.Run("migrate", "down", fmt.Sprint(len(core.AppMigrations.Items())))
	if left := ownTables(t, p.Dir); !slices.Equal(left, []string{"users"}) {
		t.Errorf("left: %v", left)
	}
	p.Run("migrate", "up")
	if len(ownTables(t, p.Dir)) < 8 {
		t.Errorf("came back: %v", ownTables(t, p.Dir))
	}
	p.Begin()
	p.Get("user/search").As(client.Token).Do().Want(401) // the devices are gone with their collection
	again := p.Buyer()
	p.Order(again, p.Performer())
	found := p.Get("user/search?text=User+" + fmt.Sprint(performer.ID)).As(again.Token).Do().Want(200).Map()
	if found.Len("data") != 1 || found.Int("data", 0, "role") != 1 {
		t.Errorf("who was there before is found as %v", found)
	}
	p.Post("auth/login").JSON(map[string]any{"email": performer.Email, "password": testkit.Password}).Do().Want(200)
}

// ownTables lists the tables and triggers of a data folder that no server uses, PocketBase's own left out.
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
