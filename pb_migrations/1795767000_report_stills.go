package pb_migrations

import (
	"strings"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/migrations"
)

// A report on a medium keeps a still of it: a file of the report, which is made in the background of a copy of what is reported, as
// that may be removed meanwhile.
//
// Triggers see to it that nothing is kept for longer, by whatever door a report is closed: they queue the removal of the files in the
// same transaction. What a crash may leave without a row is queued for removal before it is written, and triggers take that back
// when the row names it.
func init() {
	const index, banBefore, banAfter = "idx_reports_source", "For moderators alone; it goes when the ban ends.",
		"The person reads it on /account, so name no moderator. It goes when the ban ends."
	triggers := []string{"reports_source_named", "reports_source_used", "reports_still_named", "reports_kept_ended", "reports_deleted"}
	migrations.Register(func(app core.App) error {
		err := changeCollection(app, "reports", func(reports *core.Collection) {
			reports.Fields.Add(
				&core.FileField{Name: "still", MaxSelect: 1, MaxSize: 1 << 20, MimeTypes: []string{"image/jpeg"}, Protected: true,
					Help: "A small picture of the reported medium. It goes with the verdict, and after 30 days at the latest."},
				&core.TextField{Name: "source", Max: 255, Hidden: true, Help: "The file beside it that the still is to be made of."},
				&core.NumberField{Name: "source_tries", OnlyInt: true, Hidden: true, Help: "How often that failed."})
			// The reports that wait for their still.
			reports.AddIndex(index, false, "`source`", "`source` != ''")
		})
		if err != nil {
			return err
		}
		reports, err := app.FindCollectionByNameOrId("reports")
		if err != nil {
			return err
		}
		remove := func(key, reason string) string {
			return `INSERT INTO file_removals (key, reason, created, next_try) VALUES (` + key + `, '` + reason + `', strftime('%Y-%m-%d %H:%M:%fZ'), strftime('%Y-%m-%d %H:%M:%fZ'))
				ON CONFLICT (key) DO UPDATE SET next_try = excluded.next_try;`
		}
		err = execute(app, strings.ReplaceAll(`
			CREATE TRIGGER reports_source_named AFTER INSERT ON reports WHEN new.source <> '' BEGIN
				DELETE FROM file_removals WHERE key = 'FOLDER' || new.id || '/';
			END;
			CREATE TRIGGER reports_source_used AFTER UPDATE OF source ON reports WHEN old.source <> '' AND new.source = '' AND new.kept_until <> '' BEGIN
				`+remove(`'FOLDER' || new.id || '/' || old.source`, "the still of a report exists")+`
			END;
			CREATE TRIGGER reports_still_named AFTER UPDATE OF still ON reports WHEN new.still <> '' BEGIN
				DELETE FROM file_removals WHERE key = 'FOLDER' || new.id || '/' || new.still;
			END;
			CREATE TRIGGER reports_kept_ended AFTER UPDATE OF kept_until ON reports
				WHEN old.kept_until <> '' AND new.kept_until = '' AND (old.still <> '' OR old.source <> '') BEGIN
				`+remove(`'FOLDER' || new.id || '/'`, "its report was closed")+`
				UPDATE reports SET still = '', source = '' WHERE id = new.id;
			END;
			CREATE TRIGGER reports_deleted AFTER DELETE ON reports WHEN old.still <> '' OR old.source <> '' BEGIN
				`+remove(`'FOLDER' || old.id || '/'`, "its report was deleted")+`
			END`, "FOLDER", reports.BaseFilesPath()+"/"))
		if err != nil {
			return err
		}
		return changeCollection(app, "users", func(users *core.Collection) {
			builtIn(users, "ban_reason", func(reason *core.TextField) { reason.Help = banAfter })
		})
	}, func(app core.App) error {
		for _, trigger := range triggers {
			if err := execute(app, `DROP TRIGGER IF EXISTS `+trigger); err != nil {
				return err
			}
		}
		err := changeCollection(app, "reports", func(reports *core.Collection) {
			reports.RemoveIndex(index)
			for _, name := range []string{"still", "source", "source_tries"} {
				reports.Fields.RemoveByName(name)
			}
		})
		if err != nil {
			return err
		}
		return changeCollection(app, "users", func(users *core.Collection) {
			builtIn(users, "ban_reason", func(reason *core.TextField) { reason.Help = banBefore })
		})
	})
}
