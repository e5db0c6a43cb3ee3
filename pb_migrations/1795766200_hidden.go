package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/migrations"
)

// A moderator hides a medium: nobody sees it any more, and it is removed after a while unless it is shown again.
func init() {
	const index = "idx_media_remove"
	fields := []string{"hidden", "hidden_by", "remove_at"}
	migrations.Register(func(app core.App) error {
		return changeCollection(app, "media", func(media *core.Collection) {
			media.Fields.Add(
				&core.DateField{Name: "hidden", Help: "When a moderator has hidden it at the desk; empty: it is to be seen."},
				&core.TextField{Name: "hidden_by", Max: 255, Help: "The moderator."},
				&core.DateField{Name: "remove_at", Help: "When it is removed for good, unless it is shown again."})
			// Those that are to be removed.
			media.AddIndex(index, false, "`remove_at`", "`remove_at` != ''")
		})
	}, func(app core.App) error {
		return changeCollection(app, "media", func(media *core.Collection) {
			media.RemoveIndex(index)
			for _, name := range fields {
				media.Fields.RemoveByName(name)
			}
		})
	})
}
