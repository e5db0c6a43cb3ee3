package pb_migrations

import (
	"strings"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/migrations"
)

// state_counts has how many pushes and previews are in each state, and how many removals of files wait, for the metrics:
// they are read every few seconds, and a count of a million rows takes a tenth of a second. Triggers maintain it, so that no
// way to write can bypass them. The index idx_pushes_oldest has the waiting pushes by age.
func init() {
	counts := []struct{ kind, table, column, where string }{
		{"push", "pushes", "ROW.state", "true"},
		{"preview", "media", "ROW.still", "ROW.still <> ''"},
		{"removal", "file_removals", "'waiting'", "true"},
	}
	const index = "idx_pushes_oldest"
	migrations.Register(func(app core.App) error {
		text := `CREATE TABLE state_counts (kind TEXT NOT NULL, state TEXT NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (kind, state)) WITHOUT ROWID;`
		for _, c := range counts {
			change := func(row, by string) string {
				return strings.ReplaceAll(`INSERT INTO state_counts (kind, state, count) SELECT '`+c.kind+`', `+c.column+`, `+by+` WHERE `+c.where+`
					ON CONFLICT (kind, state) DO UPDATE SET count = count + `+by+`;`, "ROW", row)
			}
			text += strings.ReplaceAll(`INSERT INTO state_counts (kind, state, count) SELECT '`+c.kind+`', `+c.column+`, count(*) FROM `+c.table+`
				WHERE `+c.where+` GROUP BY `+c.column+`;`, "ROW.", "")
			text += `CREATE TRIGGER ` + c.table + `_state_insert AFTER INSERT ON ` + c.table + ` BEGIN ` + change("new", "1") + ` END;`
			text += `CREATE TRIGGER ` + c.table + `_state_delete AFTER DELETE ON ` + c.table + ` BEGIN ` + change("old", "-1") + ` END;`
			if column, ok := strings.CutPrefix(c.column, "ROW."); ok {
				text += `CREATE TRIGGER ` + c.table + `_state_update AFTER UPDATE OF ` + column + ` ON ` + c.table + ` WHEN old.` + column + ` <> new.` + column + `
					BEGIN ` + change("old", "-1") + change("new", "1") + ` END;`
			}
		}
		if err := execute(app, text); err != nil {
			return err
		}
		return changeCollection(app, "pushes", func(pushes *core.Collection) {
			pushes.AddIndex(index, false, "`created`", "`state` = 'waiting'")
		})
	}, func(app core.App) error {
		err := execute(app, `
			DROP TRIGGER pushes_state_insert;
			DROP TRIGGER pushes_state_update;
			DROP TRIGGER pushes_state_delete;
			DROP TRIGGER media_state_insert;
			DROP TRIGGER media_state_update;
			DROP TRIGGER media_state_delete;
			DROP TRIGGER file_removals_state_insert;
			DROP TRIGGER file_removals_state_delete;
			DROP TABLE state_counts`)
		if err != nil {
			return err
		}
		return changeCollection(app, "pushes", func(pushes *core.Collection) { pushes.RemoveIndex(index) })
	})
}
