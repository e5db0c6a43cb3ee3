package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/migrations"
)

// A ban's end and reason, and who decided last about the user.
func init() {
	migrations.Register(func(app core.App) error {
		return addFields(app, "users",
			&core.DateField{Name: "banned_until"},
			&core.TextField{Name: "ban_reason", Max: 1000},
			&core.TextField{Name: "moderated_by", Max: 255},
			&core.DateField{Name: "moderated_at"},
		)
	}, func(app core.App) error {
		return removeFields(app, "users", "banned_until", "ban_reason", "moderated_by", "moderated_at")
	})
}
