package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/migrations"
)

// mails is the outbox of mails: a row is one mail to one person, written before it is sent. It has neither an address nor a
// link: both are looked up, or made, when the mail is handed to the mail server.
//
// account_links has the links to /account that mails have carried: not their tokens, but the hashes of these. It is a plain
// table and no collection, as nobody has anything to do with it.
func init() {
	migrations.Register(func(app core.App) error {
		if err := createMails(app); err != nil {
			return err
		}
		return execute(app, `
			CREATE TABLE account_links (
				hash    TEXT PRIMARY KEY NOT NULL, -- SHA-256 of the token, in hex
				user    TEXT NOT NULL,
				purpose TEXT NOT NULL,             -- password or proof
				expires TEXT NOT NULL
			) WITHOUT ROWID;
			CREATE INDEX idx_account_links_user ON account_links (user);
			CREATE INDEX idx_account_links_expires ON account_links (expires)`)
	}, func(app core.App) error {
		if err := execute(app, `DROP TABLE account_links`); err != nil {
			return err
		}
		return deleteCollection("mails")(app)
	})
}

func createMails(app core.App) error {
	superusers, err := app.FindCollectionByNameOrId(core.CollectionNameSuperusers)
	if err != nil {
		return err
	}
	mails := core.NewBaseCollection("mails")
	mails.Fields = core.NewFieldsList(
		randomID(mails),
		&core.SelectField{Name: "state", Required: true, Presentable: true,
			Values: []string{"waiting", "sent", "failed", "expired", "dropped", "held"},
			Help: "sent: the mail server has taken it. dropped: it was asked for and is not sent, as nobody has the address, or as there were too many. " +
				"A row that waits is not sent if it is deleted; none can be changed. held: it waited in a backup that was restored, and waits for " +
				"the operator (privet outbox)."},
		&core.SelectField{Name: "kind", Required: true, Presentable: true, Values: []string{"password", "proof", "case", "digest"},
			Help: "password: a link to choose a new password. proof: a link by which somebody without a password deletes their account."},
		&core.RelationField{Name: "user", CollectionId: usersID, CascadeDelete: true,
			Help: "Whom it is for; empty where it is for a moderator, or for nobody."},
		&core.RelationField{Name: "superuser", CollectionId: superusers.Id, CascadeDelete: true,
			Help: "The moderator whom it is for."},
		&core.SelectField{Name: "language", Required: true, Values: []string{"en", "ru"}},
		&core.JSONField{Name: "data", MaxSize: 10_000, Help: "What its text depends on."},
		&core.TextField{Name: "error", Max: 1000, Help: "What went wrong the last time, in the mail server's words, without the address."},
		&core.NumberField{Name: "tries", OnlyInt: true, Help: "How often it was handed to the mail server."},
		&core.DateField{Name: "sent"},
		&core.DateField{Name: "next_try"},
		&core.DateField{Name: "expires", Help: "Not sent later than that."},
		&core.AutodateField{Name: "created", OnCreate: true},
		&core.AutodateField{Name: "updated", OnCreate: true, OnUpdate: true},
	)
	// The next mails to send, and the numbers of each state.
	mails.AddIndex("idx_mails_state", false, "`state`, `next_try`", "")
	// How many a user has had within an hour, and all within a day.
	mails.AddIndex("idx_mails_recent_user", false, "`user`, `created`", "`state` != 'dropped'")
	mails.AddIndex("idx_mails_recent", false, "`created`", "`state` != 'dropped'")
	// PocketBase looks for references to rows that are deleted.
	mails.AddIndex("idx_mails_user", false, "`user`", "")
	mails.AddIndex("idx_mails_superuser", false, "`superuser`", "")
	return app.Save(mails)
}
