package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/migrations"
	"github.com/pocketbase/pocketbase/tools/types"
)

// orders: what a client asks of a performer. rev is raised by each change; who brings an older one is refused.
func init() {
	migrations.Register(func(app core.App) error {
		users, err := app.FindCollectionByNameOrId("users")
		if err != nil {
			return err
		}
		orders := core.NewBaseCollection("orders")
		integerID(orders)
		orders.Fields.Add(
			&core.RelationField{Name: "client", CollectionId: users.Id, Required: true},
			&core.RelationField{Name: "performer", CollectionId: users.Id, Required: true},
			&core.SelectField{Name: "status", Required: true, Values: []string{"new", "done", "cancelled", "reviewed"}, Help: "Both sides see a change at once; dates follow by themselves."},
			&core.SelectField{Name: "occasion", Values: []string{"birthday", "just", "advice", "congratulation"}},
			&core.TextField{Name: "description", Required: true, Max: maxText},
			&core.DateField{Name: "date_till", Help: "When the client wants it by, UTC."},
			&core.NumberField{Name: "price", Min: types.Pointer(0.0), Help: "The performer's price when it was ordered."},
			&core.TextField{Name: "cancel_text", Max: maxText, Help: "Why it was cancelled: both sides read it."},
			&core.DateField{Name: "cancel_date"},
			&core.NumberField{Name: "rating_rate", Min: types.Pointer(0.0), Max: types.Pointer(5.0), Help: "1 to 5; 0 is no rating."},
			&core.TextField{Name: "rating_text", Max: maxText},
			&core.NumberField{Name: "rev", OnlyInt: true, Help: "Counts the changes: guards against a stale browser tab."},
		)
		stamps(orders)
		orders.AddIndex("idx_orders_client", false, "`client`, CAST(`id` AS INTEGER)", "")
		orders.AddIndex("idx_orders_performer", false, "`performer`, CAST(`id` AS INTEGER)", "")
		return app.Save(orders)
	}, deleteCollection("orders"))
}
