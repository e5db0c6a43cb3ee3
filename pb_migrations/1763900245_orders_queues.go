package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/migrations"
)

// Partial indexes for the queues of orders, in the order that those show: a write costs them something only while
// an order is new, or when it gets a low rating.
func init() {
	migrations.Register(func(app core.App) error {
		orders, err := app.FindCollectionByNameOrId("orders")
		if err != nil {
			return err
		}
		orders.AddIndex("idx_orders_waiting", false, "`date_till`", "`status` = 'new'")
		orders.AddIndex("idx_orders_low", false, "`updated`", "`status` = 'reviewed' AND `rating_rate` <= 2")
		return app.Save(orders)
	}, func(app core.App) error {
		orders, err := app.FindCollectionByNameOrId("orders")
		if err != nil {
			return err
		}
		orders.RemoveIndex("idx_orders_waiting")
		orders.RemoveIndex("idx_orders_low")
		return app.Save(orders)
	})
}
