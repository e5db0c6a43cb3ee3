package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/migrations"
	"github.com/pocketbase/pocketbase/tools/types"
)

// users: PocketBase's own auth collection, reshaped. Its native sign-in is off: people sign in by /api/v1.
func init() {
	migrations.Register(func(app core.App) error {
		users, err := app.FindCollectionByNameOrId("users")
		if err != nil {
			return err
		}
		integerID(users)
		users.ListRule, users.ViewRule, users.CreateRule, users.UpdateRule, users.DeleteRule = nil, nil, nil, nil, nil
		users.AuthRule, users.ManageRule = nil, nil
		users.PasswordAuth.Enabled = false
		users.OAuth2.Enabled = false
		users.OTP.Enabled = false
		users.MFA.Enabled = false
		users.AuthAlert.Enabled = false

		users.Fields.RemoveByName("name")
		users.Fields.RemoveByName("avatar")
		users.Fields.RemoveByName("created")
		users.Fields.RemoveByName("updated")
		email := users.Fields.GetByName("email").(*core.EmailField)
		email.Required = true
		email.Presentable = true
		password := users.Fields.GetByName("password").(*core.PasswordField)
		password.Min = 6
		password.Help = "Setting one signs the user out everywhere."
		users.Fields.Add(
			&core.TextField{Name: "nickname", Required: true, Max: 255, Presentable: true, Help: "What others see first."},
			&core.TextField{Name: "name", Max: 255},
			&core.SelectField{Name: "role", Required: true, Values: []string{"client", "performer"}, Help: "Only performers can be ordered from."},
			&core.SelectField{Name: "categories", Values: []string{"streamer", "comedian"}, MaxSelect: 2},
			&core.NumberField{Name: "price", Min: types.Pointer(0.0), Max: types.Pointer(999999999.0), Help: "0 means that no price is set, unless free is on."},
			&core.BoolField{Name: "free", Help: "A price of 0 is meant: this performer asks for nothing."},
			&core.TextField{Name: "phone", Max: 255},
			&core.TextField{Name: "description", Max: maxText},
			&core.TextField{Name: "invite", Max: 8, Pattern: `^[A-Za-z0-9]{8}$`, Help: "The code of the user's share link; made by itself."},
			// Internal: the e-mail and the searched text folded to one case, and whether the user knows the password.
			&core.TextField{Name: "email_key", Max: foldedText, Hidden: true},
			&core.TextField{Name: "search", Max: foldedText, Hidden: true},
			&core.BoolField{Name: "password_set", Hidden: true},
		)
		stamps(users)
		if err := app.Save(users); err != nil {
			return err
		}
		// Who is there already, after a way down, needs what each user has, and what the indexes below want to be one's own.
		_, err = app.DB().NewQuery(`UPDATE users SET role = 'client', nickname = 'User ' || id, email_key = lower(email),
			invite = hex(randomblob(4)), search = 'user ' || id || char(10) || char(10), password_set = TRUE`).Execute()
		if err != nil {
			return err
		}

		// PocketBase's own e-mail index is partial, and a look-up by e-mail could not use it.
		users.RemoveIndex("idx_email__pb_users_auth_")
		users.AddIndex("idx_users_email", true, "`email` COLLATE NOCASE", "")
		users.AddIndex("idx_users_email_key", true, "`email_key`", "")
		users.AddIndex("idx_users_invite", true, "`invite`", "")
		users.AddIndex("idx_users_newest", false, "CAST(`id` AS INTEGER)", "")
		users.AddIndex("idx_users_role", false, "`role`, CAST(`id` AS INTEGER)", "")
		return app.Save(users)
	}, func(app core.App) error {
		users, err := app.FindCollectionByNameOrId("users")
		if err != nil {
			return err
		}
		for _, name := range []string{"idx_users_newest", "idx_users_role", "idx_users_invite", "idx_users_email_key", "idx_users_email"} {
			users.RemoveIndex(name)
		}
		users.AddIndex("idx_email__pb_users_auth_", true, "`email`", "`email` != ''")
		for _, name := range []string{"nickname", "role", "categories", "price", "free", "phone", "description", "invite", "email_key", "search", "password_set"} {
			users.Fields.RemoveByName(name)
		}
		id := users.Fields.GetByName("id").(*core.TextField)
		id.AutogeneratePattern, id.Min, id.Max, id.Help = "[a-z0-9]{15}", 0, 0, ""
		users.Fields.Add(&core.FileField{Name: "avatar", MaxSelect: 1, MimeTypes: []string{"image/jpeg", "image/png", "image/svg+xml", "image/gif", "image/webp"}})
		users.AuthRule = types.Pointer("")
		users.PasswordAuth.Enabled = true
		return app.Save(users)
	})
}
