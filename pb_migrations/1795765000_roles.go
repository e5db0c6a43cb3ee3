package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/migrations"
)

// A superuser is an owner, who may do everything, or a moderator. Those who are there already stay what they were: owners.
//
// Triggers keep the last owner where no hook sees the change, as in the SQL console. The account by which PocketBase's
// installer signs in until there is a first one is no owner.
func init() {
	const (
		field     = "role"
		otherwise = `OLD.role = 'owner' AND OLD.email <> '__pbinstaller@example.com' AND NOT EXISTS (
				SELECT 1 FROM _superusers s WHERE s.role = 'owner' AND s.id <> OLD.id AND s.email <> '__pbinstaller@example.com')`
	)
	migrations.Register(func(app core.App) error {
		if err := changeCollection(app, core.CollectionNameSuperusers, func(superusers *core.Collection) {
			superusers.Fields.Add(&core.SelectField{Name: field, System: true, Values: []string{"owner", "moderator"}, Presentable: true,
				Help: "An owner may do everything. A moderator works at the desk and reaches nothing else. The first superuser is an owner, " +
					"each further one a moderator unless an owner chooses otherwise; the last owner stays one."})
		}); err != nil {
			return err
		}
		return execute(app, `
			UPDATE _superusers SET role = 'owner';
			CREATE TRIGGER superusers_last_owner_delete BEFORE DELETE ON _superusers WHEN `+otherwise+`
			BEGIN
				SELECT RAISE(ABORT, 'the last owner stays');
			END;
			CREATE TRIGGER superusers_last_owner_update BEFORE UPDATE OF role, email ON _superusers
			WHEN (NEW.role <> 'owner' OR NEW.email = '__pbinstaller@example.com') AND `+otherwise+`
			BEGIN
				SELECT RAISE(ABORT, 'the last owner stays');
			END;`)
	}, func(app core.App) error {
		if err := execute(app, `DROP TRIGGER superusers_last_owner_delete; DROP TRIGGER superusers_last_owner_update`); err != nil {
			return err
		}
		if err := changeCollection(app, core.CollectionNameSuperusers, func(superusers *core.Collection) {
			builtIn(superusers, field, func(role *core.SelectField) { role.System = false })
		}); err != nil {
			return err
		}
		return changeCollection(app, core.CollectionNameSuperusers, func(superusers *core.Collection) {
			superusers.Fields.RemoveByName(field)
		})
	})
}
