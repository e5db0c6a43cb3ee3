package pb_migrations

import "github.com/pocketbase/pocketbase/core"

// createPushes creates pushes, the outbox: a row is one event for one device, written in the transaction of the change
// that it reports. It contains no text of the order.
func createPushes(app core.App) error {
	pushes := core.NewBaseCollection("pushes")
	pushes.Fields = core.NewFieldsList(
		randomID(pushes),
		&core.SelectField{Name: "state", Required: true, Presentable: true,
			Values: []string{"waiting", "sent", "failed", "expired", "off"},
			Help: "off: Firebase was not configured when it was written; it is never sent later. A row that waits is " +
				"not sent if it is deleted; none can be changed."},
		&core.SelectField{Name: "type", Required: true, Presentable: true,
			Values: []string{"order.created", "order.done", "order.cancelled", "order.reviewed", "test"},
			Help:   "What happened to the order."},
		&core.RelationField{Name: "receiver", CollectionId: usersID, CascadeDelete: true,
			Help: "Whose device it is for."},
		&core.RelationField{Name: "order", CollectionId: idOf("orders"), CascadeDelete: true},
		&core.TextField{Name: "error", Max: 1000,
			Help: "What went wrong the last time."},
		&core.NumberField{Name: "tries", OnlyInt: true,
			Help: "How often it was handed to Firebase."},
		&core.DateField{Name: "sent"},
		&core.DateField{Name: "next_try"},
		&core.DateField{Name: "expires",
			Help: "Not sent later than that."},
		&core.RelationField{Name: "device", CollectionId: idOf("devices"),
			Help: "Empty: the device signed out before it was sent."},
		&core.TextField{Name: "event", Required: true, Max: 100,
			Help: "The event_id that the app gets: the same for all devices."},
		&core.AutodateField{Name: "created", OnCreate: true},
		&core.AutodateField{Name: "updated", OnCreate: true, OnUpdate: true},
	)
	// An event reaches a device once. PocketBase empties device when the device is deleted, so several pushes of an
	// event may have none.
	pushes.AddIndex("idx_pushes_event", true, "`event`, `device`", "`device` != ''")
	// The next pushes to send.
	pushes.AddIndex("idx_pushes_waiting", false, "`state`, `next_try`", "")
	// The removal of old rows.
	pushes.AddIndex("idx_pushes_created", false, "`created`", "")
	// A newer push of the same order for the same device; and PocketBase looks for references to a user, order or device
	// that is deleted.
	pushes.AddIndex("idx_pushes_receiver", false, "`receiver`", "")
	pushes.AddIndex("idx_pushes_order", false, "`order`", "")
	pushes.AddIndex("idx_pushes_device", false, "`device`", "")
	return app.Save(pushes)
}
