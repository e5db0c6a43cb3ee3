package pb_migrations

import "github.com/pocketbase/pocketbase/core"

// createInviteTokens creates invite_tokens, which user/get-by-invite hands out. A token shows one profile for a day and
// belongs to no device. Its id comes from the sequence of the devices, as both are access tokens.
func createInviteTokens(app core.App) error {
	tokens := core.NewBaseCollection("invite_tokens")
	tokens.Fields = core.NewFieldsList(
		integerID(tokens, "The number before the bar of the token."),
		&core.RelationField{Name: "user", CollectionId: usersID, Required: true, CascadeDelete: true,
			Help: "The profile that the token shows. Delete the row to end the token; it can't be changed."},
		&core.DateField{Name: "expires", Required: true, Presentable: true,
			Help: "It shows nothing later than that."},
		&core.TextField{Name: "token", Required: true, Max: 64, Hidden: true,
			Help: "The SHA-256 of the token."},
	)
	// A token that is sent without its number.
	tokens.AddIndex("idx_invite_tokens_token", true, "`token`", "")
	// All tokens of a user, when their sessions end.
	tokens.AddIndex("idx_invite_tokens_user", false, "`user`", "")
	// The hourly removal of expired tokens.
	tokens.AddIndex("idx_invite_tokens_expires", false, "`expires`", "")
	return app.Save(tokens)
}
