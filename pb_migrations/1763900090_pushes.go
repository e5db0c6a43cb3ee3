package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/migrations"
)

// pushes: the outbox. A row is one event for one device, written in the transaction of the change that it
// tells of. It holds no text of the order.
func init() {
	migrations.Register(func(app core.App) error {
		users, err := app.FindCollectionByNameOrId("users")
		if err != nil {
			return err
		}
		orders, err := app.FindCollectionByNameOrId("orders")
		if err != nil {
			return err
		}
		devices, err := app.FindCollectionByNameOrId("devices")
		if err != nil {
			return err
		}
		pushes := core.NewBaseCollection("pushes")
		pushes.Fields.Add(
			&core.SelectField{Name: "state", Required: true, Values: []string{"waiting", "sent", "failed", "expired", "off"},
				Help: "off: Firebase was not configured when it was written; it is never sent later."},
			&core.SelectField{Name: "type", Required: true, Presentable: true, Values: []string{"order.created", "order.done", "order.cancelled", "order.reviewed", "test"}},
			&core.RelationField{Name: "receiver", CollectionId: users.Id, CascadeDelete: true},
			&core.RelationField{Name: "order", CollectionId: orders.Id, CascadeDelete: true},
			&core.RelationField{Name: "device", CollectionId: devices.Id, Help: "Empty: the device signed out before it was sent."},
			&core.NumberField{Name: "tries", OnlyInt: true},
			&core.TextField{Name: "error", Max: 1000, Help: "What went wrong the last time."},
			&core.DateField{Name: "sent"},
			&core.DateField{Name: "next_try"},
			&core.DateField{Name: "expires", Help: "Not sent later than that."},
			&core.TextField{Name: "event", Required: true, Max: 100, Help: "The event_id that the app gets: the same for all devices."},
		)
		stamps(pushes)
		// PocketBase empties the device when that signs out: any number of an event's may have.
		pushes.AddIndex("idx_pushes_event", true, "`event`, `device`", "`device` != ''")
		pushes.AddIndex("idx_pushes_waiting", false, "`state`, `next_try`", "")
		pushes.AddIndex("idx_pushes_created", false, "`created`", "")
		pushes.AddIndex("idx_pushes_receiver", false, "`receiver`", "")
		pushes.AddIndex("idx_pushes_order", false, "`order`", "")
		pushes.AddIndex("idx_pushes_device", false, "`device`", "")
		return app.Save(pushes)
	}, deleteCollection("pushes"))
}
