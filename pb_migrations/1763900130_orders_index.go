package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/migrations"
)

// order/search counts and chooses by these indexes alone, a status asked for included.
func init() {
	migrations.Register(func(app core.App) error {
		return indexSides(app, ", `status`")
	}, func(app core.App) error {
		return indexSides(app, "")
	})
}

func indexSides(app core.App, more string) error {
	orders, err := app.FindCollectionByNameOrId("orders")
	if err != nil {
		return err
	}
	for _, side := range []string{"client", "performer"} {
		name := "idx_orders_" + side
		orders.RemoveIndex(name)
		orders.AddIndex(name, false, "`"+side+"`, CAST(`id` AS INTEGER)"+more, "")
	}
	return app.Save(orders)
}
