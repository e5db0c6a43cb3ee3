package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/migrations"
)

// A photo whose JPEG can't be made is shown as it is: the help of media.still says so.
func init() {
	const (
		what  = "The JPEG that apps show: a frame of a video, or a HEIC or AVIF photo. Made by itself; empty where none is needed. "
		retry = " Choose waiting to have it tried again; a new version of privet does so by itself."
	)
	help := func(failed string) func(core.App) error {
		return func(app core.App) error {
			return changeCollection(app, "media", func(media *core.Collection) {
				builtIn(media, "still", func(still *core.SelectField) { still.Help = what + failed + retry })
			})
		}
	}
	migrations.Register(
		help("Failed: a photo is shown as it is, a video by a placeholder."),
		help("Failed: a placeholder is shown."))
}
