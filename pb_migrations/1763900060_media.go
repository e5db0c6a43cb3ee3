package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/migrations"
)

// media: pictures and videos, of a profile (no order) or of an order. The file is protected in PocketBase's own
// file API; /storage/media/ serves it by its unguessable name.
func init() {
	migrations.Register(func(app core.App) error {
		users, err := app.FindCollectionByNameOrId("users")
		if err != nil {
			return err
		}
		orders, err := app.FindCollectionByNameOrId("orders")
		if err != nil {
			return err
		}
		media := core.NewBaseCollection("media")
		integerID(media)
		media.Fields.Add(
			&core.FileField{Name: "file", MaxSelect: 1, MaxSize: 599999 << 10, Protected: true, Presentable: true},
			&core.SelectField{Name: "type", Values: []string{"image", "video"}, Help: "Follows from the file."},
			&core.RelationField{Name: "user", CollectionId: users.Id, Required: true, CascadeDelete: true, Help: "Who uploaded it."},
			&core.RelationField{Name: "order", CollectionId: orders.Id, CascadeDelete: true, Help: "Empty: it belongs to the user's profile."},
		)
		stamps(media)
		media.AddIndex("idx_media_file", true, "`file`", "")
		media.AddIndex("idx_media_user", false, "`user`, `order`", "")
		media.AddIndex("idx_media_order", false, "`order`", "")
		return app.Save(media)
	}, deleteCollection("media"))
}
