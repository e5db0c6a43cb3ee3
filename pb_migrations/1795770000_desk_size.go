package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/migrations"
)

// Indexes that answer the desk's pages of people with tens of thousands of orders, of years of decided cases, and of a log of which
// little is asked. An order that is written pays for as many indexes as before: those that it has hold date_till as well, and that
// of the reminders no longer holds created.
//
// Orders that were created as delivered, or delivered after they had been cancelled, get the moment of their delivery.
func init() {
	const (
		stars      = "CAST(`rating_rate` + 0.5 AS INTEGER)"
		isNew      = "`status` = 'new'"
		isClosed   = "`state` = 'closed'"
		isRated    = "`rating_rate` > 0"
		isFault    = "`state` IN ('failed', 'expired')"
		noPreview  = "`still` = 'failed' AND `updated` <> ''" // not what a search for failed previews by version has
		newestLast = "CAST(`id` AS INTEGER)"
	)
	indexes := []struct{ collection, name, before, after, where string }{
		// What became of a person's orders, and how many are overdue.
		{"orders", "idx_orders_client", "`client`, " + newestLast + ", `status`", "`client`, " + newestLast + ", `status`, `date_till`", ""},
		{"orders", "idx_orders_performer", "`performer`, " + newestLast + ", `status`", "`performer`, " + newestLast + ", `status`, `date_till`", ""},
		// Orders by day and status, and how many are overdue.
		{"orders", "idx_orders_status", "`status`, `created`", "`status`, `created`, `date_till`", ""},
		{"orders", "idx_orders_reminders", "`reminded`, `date_till`, `created`", "`reminded`, `date_till`", isNew},
		// Ratings by stars and day.
		{"orders", "idx_orders_ratings", "`created`, `rating_rate`", stars + ", `created`, `rating_rate`", isRated},
		// Faults, the newest first.
		{"media", "idx_media_faults", "", "`updated`", noPreview},
		{"mails", "idx_mails_failed", "", "`updated`", isFault},
		// Open cases have idx_cases_queue: without statistics SQLite would prefer one that begins with the state.
		{"cases", "idx_cases_due", "`state`, `due`", "", ""},
		// Decided cases, the last one first, by kind and by who decided.
		{"cases", "idx_cases_closed", "`closed`", "`closed` DESC, `id`, `kinds`, `closed_by`", isClosed},
		// What one moderator has done of one kind.
		{"audit", "idx_audit_actor_act", "", "`actor`, `act`, `at`", ""},
	}
	// change changes the indexes of one collection after the other.
	change := func(app core.App, up bool) error {
		for i, index := range indexes {
			if i > 0 && indexes[i-1].collection == index.collection {
				continue
			}
			err := changeCollection(app, index.collection, func(c *core.Collection) {
				for _, other := range indexes[i:] {
					if other.collection != index.collection {
						break
					}
					c.RemoveIndex(other.name)
					if columns := map[bool]string{true: other.after, false: other.before}[up]; columns != "" {
						c.AddIndex(other.name, false, columns, other.where)
					}
				}
			})
			if err != nil {
				return err
			}
		}
		return nil
	}
	migrations.Register(func(app core.App) error {
		if err := execute(app, `
			UPDATE orders SET delivered = coalesce((SELECT max(h.time) FROM order_history h WHERE h."order" = orders.id
				AND h."to" IN ('done', 'reviewed') AND h."from" NOT IN ('done', 'reviewed')), updated) WHERE status IN ('done', 'reviewed') AND delivered = '';
			UPDATE orders SET took = max(0, coalesce(CAST(strftime('%s', delivered) AS INTEGER) - CAST(strftime('%s', created) AS INTEGER), 0)) WHERE delivered <> '' AND took = 0`); err != nil {
			return err
		}
		return change(app, true)
	}, func(app core.App) error { return change(app, false) })
}
