package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"
)

// createOrders creates orders: what a client asks of a performer. Each change increments rev; a form that was opened
// at an older rev is refused. The description of an order whose client was erased is empty: whoever orders still has
// to give one, which the hooks check.
func createOrders(app core.App) error {
	orders := core.NewBaseCollection("orders")
	id := integerID(orders, "Left empty, the next number is taken. It can't be changed later.")
	id.Presentable = true
	orders.Fields = core.NewFieldsList(
		id,
		&core.SelectField{Name: "status", Required: true, Values: orderStatuses, Presentable: true,
			Help: "Any may be set; both sides see it at once, and the push for it goes out. Away from cancelled or " +
				"reviewed, the reason or the rating is cleared. Orders can't be deleted: cancel them."},
		&core.RelationField{Name: "client", CollectionId: usersID, Required: true,
			Help: "Who ordered. Can't be changed."},
		&core.RelationField{Name: "performer", CollectionId: usersID, Required: true,
			Help: "Who was asked. Can't be changed: cancel the order instead."},
		&core.SelectField{Name: "occasion", Values: []string{"birthday", "just", "advice", "congratulation"},
			Help: "May be empty."},
		&core.TextField{Name: "description", Max: maxText,
			Help: "What the client wishes for; both sides read it. Empty where the client was erased."},
		&core.DateField{Name: "date_till",
			Help: "When the client wants it by. The app shows it in UTC, this form in your time zone."},
		&core.TextField{Name: "cancel_text", Max: maxText,
			Help: "Why it was cancelled: both sides read it. Only with the status cancelled."},
		&core.DateField{Name: "cancel_date",
			Help: "Set when the order is cancelled, cleared when it is reopened. By itself."},
		&core.NumberField{Name: "rating_rate", Min: types.Pointer(0.0), Max: types.Pointer(5.0),
			Help: "1 to 5; 0 is no rating. Needs the status reviewed, and that needs it."},
		&core.TextField{Name: "rating_text", Max: maxText,
			Help: "What the client says of the greeting; the performer reads it. Only with a rating."},
		&core.NumberField{Name: "price", Min: types.Pointer(0.0), Max: types.Pointer(maxPrice),
			Help: "The performer's price when it was ordered. Can't be changed; the app does not show it."},
		&core.NumberField{Name: "rev", OnlyInt: true, Hidden: true,
			Help: "Counts the changes: a tab that was opened before the last one can't undo it."},
		&core.AutodateField{Name: "created", OnCreate: true},
		&core.AutodateField{Name: "updated", OnCreate: true, OnUpdate: true},
	)
	// order/search counts and selects by these two alone, a filter by status included.
	orders.AddIndex("idx_orders_client", false, "`client`, CAST(`id` AS INTEGER), `status`", "")
	orders.AddIndex("idx_orders_performer", false, "`performer`, CAST(`id` AS INTEGER), `status`", "")
	// The moderators' queues of orders, sorted as they are shown. Partial: a write only pays for them while an order is
	// new, or when it gets a low rating.
	orders.AddIndex("idx_orders_waiting", false, "`date_till`", "`status` = 'new'")
	orders.AddIndex("idx_orders_low", false, "`updated`", "`status` = 'reviewed' AND `rating_rate` <= 2")
	return app.Save(orders)
}

var orderStatuses = []string{"new", "done", "cancelled", "reviewed"}
