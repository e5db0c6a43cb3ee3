package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/migrations"
)

// media.still: what is known of the JPEG that is made of a video, or of a photo that not every phone shows.
func init() {
	migrations.Register(func(app core.App) error {
		media, err := app.FindCollectionByNameOrId("media")
		if err != nil {
			return err
		}
		media.Fields.Add(
			&core.SelectField{Name: "still", Values: []string{"waiting", "ready", "failed"},
				Help: "The JPEG that apps show: a frame of a video, or a HEIC or AVIF photo. Made by itself; empty where none is needed. Failed: a placeholder is shown."},
			&core.FileField{Name: "preview", MaxSelect: 1, MaxSize: 64 << 20, Protected: true, Help: "The JPEG itself."},
			&core.NumberField{Name: "still_tries", OnlyInt: true, Hidden: true},
		)
		media.AddIndex("idx_media_still", false, "CAST(`id` AS INTEGER)", "`still` = 'waiting'")
		if err := app.Save(media); err != nil {
			return err
		}
		_, err = app.DB().NewQuery(`UPDATE media SET still = 'waiting' WHERE type = 'video' OR file GLOB '*.hei[cf]' OR file GLOB '*.avif'`).Execute()
		return err
	}, func(app core.App) error {
		media, err := app.FindCollectionByNameOrId("media")
		if err != nil {
			return err
		}
		media.RemoveIndex("idx_media_still")
		media.Fields.RemoveByName("still")
		media.Fields.RemoveByName("preview")
		media.Fields.RemoveByName("still_tries")
		return app.Save(media)
	})
}
