package pb_migrations

import "github.com/pocketbase/pocketbase/core"

// createDevices creates devices: a row is an installation of the app on which somebody signed in. Its id is the number
// before the bar of the access token; of the token itself only the SHA-256 is stored.
func createDevices(app core.App) error {
	devices := core.NewBaseCollection("devices")
	devices.Fields = core.NewFieldsList(
		integerID(devices, "The number before the bar of the device's token."),
		&core.RelationField{Name: "user", CollectionId: usersID, Required: true, CascadeDelete: true,
			Help: "Who is signed in. Delete the row to sign the device out; it can't be changed."},
		&core.TextField{Name: "device_id", Max: maxText,
			Help: "As the app names itself; empty when it does not."},
		&core.TextField{Name: "firebase_token", Max: maxText,
			Help: "Where pushes to this device go."},
		&core.SelectField{Name: "language", Values: []string{"ru", "en"}, Presentable: true,
			Help: "Of the pushes."},
		&core.DateField{Name: "last_used", Presentable: true,
			Help: "To the minute."},
		&core.TextField{Name: "token", Required: true, Max: 64, Hidden: true,
			Help: "The SHA-256 of the token."},
		&core.AutodateField{Name: "created", OnCreate: true},
		&core.AutodateField{Name: "updated", OnCreate: true, OnUpdate: true},
	)
	// A token that is sent without its number.
	devices.AddIndex("idx_devices_token", true, "`token`", "")
	// Signing in again on the same device; all devices of a user.
	devices.AddIndex("idx_devices_user", false, "`user`, `device_id`", "")
	// The most recent device to register a push token owns it: it is removed from the others.
	devices.AddIndex("idx_devices_firebase_token", false, "`firebase_token`", "")
	return app.Save(devices)
}
