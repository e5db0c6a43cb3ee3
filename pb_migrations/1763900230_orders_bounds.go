package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/migrations"
	"github.com/pocketbase/pocketbase/tools/types"
)

// The description of an erased client's order is empty; whoever orders still has to give one (the hooks see to
// it). The price has the bounds of the performer's, which it was copied from.
func init() {
	set := func(required bool, most *float64) func(core.App) error {
		return func(app core.App) error {
			orders, err := app.FindCollectionByNameOrId("orders")
			if err != nil {
				return err
			}
			orders.Fields.GetByName("description").(*core.TextField).Required = required
			orders.Fields.GetByName("price").(*core.NumberField).Max = most
			return app.Save(orders)
		}
	}
	migrations.Register(set(false, types.Pointer(999999999.0)), set(true, nil))
}
