package pb_migrations

import "github.com/pocketbase/pocketbase/core"

// createOrderHistory creates order_history: a row for each change of an order's status.
func createOrderHistory(app core.App) error {
	history := core.NewBaseCollection("order_history")
	history.Fields = core.NewFieldsList(
		randomID(history),
		&core.RelationField{Name: "order", CollectionId: idOf("orders"), Required: true, CascadeDelete: true,
			Help: "Rows are written by themselves, and stay as they are: nobody can change or delete one."},
		&core.AutodateField{Name: "time", OnCreate: true},
		&core.SelectField{Name: "from", Values: orderStatuses,
			Help: "Empty: the order was created."},
		&core.SelectField{Name: "to", Required: true, Values: orderStatuses},
		&core.SelectField{Name: "actor", Required: true, Values: []string{"client", "performer", "moderator", "system"},
			Help: "system: a rule that acts by itself, or a program."},
		&core.RelationField{Name: "user", CollectionId: usersID,
			Help: "The client or performer who did it."},
		&core.TextField{Name: "moderator", Max: 255,
			Help: "The e-mail of the moderator who did it."},
	)
	// The history of an order, and who cancelled it.
	history.AddIndex("idx_order_history_order", false, "`order`", "")
	// PocketBase looks for references to a user who is deleted.
	history.AddIndex("idx_order_history_user", false, "`user`", "")
	return app.Save(history)
}
