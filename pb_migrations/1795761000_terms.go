package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/migrations"
)

// users.terms is the version of the terms that a user has agreed to, as the app names it, and terms_at when that was.
func init() {
	migrations.Register(func(app core.App) error {
		return changeCollection(app, "users", func(users *core.Collection) {
			users.Fields.Add(
				&core.TextField{Name: "terms", Max: 64,
					Help: "The version of the terms that the user has agreed to at sign-up; empty where the app named none. Can't be changed."},
				&core.DateField{Name: "terms_at",
					Help: "When that was. Can't be changed."})
		})
	}, func(app core.App) error {
		return changeCollection(app, "users", func(users *core.Collection) {
			users.Fields.RemoveByName("terms")
			users.Fields.RemoveByName("terms_at")
		})
	})
}
