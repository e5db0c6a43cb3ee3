package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/migrations"
)

// users.banned: nobody finds them, orders from them or is signed in as them.
func init() {
	migrations.Register(func(app core.App) error {
		users, err := app.FindCollectionByNameOrId("users")
		if err != nil {
			return err
		}
		users.Fields.Add(&core.BoolField{Name: "banned", Help: "Signs the user out and keeps them out; nobody finds them or orders from them."})
		users.RemoveIndex("idx_users_newest")
		users.RemoveIndex("idx_users_role")
		users.AddIndex("idx_users_newest", false, "`banned`, CAST(`id` AS INTEGER)", "")
		users.AddIndex("idx_users_role", false, "`role`, `banned`, CAST(`id` AS INTEGER)", "")
		return app.Save(users)
	}, func(app core.App) error {
		users, err := app.FindCollectionByNameOrId("users")
		if err != nil {
			return err
		}
		users.RemoveIndex("idx_users_newest")
		users.RemoveIndex("idx_users_role")
		users.AddIndex("idx_users_newest", false, "CAST(`id` AS INTEGER)", "")
		users.AddIndex("idx_users_role", false, "`role`, CAST(`id` AS INTEGER)", "")
		users.Fields.RemoveByName("banned")
		return app.Save(users)
	})
}
