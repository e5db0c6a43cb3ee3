package pb_migrations

import (
	"slices"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"
)

// changeUsers turns PocketBase's auth collection users into privet's clients and performers. PocketBase's own ways to
// sign in are switched off: people sign in by /api/v1.
func changeUsers(app core.App) error {
	users, err := app.FindCollectionByNameOrId("users")
	if err != nil {
		return err
	}
	users.ListRule, users.ViewRule, users.CreateRule, users.UpdateRule, users.DeleteRule = nil, nil, nil, nil, nil
	users.AuthRule, users.ManageRule = nil, nil
	users.PasswordAuth.Enabled = false
	users.OAuth2.Enabled = false
	users.OTP.Enabled = false
	users.MFA.Enabled = false
	users.AuthAlert.Enabled = false

	users.Fields = core.NewFieldsList( // without PocketBase's avatar: the profile picture is a row of media
		integerID(users, "Left empty, the next number is taken. It can't be changed later."),
		builtIn(users, "email", func(email *core.EmailField) {
			email.Required, email.Presentable = true, true
			email.Help = "They sign in by it. A new address takes effect at once and signs nobody out."
		}),
		builtIn(users, "emailVisibility", func(visible *core.BoolField) { visible.Hidden = true }),
		builtIn(users, "verified", func(verified *core.BoolField) {
			verified.Hidden = true
			verified.Help = "Stays on: PocketBase deletes the external logins of a user for whom it is turned on."
		}),
		builtIn(users, "password", func(password *core.PasswordField) {
			password.Min = 6
			password.Help = "Setting one signs the user out everywhere."
		}),
		builtIn(users, "tokenKey", func(*core.TextField) {}),
		&core.TextField{Name: "nickname", Required: true, Max: 255, Presentable: true,
			Help: "What others see first."},
		&core.TextField{Name: "name", Max: 255,
			Help: "Everybody who is signed in sees it."},
		&core.TextField{Name: "phone", Max: 255,
			Help: "Only the other side of an order sees it, unless the order is cancelled."},
		&core.SelectField{Name: "role", Required: true, Values: []string{"client", "performer"},
			Help: "Only performers can be ordered from. A performer with new orders can't become a client."},
		&core.SelectField{Name: "categories", Values: []string{"streamer", "comedian"}, MaxSelect: 2,
			Help: "A performer is found under these."},
		&core.NumberField{Name: "price", Min: types.Pointer(0.0), Max: types.Pointer(maxPrice),
			Help: "For orders from now on, with at most two decimals. 0 means that no price is set, unless free is on."},
		&core.BoolField{Name: "free",
			Help: "A price of 0 is meant: this performer asks for nothing. Another price turns it off."},
		&core.TextField{Name: "description", Max: maxText,
			Help: "Everybody who is signed in sees it; it is searched, too."},
		&core.TextField{Name: "invite", Max: 8, Pattern: `^[A-Za-z0-9]{8}$`,
			Help: "The code of the user's share link, 8 letters or digits; made by itself. With a new one, links that " +
				"were shared no longer work."},

		// A moderator's decisions.
		&core.BoolField{Name: "banned",
			Help: "On: signs the user out and keeps them out, nobody finds or orders from them, their new orders are " +
				"cancelled and the other sides told. Off: all is as before, but those orders stay cancelled."},
		&core.DateField{Name: "banned_until",
			Help: "When the ban ends by itself, to the second, in your time zone. Empty: when somebody turns it off."},
		&core.TextField{Name: "ban_reason", Max: 1000,
			Help: "For moderators alone; it goes when the ban ends."},
		&core.TextField{Name: "erase", Max: 255, // the hooks read the confirmation from it and never store it
			Help: "Type this user's e-mail and save to erase them for good: name, contacts, picture, devices, logins, " +
				"texts in their orders; new orders are cancelled. Their orders and what they delivered stay for the " +
				"others, under a neutral name."},
		&core.DateField{Name: "erased",
			Help: "When the user was erased. Nothing of an erased user can be changed."},
		&core.TextField{Name: "moderated_by", Max: 255,
			Help: "The moderator who banned, un-banned or erased last; empty where a ban ended by itself. Set by itself."},
		&core.DateField{Name: "moderated_at",
			Help: "When that was."},

		// Set by the hooks. PocketBase's field verified can't mean what email_proven does: turning it on deletes the
		// user's external logins.
		&core.BoolField{Name: "email_proven",
			Help: "Google vouched that the address is this person's. A new address is not proven. Set by itself."},
		&core.TextField{Name: "email_key", Max: maxFolded, Hidden: true, // folded to one case
			Help: "Follows from the e-mail."},
		&core.TextField{Name: "search", Max: maxFolded, Hidden: true, // folded to one case
			Help: "Follows from nickname, name and description."},
		&core.BoolField{Name: "password_set", Hidden: true,
			Help: "The user knows a password. Set by itself."},
		&core.NumberField{Name: "rev", OnlyInt: true, Hidden: true,
			Help: "Counts the changes: a tab that was opened before the last one can't undo it."},
		&core.AutodateField{Name: "created", OnCreate: true},
		&core.AutodateField{Name: "updated", OnCreate: true, OnUpdate: true},
	)
	if err := app.Save(users); err != nil {
		return err
	}

	// After a rollback there are users already. They need the values that each user has, and distinct ones where the
	// indexes below are unique.
	err = execute(app, `UPDATE users SET role = 'client', nickname = 'User ' || id, email_key = lower(email),
		invite = hex(randomblob(4)), search = 'user ' || id || char(10) || char(10), password_set = TRUE`)
	if err != nil {
		return err
	}

	// PocketBase's own index is partial, and a look-up by e-mail could not use it. NOCASE makes PocketBase's look-ups
	// ignore the case.
	users.RemoveIndex("idx_email__pb_users_auth_")
	users.AddIndex("idx_users_email", true, "`email` COLLATE NOCASE", "")
	// Sign-in, user/check-free, and one user per address.
	users.AddIndex("idx_users_email_key", true, "`email_key`", "")
	// user/get-by-invite.
	users.AddIndex("idx_users_invite", true, "`invite`", "")
	// Pages of user/search without a text, newest first, and the end of the next ban. As texts, ids would be sorted
	// wrongly.
	users.AddIndex("idx_users_newest", false, "`banned`, CAST(`id` AS INTEGER)", "")
	users.AddIndex("idx_users_role", false, "`role`, `banned`, CAST(`id` AS INTEGER)", "")
	return app.Save(users)
}

// restoreUsers makes users PocketBase's own collection again. The users stay, with their id, e-mail, name and password;
// all else is lost.
func restoreUsers(app core.App) error {
	users, err := app.FindCollectionByNameOrId("users")
	if err != nil {
		return err
	}
	for _, index := range []string{
		"idx_users_newest", "idx_users_role", "idx_users_invite", "idx_users_email_key", "idx_users_email",
	} {
		users.RemoveIndex(index)
	}
	users.AddIndex("idx_email__pb_users_auth_", true, "`email`", "`email` != ''")
	own := []string{"id", "email", "emailVisibility", "verified", "password", "tokenKey", "name", "created", "updated"}
	users.Fields = slices.DeleteFunc(users.Fields, func(field core.Field) bool {
		return !slices.Contains(own, field.GetName())
	})
	builtIn(users, "id", func(id *core.TextField) {
		id.AutogeneratePattern, id.Help = "[a-z0-9]{15}", ""
		id.Min, id.Max = 0, 0 // the numbers of those who are there are shorter than PocketBase's ids
	})
	users.Fields.Add(&core.FileField{Name: "avatar", MaxSelect: 1,
		MimeTypes: []string{"image/jpeg", "image/png", "image/svg+xml", "image/gif", "image/webp"}})
	users.AuthRule = types.Pointer("")
	users.PasswordAuth.Enabled = true
	return app.Save(users)
}
