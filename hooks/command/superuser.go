package command

import (
	"fmt"
	"slices"

	"github.com/privet/privet/hooks/audit"
	"github.com/privet/privet/hooks/order"
	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/hooks/store/superuser"

	"github.com/pocketbase/pocketbase/cmd"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
	"github.com/spf13/cobra"
)

// Superuser returns PocketBase's command `superuser` with privet's `superuser role`.
func Superuser(app core.App) *cobra.Command {
	command := cmd.NewSuperuserCommand(app)
	command.Short = "Creates, changes and deletes accounts for the dashboard, and sets their roles"
	for _, native := range command.Commands() {
		run := native.RunE
		native.RunE = func(command *cobra.Command, args []string) error {
			if err := migrateNew(app); err != nil {
				return err
			}
			noteOperator(app)
			return run(command, args)
		}
	}
	command.AddCommand(superuserRole(app))
	return command
}

// noteOperator makes the operator the actor of all changes of superusers from now on.
func noteOperator(app core.App) {
	handler := &hook.Handler[*core.RecordEvent]{
		Id:       "privet_operator",
		Priority: -1000, // before all that asks who acts
		Func: func(e *core.RecordEvent) error {
			if superuser.HasRoles(e.Record) {
				store.SetActor(e.Record, store.Actor{Side: order.Moderator, Moderator: audit.Operator, Audit: true})
			}
			return e.Next()
		},
	}
	app.OnRecordCreate(core.CollectionNameSuperusers).Bind(handler)
	app.OnRecordUpdate(core.CollectionNameSuperusers).Bind(handler)
	app.OnRecordDelete(core.CollectionNameSuperusers).Bind(handler)
}

// migrateNew runs privet's migrations on a new data folder, as the first superuser may come before the first start: the rules of
// roles need theirs. A folder of an older version is left to serve, which makes a copy before.
func migrateNew(app core.App) error {
	var ran []string
	if err := app.DB().Select("file").From(core.DefaultMigrationsTable).Column(&ran); err != nil {
		return fmt.Errorf("read the migrations that have run: %w", err)
	}
	if slices.ContainsFunc(core.AppMigrations.Items(), func(m *core.Migration) bool { return slices.Contains(ran, m.File) }) {
		return nil
	}
	return app.RunAllMigrations()
}

func superuserRole(app core.App) *cobra.Command {
	return onApp(&cobra.Command{
		Use:     "role E-MAIL owner|moderator",
		Short:   "Makes a superuser an owner, who may do everything, or a moderator, who has the desk alone",
		Args:    exactly(2),
		Example: "  privet superuser role olga@example.com owner",
		RunE: func(command *cobra.Command, args []string) error {
			role, err := superuser.ParseRole(args[1])
			if err != nil {
				return err
			}
			record, err := app.FindAuthRecordByEmail(core.CollectionNameSuperusers, args[0])
			if err != nil {
				return fmt.Errorf("there is no superuser %s", args[0])
			}
			superuser.SetRole(record, role)
			noteOperator(app)
			if err := app.SaveWithContext(command.Context(), record); err != nil {
				return fmt.Errorf("superuser %s: %s", record.Email(), refusalText(err))
			}
			if err := tellServer(app); err != nil {
				return err
			}
			fmt.Fprintf(command.OutOrStdout(), "superuser %s: %s\n", record.Email(), role)
			return nil
		},
	})
}
