package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/migrations"
)

// users.erase takes the confirmation and is never kept; users.erased says when it happened.
func init() {
	migrations.Register(func(app core.App) error {
		return addFields(app, "users",
			&core.TextField{Name: "erase", Max: 255},
			&core.DateField{Name: "erased"},
		)
	}, func(app core.App) error {
		return removeFields(app, "users", "erase", "erased")
	})
}
