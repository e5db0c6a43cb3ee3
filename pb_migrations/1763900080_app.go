package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/migrations"
)

// The application's own name, in the dashboard and in e-mails.
func init() {
	migrations.Register(func(app core.App) error {
		return rename(app, "privet")
	}, func(app core.App) error {
		return rename(app, "Acme")
	})
}

func rename(app core.App, name string) error {
	settings := app.Settings()
	settings.Meta.AppName = name
	return app.Save(settings)
}
