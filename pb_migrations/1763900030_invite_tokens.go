package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/migrations"
)

// invite_tokens: what user/get-by-invite hands out. They show one profile for a day and are no devices;
// their ids come from the same sequence, as both are access tokens.
func init() {
	migrations.Register(func(app core.App) error {
		users, err := app.FindCollectionByNameOrId("users")
		if err != nil {
			return err
		}
		tokens := core.NewBaseCollection("invite_tokens")
		integerID(tokens)
		tokens.Fields.Add(
			&core.RelationField{Name: "user", CollectionId: users.Id, Required: true, CascadeDelete: true, Help: "The profile that the token shows."},
			&core.DateField{Name: "expires", Required: true},
			&core.TextField{Name: "token", Required: true, Max: 64, Hidden: true},
		)
		tokens.AddIndex("idx_invite_tokens_token", true, "`token`", "")
		tokens.AddIndex("idx_invite_tokens_user", false, "`user`", "")
		tokens.AddIndex("idx_invite_tokens_expires", false, "`expires`", "")
		return app.Save(tokens)
	}, deleteCollection("invite_tokens"))
}
