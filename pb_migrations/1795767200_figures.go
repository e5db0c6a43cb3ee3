package pb_migrations

import (
	"strings"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/migrations"
)

// What the desk's charts show is counted in indexes that have all that is counted. orders.delivered and orders.took say when an order
// was delivered, and how many seconds that took; both are empty while it is new.
//
// Pushes are deleted after a month: push_hours keeps how many were sent, failed or expired in each hour, which counts from 1970 in UTC. It
// is written by the trigger that follows the state of a push already, as each further one costs a tenth of an order.
func init() {
	indexes := []struct{ collection, name, columns, where string }{
		{"orders", "idx_orders_status", "`status`, `created`", ""},
		{"orders", "idx_orders_ratings", "`created`, `rating_rate`", "`rating_rate` > 0"},
		{"orders", "idx_orders_delivered", "`delivered`, `took`", "`delivered` != ''"},
		{"users", "idx_users_created", "`role`, `created`", ""},
	}
	const (
		outcomes = `('sent', 'failed', 'expired')`
		hour     = `coalesce(CAST(strftime('%s', TIME) AS INTEGER), 0) / 3600`
		end      = " END"
		count    = `INSERT INTO push_hours (hour, state, count) SELECT HOUR, new.state, 1 WHERE new.state IN ` + outcomes + `
			ON CONFLICT (hour, state) DO UPDATE SET count = count + 1;`
	)
	// follow makes the trigger that follows the state of a push do something more, or no longer.
	follow := func(app core.App, change func(sql string) string) error {
		var text string
		if err := app.DB().NewQuery(`SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = 'pushes_state_update'`).Row(&text); err != nil {
			return err
		}
		return execute(app, `DROP TRIGGER pushes_state_update; `+change(text))
	}
	addition := strings.Replace(count, "HOUR", strings.Replace(hour, "TIME", "new.updated", 1), 1)
	migrations.Register(func(app core.App) error {
		if err := changeCollection(app, "orders", func(orders *core.Collection) {
			orders.Fields.Add(
				&core.DateField{Name: "delivered", Hidden: true, Help: "When it was delivered. Set automatically."},
				&core.NumberField{Name: "took", OnlyInt: true, Hidden: true, Help: "How many seconds after the order that was."})
		}); err != nil {
			return err
		}
		if err := execute(app, `
			UPDATE orders SET delivered = coalesce((SELECT max(h.time) FROM order_history h WHERE h."order" = orders.id AND h."to" = 'done' AND h."from" = 'new'), '')
				WHERE status IN ('done', 'reviewed');
			UPDATE orders SET took = max(0, coalesce(CAST(strftime('%s', delivered) AS INTEGER) - CAST(strftime('%s', created) AS INTEGER), 0)) WHERE delivered <> '';
			CREATE TABLE push_hours (
				hour  INTEGER NOT NULL,
				state TEXT NOT NULL,
				count INTEGER NOT NULL,
				PRIMARY KEY (hour, state)
			) WITHOUT ROWID;
			INSERT INTO push_hours (hour, state, count) SELECT `+strings.Replace(hour, "TIME", "updated", 1)+` AS h, state, count(*) FROM pushes WHERE state IN `+outcomes+` GROUP BY h, state`); err != nil {
			return err
		}
		for _, i := range indexes {
			if err := changeCollection(app, i.collection, func(c *core.Collection) { c.AddIndex(i.name, false, i.columns, i.where) }); err != nil {
				return err
			}
		}
		return follow(app, func(sql string) string { return strings.TrimSuffix(sql, end) + " " + addition + end })
	}, func(app core.App) error {
		if err := follow(app, func(sql string) string { return strings.TrimSuffix(sql, " "+addition+end) + end }); err != nil {
			return err
		}
		for _, i := range indexes {
			if err := changeCollection(app, i.collection, func(c *core.Collection) { c.RemoveIndex(i.name) }); err != nil {
				return err
			}
		}
		if err := execute(app, `DROP TABLE push_hours`); err != nil {
			return err
		}
		return changeCollection(app, "orders", func(orders *core.Collection) {
			orders.Fields.RemoveByName("delivered")
			orders.Fields.RemoveByName("took")
		})
	})
}
