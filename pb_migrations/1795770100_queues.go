package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/migrations"
)

// The views of what a moderator should look at go, as the desk shows all of it; with them goes what only they read: the offsets of
// the zone for orders, and the index of low ratings.
func init() {
	const (
		low     = "idx_orders_low"
		newest  = "idx_bans_newest"
		overdue = `SELECT o.id, o.id AS new_order, o.date_till, o.client, o.performer, o.created
		FROM orders o WHERE o.status = 'new' AND o.reminded IN (0, 1, 2, 3) AND o.date_till < strftime('%Y-%m-%d %H:%M:%fZ', 'now',
			(SELECT z.seconds FROM order_zone z WHERE z.since <= strftime('%Y-%m-%d %H:%M:%fZ', 'now') ORDER BY z.since DESC LIMIT 1) || ' seconds')
		ORDER BY o.date_till`
	)
	migrations.Register(func(app core.App) error {
		if err := deleteQueues(app); err != nil {
			return err
		}
		if err := changeCollection(app, "orders", func(orders *core.Collection) { orders.RemoveIndex(low) }); err != nil {
			return err
		}
		// Who is banned, the last one first.
		if err := changeCollection(app, "bans", func(bans *core.Collection) { bans.AddIndex(newest, false, "`since`", "`lifted` = ''") }); err != nil {
			return err
		}
		return execute(app, `DROP TABLE order_zone`)
	}, func(app core.App) error {
		if err := changeCollection(app, "bans", func(bans *core.Collection) { bans.RemoveIndex(newest) }); err != nil {
			return err
		}
		if err := execute(app, `
			CREATE TABLE order_zone (
				since   TEXT PRIMARY KEY NOT NULL, -- '' for the first one
				seconds INTEGER NOT NULL           -- east of UTC
			) WITHOUT ROWID;
			INSERT INTO order_zone (since, seconds) VALUES ('', 0)`); err != nil {
			return err
		}
		if err := changeCollection(app, "orders", func(orders *core.Collection) {
			orders.AddIndex(low, false, "`updated`", "`status` = 'reviewed' AND `rating_rate` <= 2")
		}); err != nil {
			return err
		}
		if err := createQueues(app); err != nil {
			return err
		}
		return changeCollection(app, "queue_overdue_orders", func(queue *core.Collection) { queue.ViewQuery = overdue })
	})
}
