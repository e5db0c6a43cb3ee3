package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/migrations"
)

// order_history: each change of an order's status: who, when, from, to.
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
		statuses := []string{"new", "done", "cancelled", "reviewed"}
		history := core.NewBaseCollection("order_history")
		history.Fields.Add(
			&core.RelationField{Name: "order", CollectionId: orders.Id, Required: true, CascadeDelete: true},
			&core.SelectField{Name: "from", Values: statuses, Help: "Empty: the order was created."},
			&core.SelectField{Name: "to", Required: true, Values: statuses},
			&core.SelectField{Name: "actor", Required: true, Values: []string{"client", "performer", "moderator", "system"}},
			&core.RelationField{Name: "user", CollectionId: users.Id, Help: "The client or performer who did it."},
			&core.TextField{Name: "moderator", Max: 255, Help: "The e-mail of the moderator who did it."},
			&core.AutodateField{Name: "time", OnCreate: true},
		)
		history.AddIndex("idx_order_history_order", false, "`order`", "")
		history.AddIndex("idx_order_history_user", false, "`user`", "")
		return app.Save(history)
	}, deleteCollection("order_history"))
}
