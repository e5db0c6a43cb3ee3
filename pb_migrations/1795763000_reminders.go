package pb_migrations

import (
	"slices"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/migrations"
)

// Performers are reminded of their new orders, and both sides when a date has passed. orders.reminded is the last reminder that
// an order has had: 0 none, 1 a day before, 2 two hours before, 3 overdue. The index of the new orders by date has it in front:
// an order that is written pays for one index, as before.
//
// Orders that are overdue already are left without reminders: after an upgrade these would come all at once.
//
// date_till is meant in the time zone of a setting. SQLite knows no zones, so order_zone has the offsets from UTC, each with the
// moment from which it holds; the server writes them when it starts, and the queue of overdue orders reads them.
func init() {
	const (
		field                    = "reminded"
		indexBefore, indexAfter  = "idx_orders_waiting", "idx_orders_reminders"
		columns, columnsReminded = "`date_till`", "`reminded`, `date_till`"

		overdueBefore = `SELECT o.id, o.id AS new_order, o.date_till, o.client, o.performer, o.created
		FROM orders o WHERE o.status = 'new' AND o.date_till < strftime('%Y-%m-%d %H:%M:%fZ', 'now') ORDER BY o.date_till`
		overdueAfter = `SELECT o.id, o.id AS new_order, o.date_till, o.client, o.performer, o.created
		FROM orders o WHERE o.status = 'new' AND o.reminded IN (0, 1, 2, 3) AND o.date_till < strftime('%Y-%m-%d %H:%M:%fZ', 'now',
			(SELECT z.seconds FROM order_zone z WHERE z.since <= strftime('%Y-%m-%d %H:%M:%fZ', 'now') ORDER BY z.since DESC LIMIT 1) || ' seconds')
		ORDER BY o.date_till`

		dateBefore = "When the client wants it by. The app shows it in UTC, this form in your time zone."
		dateAfter  = "When the client wants it by, on the clock of the server's time zone for orders (UTC unless it is set). This form takes " +
			"it for UTC and shows it in your time zone. The performer is reminded before it, and both sides once it has passed."
	)
	reminders := []string{"order.reminder", "order.overdue"}
	setQuery := func(app core.App, query string) error {
		return changeCollection(app, "queue_overdue_orders", func(queue *core.Collection) { queue.ViewQuery = query })
	}
	migrations.Register(func(app core.App) error {
		if err := execute(app, `
			CREATE TABLE order_zone (
				since   TEXT PRIMARY KEY NOT NULL, -- '' for the first one
				seconds INTEGER NOT NULL           -- east of UTC
			) WITHOUT ROWID;
			INSERT INTO order_zone (since, seconds) VALUES ('', 0)`); err != nil {
			return err
		}
		if err := changeCollection(app, "orders", func(orders *core.Collection) {
			orders.Fields.Add(&core.NumberField{Name: field, OnlyInt: true, Hidden: true,
				Help: "The last reminder that it has had."})
			builtIn(orders, "date_till", func(date *core.DateField) { date.Help = dateAfter })
			orders.RemoveIndex(indexBefore)
			// Those whose next reminder is due, and the moderators' queue.
			orders.AddIndex(indexAfter, false, columnsReminded, "`status` = 'new'")
		}); err != nil {
			return err
		}
		if err := execute(app, `UPDATE orders SET reminded = 3
			WHERE status = 'new' AND reminded = 0 AND date_till > '' AND date_till <= strftime('%Y-%m-%d %H:%M:%fZ', 'now')`); err != nil {
			return err
		}
		if err := changeCollection(app, "pushes", func(pushes *core.Collection) {
			builtIn(pushes, "type", func(kind *core.SelectField) { kind.Values = append(kind.Values, reminders...) })
		}); err != nil {
			return err
		}
		return setQuery(app, overdueAfter)
	}, func(app core.App) error {
		if err := setQuery(app, overdueBefore); err != nil {
			return err
		}
		if err := execute(app, `DELETE FROM pushes WHERE type IN ('order.reminder', 'order.overdue')`); err != nil {
			return err
		}
		if err := changeCollection(app, "pushes", func(pushes *core.Collection) {
			builtIn(pushes, "type", func(kind *core.SelectField) {
				kind.Values = slices.DeleteFunc(slices.Clone(kind.Values), func(value string) bool { return slices.Contains(reminders, value) })
			})
		}); err != nil {
			return err
		}
		if err := changeCollection(app, "orders", func(orders *core.Collection) {
			orders.RemoveIndex(indexAfter)
			orders.AddIndex(indexBefore, false, columns, "`status` = 'new'")
			builtIn(orders, "date_till", func(date *core.DateField) { date.Help = dateBefore })
			orders.Fields.RemoveByName(field)
		}); err != nil {
			return err
		}
		return execute(app, `DROP TABLE order_zone`)
	})
}
