package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/migrations"
)

// The index idx_orders_open counts a client's new orders, with one performer and with all, before each further order. It
// is partial: orders that are no longer new, all but a few, are not in it.
func init() {
	const name = "idx_orders_open"
	migrations.Register(func(app core.App) error {
		return changeCollection(app, "orders", func(orders *core.Collection) {
			orders.AddIndex(name, false, "`client`, `performer`", "`status` = 'new'")
		})
	}, func(app core.App) error {
		return changeCollection(app, "orders", func(orders *core.Collection) { orders.RemoveIndex(name) })
	})
}

// changeCollection loads a collection, changes and saves it.
func changeCollection(app core.App, name string, change func(*core.Collection)) error {
	collection, err := app.FindCollectionByNameOrId(name)
	if err != nil {
		return err
	}
	change(collection)
	return app.Save(collection)
}
