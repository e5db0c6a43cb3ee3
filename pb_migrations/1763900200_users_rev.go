package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/migrations"
)

// users.rev is raised by each change; who brings an older one is refused, as in orders.
func init() {
	migrations.Register(func(app core.App) error {
		return addFields(app, "users", &core.NumberField{Name: "rev", OnlyInt: true, Hidden: true})
	}, func(app core.App) error {
		return removeFields(app, "users", "rev")
	})
}
