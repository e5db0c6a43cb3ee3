package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/migrations"
)

// media.still_version is the version of privet that failed to make a preview: another one tries again, as a moderator can
// by setting the field still. What is tried again waits behind what is new, so the queue's index begins with it.
func init() {
	const (
		index  = "idx_media_still"
		field  = "still_version"
		before = "The JPEG that apps show: a frame of a video, or a HEIC or AVIF photo. Made by itself; empty where " +
			"none is needed. Failed: a placeholder is shown."
		after = before + " Choose waiting to have it tried again; a new version of privet does so by itself."
	)
	migrations.Register(func(app core.App) error {
		return changeCollection(app, "media", func(media *core.Collection) {
			media.Fields.Add(&core.TextField{Name: field, Hidden: true, Max: 200})
			builtIn(media, "still", func(still *core.SelectField) { still.Help = after })
			media.RemoveIndex(index)
			media.AddIndex(index, false, "(`still_version` <> ''), CAST(`id` AS INTEGER)", "`still` = 'waiting'")
			media.AddIndex("idx_media_failed", false, "`still_version`, CAST(`id` AS INTEGER)", "`still` = 'failed'")
		})
	}, func(app core.App) error {
		return changeCollection(app, "media", func(media *core.Collection) {
			media.RemoveIndex("idx_media_failed")
			media.RemoveIndex(index)
			media.AddIndex(index, false, "CAST(`id` AS INTEGER)", "`still` = 'waiting'")
			builtIn(media, "still", func(still *core.SelectField) { still.Help = before })
			media.Fields.RemoveByName(field)
		})
	})
}
