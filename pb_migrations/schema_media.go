package pb_migrations

import "github.com/pocketbase/pocketbase/core"

// createMedia creates media: photos and videos, of a profile (without an order) or of an order. The files are protected
// in PocketBase's own file API; /storage/media/ serves them by their names, which nobody can guess.
func createMedia(app core.App) error {
	media := core.NewBaseCollection("media")
	media.Fields = core.NewFieldsList(
		integerID(media, "Left empty, the next number is taken. It can't be changed later."),
		&core.FileField{Name: "file", MaxSelect: 1, MaxSize: 599999 << 10, Protected: true, Presentable: true,
			Help: "Whoever has the file's address sees it. To take it down, delete the row."},
		&core.SelectField{Name: "type", Values: []string{"image", "video"}, Presentable: true,
			Help: "Follows from the file."},
		&core.RelationField{Name: "user", CollectionId: usersID, Required: true, CascadeDelete: true,
			Help: "Whose profile it shows, or which performer delivered it. Can't be changed."},
		&core.RelationField{Name: "order", CollectionId: idOf("orders"), CascadeDelete: true,
			Help: "Empty: it belongs to the user's profile. Else an order of which the user is the performer. " +
				"Can't be changed."},
		&core.AutodateField{Name: "created", OnCreate: true},
		&core.AutodateField{Name: "updated", OnCreate: true, OnUpdate: true},
		&core.SelectField{Name: "still", Values: []string{"waiting", "ready", "failed"},
			Help: "The JPEG that apps show: a frame of a video, or a HEIC or AVIF photo. Made by itself; empty where " +
				"none is needed. Failed: a placeholder is shown."},
		&core.FileField{Name: "preview", MaxSelect: 1, MaxSize: 64 << 20, Protected: true,
			Help: "The JPEG itself."},
		&core.NumberField{Name: "still_tries", OnlyInt: true, Hidden: true},
	)
	// /storage/media/.
	media.AddIndex("idx_media_file", true, "`file`", "")
	// The media of a profile, and those of an order.
	media.AddIndex("idx_media_user", false, "`user`, `order`", "")
	media.AddIndex("idx_media_order", false, "`order`", "")
	// The queue of previews.
	media.AddIndex("idx_media_still", false, "CAST(`id` AS INTEGER)", "`still` = 'waiting'")
	return app.Save(media)
}
