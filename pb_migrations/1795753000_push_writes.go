package pb_migrations

import (
	"strings"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/migrations"
)

// A push is written with each change of an order, in its transaction, and each index and counter of the outbox is another
// page of that: a tenth of what order/create costs. So pushes that wait, or that nobody sends, are counted when the metrics
// are read, old ones are the first rows, and those of a device are found by the index that keeps events apart.
func init() {
	const (
		unsettled = "('waiting', 'off')"
		count     = `INSERT INTO state_counts (kind, state, count) SELECT 'push', ROW.state, BY WHERE ROW.state NOT IN ` + unsettled + `
			ON CONFLICT (kind, state) DO UPDATE SET count = count + BY;`
		drop = `
			DROP TRIGGER pushes_state_insert;
			DROP TRIGGER pushes_state_update;
			DROP TRIGGER pushes_state_delete;
			DELETE FROM state_counts WHERE kind = 'push';`
	)
	// counters returns the statements that make the triggers; count is what one of them does for a row.
	counters := func(count, insert, remove string) string {
		change := func(row, by string) string { return strings.NewReplacer("ROW", row, "BY", by).Replace(count) }
		return `
			CREATE TRIGGER pushes_state_insert AFTER INSERT ON pushes ` + insert + ` BEGIN ` + change("new", "1") + ` END;
			CREATE TRIGGER pushes_state_delete AFTER DELETE ON pushes ` + remove + ` BEGIN ` + change("old", "-1") + ` END;
			CREATE TRIGGER pushes_state_update AFTER UPDATE OF state ON pushes WHEN old.state <> new.state
				BEGIN ` + change("old", "-1") + change("new", "1") + ` END;`
	}
	migrations.Register(func(app core.App) error {
		err := execute(app, drop+counters(count, `WHEN new.state NOT IN `+unsettled, `WHEN old.state NOT IN `+unsettled)+`
			INSERT INTO state_counts (kind, state, count) SELECT 'push', state, count(*) FROM pushes WHERE state NOT IN `+unsettled+` GROUP BY state;`)
		if err != nil {
			return err
		}
		return changeCollection(app, "pushes", func(pushes *core.Collection) {
			pushes.RemoveIndex("idx_pushes_created")
			pushes.RemoveIndex("idx_pushes_device")
			pushes.RemoveIndex("idx_pushes_event")
			// Not partial, as SQLite would not look for a device in it otherwise. Pushes of deleted devices don't collide.
			pushes.AddIndex("idx_pushes_event", true, "`device`, `event`, iif(`device` = '', `id`, '')", "")
		})
	}, func(app core.App) error {
		all := strings.Replace(count, `ROW.state NOT IN `+unsettled, `true`, 1)
		err := execute(app, drop+counters(all, "", "")+`
			INSERT INTO state_counts (kind, state, count) SELECT 'push', state, count(*) FROM pushes WHERE true GROUP BY state;`)
		if err != nil {
			return err
		}
		return changeCollection(app, "pushes", func(pushes *core.Collection) {
			pushes.RemoveIndex("idx_pushes_event")
			pushes.AddIndex("idx_pushes_event", true, "`event`, `device`", "`device` != ''")
			pushes.AddIndex("idx_pushes_created", false, "`created`", "")
			pushes.AddIndex("idx_pushes_device", false, "`device`", "")
		})
	})
}
