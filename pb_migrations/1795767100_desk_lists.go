package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/migrations"
)

// Indexes of what the desk shows. Most are partial, and none is written when an order is created.
func init() {
	type index struct{ collection, name, columns, where string }
	indexes := []index{
		// The media wall: all, deliveries alone, and what is hidden.
		{"media", "idx_media_newest", "CAST(`id` AS INTEGER)", ""},
		{"media", "idx_media_deliveries", "CAST(`id` AS INTEGER)", "`order` != ''"},
		{"media", "idx_media_hidden", "CAST(`id` AS INTEGER)", "`hidden` != ''"},
		// The mean rating of a performer.
		{"orders", "idx_orders_rated", "`performer`, `rating_rate`", "`rating_rate` > 0"},
		// Accounts that were signed in on the same device.
		{"devices", "idx_devices_device", "`device_id`, `user`", "`device_id` != ''"},
		// Faults: pushes that were not sent, the newest first.
		{"pushes", "idx_pushes_failed", "`updated`", "`state` IN ('failed', 'expired')"},
		// Cases by day, and how long a verdict took.
		{"cases", "idx_cases_created", "`created`", ""},
		{"cases", "idx_cases_verdicts", "`closed`, `created`, `verdict`", "`state` = 'closed'"},
	}
	// reminders has the new orders by date, as before, and when each was created: overdue orders are counted by day.
	reminders := index{"orders", "idx_orders_reminders", "`reminded`, `date_till`", "`status` = 'new'"}
	set := func(app core.App, i index, columns string) error {
		return changeCollection(app, i.collection, func(c *core.Collection) {
			c.RemoveIndex(i.name)
			if columns != "" {
				c.AddIndex(i.name, false, columns, i.where)
			}
		})
	}
	migrations.Register(func(app core.App) error {
		for _, i := range indexes {
			if err := set(app, i, i.columns); err != nil {
				return err
			}
		}
		return set(app, reminders, reminders.columns+", `created`")
	}, func(app core.App) error {
		if err := set(app, reminders, reminders.columns); err != nil {
			return err
		}
		for _, i := range indexes {
			if err := set(app, i, ""); err != nil {
				return err
			}
		}
		return nil
	})
}
