package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/migrations"
)

// audit says what moderators, owners and operators have done. Nobody changes or deletes a row of it: triggers hold where no hook
// sees the change, as in the SQL console. As it can't be erased, it holds no texts and no contacts of users.
//
// A trigger keeps the rows of media as well, unless the removal of the files is queued in the same transaction: whoever deletes
// rows by SQL would leave files that nobody looks after.
func init() {
	migrations.Register(func(app core.App) error {
		if err := createAudit(app); err != nil {
			return err
		}
		return execute(app, `
			CREATE TRIGGER audit_update BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit stays as it is'); END;
			CREATE TRIGGER audit_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit stays as it is'); END;
			CREATE TRIGGER media_delete BEFORE DELETE ON media
			WHEN NOT EXISTS (SELECT 1 FROM file_removals WHERE key = '`+idOf("media")+`/' || OLD.id || '/')
			BEGIN
				SELECT RAISE(ABORT, 'delete media in the dashboard, which removes the files as well');
			END`)
	}, func(app core.App) error {
		if err := execute(app, `DROP TRIGGER media_delete; DROP TRIGGER audit_delete; DROP TRIGGER audit_update`); err != nil {
			return err
		}
		return deleteCollection("audit")(app)
	})
}

func createAudit(app core.App) error {
	audit := core.NewBaseCollection("audit")
	audit.Fields = core.NewFieldsList(
		randomID(audit),
		&core.AutodateField{Name: "at", OnCreate: true},
		&core.TextField{Name: "actor", Max: 255, Presentable: true,
			Help: "The e-mail of who did it; operator for a command, empty where a rule acted by itself. Rows are written by themselves, and nobody can change or delete one."},
		&core.TextField{Name: "role", Max: 20, Help: "owner, moderator, operator or system."},
		&core.TextField{Name: "act", Required: true, Max: 40, Presentable: true},
		&core.TextField{Name: "target_kind", Max: 60, Presentable: true, Help: "user, order, media, case or the name of a collection."},
		&core.TextField{Name: "target", Max: 60, Presentable: true, Help: "Its number."},
		&core.TextField{Name: "user", Max: 60, Help: "The number of the person whom it is about."},
		&core.TextField{Name: "order", Max: 60, Help: "The number of the order that it is about."},
		&core.TextField{Name: "case", Max: 60, Help: "The case that was decided by it."},
		&core.TextField{Name: "reason", Max: 2000, Help: "In the moderator's words."},
		&core.JSONField{Name: "before", MaxSize: 100_000, Help: "What was changed. Of texts and contacts the log only says that they were."},
		&core.JSONField{Name: "after", MaxSize: 100_000},
	)
	// The log, whole and by who, what and whom.
	audit.AddIndex("idx_audit_at", false, "`at`", "")
	audit.AddIndex("idx_audit_actor", false, "`actor`, `at`", "")
	audit.AddIndex("idx_audit_act", false, "`act`, `at`", "")
	audit.AddIndex("idx_audit_user", false, "`user`, `at`", "`user` != ''")
	audit.AddIndex("idx_audit_order", false, "`order`, `at`", "`order` != ''")
	audit.AddIndex("idx_audit_target", false, "`target_kind`, `target`, `at`", "")
	return app.Save(audit)
}
