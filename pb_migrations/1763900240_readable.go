package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/migrations"
)

// shown is how the dashboard shows a field. PocketBase takes helps of up to 300 characters.
type shown struct {
	name, help  string
	presentable bool // part of what a relation shows
	hidden      bool // greyed out in forms and no column; forms bring it back with a change all the same
}

// readable are the fields of each collection, in the order of its forms and columns.
var readable = map[string][]shown{
	"users": {
		{name: "id", help: "Left empty, the next number is taken. It can't be changed later."},
		{name: "email", presentable: true, help: "They sign in by it. A new address takes effect at once and signs nobody out."},
		{name: "emailVisibility", hidden: true},
		{name: "verified", hidden: true, help: "Stays on: PocketBase deletes the external logins of a user for whom it is turned on."},
		{name: "password", hidden: true, help: "Setting one signs the user out everywhere."},
		{name: "tokenKey", hidden: true},
		{name: "nickname", presentable: true, help: "What others see first."},
		{name: "name", help: "Everybody who is signed in sees it."},
		{name: "phone", help: "Only the other side of an order sees it, unless the order is cancelled."},
		{name: "role", help: "Only performers can be ordered from. A performer with new orders can't become a client."},
		{name: "categories", help: "A performer is found under these."},
		{name: "price", help: "For orders from now on, with at most two decimals. 0 means that no price is set, unless free is on."},
		{name: "free", help: "A price of 0 is meant: this performer asks for nothing. Another price turns it off."},
		{name: "description", help: "Everybody who is signed in sees it; it is searched, too."},
		{name: "invite", help: "The code of the user's share link, 8 letters or digits; made by itself. With a new one, links that were shared no longer work."},
		{name: "banned", help: "On: signs the user out and keeps them out, nobody finds or orders from them, their new orders are cancelled and the other sides told. Off: all is as before, but those orders stay cancelled."},
		{name: "banned_until", help: "When the ban ends by itself, to the second, in your time zone. Empty: when somebody turns it off."},
		{name: "ban_reason", help: "For moderators alone; it goes when the ban ends."},
		{name: "erase", help: "Type this user's e-mail and save to erase them for good: name, contacts, picture, devices, logins, texts in their orders; new orders are cancelled. Their orders and what they delivered stay for the others, under a neutral name."},
		{name: "erased", help: "When the user was erased. Nothing of an erased user can be changed."},
		{name: "moderated_by", help: "The moderator who banned, un-banned or erased last; empty where a ban ended by itself. Set by itself."},
		{name: "moderated_at", help: "When that was."},
		{name: "email_proven", help: "Google vouched that the address is this person's. A new address is not proven. Set by itself."},
		{name: "email_key", hidden: true, help: "Follows from the e-mail."},
		{name: "search", hidden: true, help: "Follows from nickname, name and description."},
		{name: "password_set", hidden: true, help: "The user knows a password. Set by itself."},
		{name: "rev", hidden: true, help: "Counts the changes: a tab that was opened before the last one can't undo it."},
		{name: "created"}, {name: "updated"},
	},
	"orders": {
		{name: "id", presentable: true, help: "Left empty, the next number is taken. It can't be changed later."},
		{name: "status", presentable: true, help: "Any may be set; both sides see it at once, and the push for it goes out. Away from cancelled or reviewed, the reason or the rating is cleared. Orders can't be deleted: cancel them."},
		{name: "client", help: "Who ordered. Can't be changed."},
		{name: "performer", help: "Who was asked. Can't be changed: cancel the order instead."},
		{name: "occasion", help: "May be empty."},
		{name: "description", help: "What the client wishes for; both sides read it. Empty where the client was erased."},
		{name: "date_till", help: "When the client wants it by. The app shows it in UTC, this form in your time zone."},
		{name: "cancel_text", help: "Why it was cancelled: both sides read it. Only with the status cancelled."},
		{name: "cancel_date", help: "Set when the order is cancelled, cleared when it is reopened. By itself."},
		{name: "rating_rate", help: "1 to 5; 0 is no rating. Needs the status reviewed, and that needs it."},
		{name: "rating_text", help: "What the client says of the greeting; the performer reads it. Only with a rating."},
		{name: "price", help: "The performer's price when it was ordered. Can't be changed; the app does not show it."},
		{name: "rev", hidden: true, help: "Counts the changes: a tab that was opened before the last one can't undo it."},
		{name: "created"}, {name: "updated"},
	},
	"order_history": {
		{name: "id", hidden: true},
		{name: "order", help: "Rows are written by themselves, and stay as they are: nobody can change or delete one."},
		{name: "time"},
		{name: "from", help: "Empty: the order was created."},
		{name: "to"},
		{name: "actor", help: "system: a rule that acts by itself, or a program."},
		{name: "user", help: "The client or performer who did it."},
		{name: "moderator", help: "The e-mail of the moderator who did it."},
	},
	"media": {
		{name: "id", help: "Left empty, the next number is taken. It can't be changed later."},
		{name: "file", presentable: true, help: "Whoever has the file's address sees it. To take it down, delete the row."},
		{name: "type", presentable: true, help: "Follows from the file."},
		{name: "user", help: "Whose profile it shows, or which performer delivered it. Can't be changed."},
		{name: "order", help: "Empty: it belongs to the user's profile. Else an order of which the user is the performer. Can't be changed."},
		{name: "created"}, {name: "updated"},
	},
	"devices": {
		{name: "id", help: "The number before the bar of the device's token."},
		{name: "user", help: "Who is signed in. Delete the row to sign the device out; it can't be changed."},
		{name: "device_id", help: "As the app names itself; empty when it does not."},
		{name: "firebase_token", help: "Where pushes to this device go."},
		{name: "language", presentable: true, help: "Of the pushes."},
		{name: "last_used", presentable: true, help: "To the minute."},
		{name: "token", hidden: true, help: "The SHA-256 of the token."},
		{name: "created"}, {name: "updated"},
	},
	"invite_tokens": {
		{name: "id", help: "The number before the bar of the token."},
		{name: "user", help: "The profile that the token shows. Delete the row to end the token; it can't be changed."},
		{name: "expires", presentable: true, help: "It shows nothing later than that."},
		{name: "token", hidden: true, help: "The SHA-256 of the token."},
	},
	"pushes": {
		{name: "id", hidden: true},
		{name: "state", presentable: true, help: "off: Firebase was not configured when it was written; it is never sent later. A row that waits is not sent if it is deleted; none can be changed."},
		{name: "type", presentable: true, help: "What happened to the order."},
		{name: "receiver", help: "Whose device it is for."},
		{name: "order"},
		{name: "error", help: "What went wrong the last time."},
		{name: "tries", help: "How often it was handed to Firebase."},
		{name: "sent"},
		{name: "next_try"},
		{name: "expires", help: "Not sent later than that."},
		{name: "device", help: "Empty: the device signed out before it was sent."},
		{name: "event", help: "The event_id that the app gets: the same for all devices."},
		{name: "created"}, {name: "updated"},
	},
}

// The collections as a moderator reads them: the order of fields, what changing one does, what relations show.
// The way down leaves it: it is of no effect on the data, and the fields go with the migrations that made them.
func init() {
	migrations.Register(func(app core.App) error {
		for _, name := range []string{"users", "orders", "order_history", "media", "devices", "invite_tokens", "pushes"} {
			collection, err := app.FindCollectionByNameOrId(name)
			if err != nil {
				return err
			}
			show(collection, readable[name])
			if err := app.Save(collection); err != nil {
				return err
			}
		}
		return nil
	}, func(core.App) error { return nil })
}
