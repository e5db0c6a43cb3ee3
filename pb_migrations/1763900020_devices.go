package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/migrations"
)

// devices: one row is one installation of the app where somebody signed in. Its id is the number before the
// token's bar; of the token itself only the SHA-256 is kept.
func init() {
	migrations.Register(func(app core.App) error {
		users, err := app.FindCollectionByNameOrId("users")
		if err != nil {
			return err
		}
		devices := core.NewBaseCollection("devices")
		integerID(devices)
		devices.Fields.Add(
			&core.RelationField{Name: "user", CollectionId: users.Id, Required: true, CascadeDelete: true, Help: "Delete the row to sign this device out."},
			&core.TextField{Name: "device_id", Max: maxText, Help: "As the app names itself; empty when it does not."},
			&core.TextField{Name: "firebase_token", Max: maxText, Help: "Where pushes to this device go."},
			&core.SelectField{Name: "language", Values: []string{"ru", "en"}, Help: "Of the pushes."},
			&core.DateField{Name: "last_used", Help: "To the minute."},
			&core.TextField{Name: "token", Required: true, Max: 64, Hidden: true},
		)
		stamps(devices)
		devices.AddIndex("idx_devices_token", true, "`token`", "")
		devices.AddIndex("idx_devices_user", false, "`user`, `device_id`", "")
		devices.AddIndex("idx_devices_firebase_token", false, "`firebase_token`", "")
		return app.Save(devices)
	}, deleteCollection("devices"))
}
