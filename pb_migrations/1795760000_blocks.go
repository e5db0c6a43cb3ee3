package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/migrations"
)

// blocks: a row says that one user wants nothing to do with another. It holds for both.
func init() {
	migrations.Register(func(app core.App) error {
		blocks := core.NewBaseCollection("blocks")
		blocks.Fields = core.NewFieldsList(
			randomID(blocks),
			&core.RelationField{Name: "blocker", CollectionId: usersID, Required: true, CascadeDelete: true, Presentable: true,
				Help: "Who blocked the other. Neither finds, views or orders from the other, and the other is not told. Their open " +
					"orders stay. Only this user can change it, in the app."},
			&core.RelationField{Name: "blocked", CollectionId: usersID, Required: true, CascadeDelete: true, Presentable: true,
				Help: "Who was blocked."},
			&core.AutodateField{Name: "created", OnCreate: true},
		)
		// Whom a user has blocked, and each of them once.
		blocks.AddIndex("idx_blocks_blocker", true, "`blocker`, `blocked`", "")
		// By whom a user was blocked.
		blocks.AddIndex("idx_blocks_blocked", false, "`blocked`, `blocker`", "")
		return app.Save(blocks)
	}, deleteCollection("blocks"))
}
