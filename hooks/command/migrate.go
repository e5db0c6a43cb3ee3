package command

import (
	"errors"
	"strings"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/plugins/migratecmd"
	"github.com/spf13/cobra"
)

// AddMigrate adds PocketBase's command `migrate`, but for those of its arguments that write files which nothing reads:
// privet's migrations are part of the program.
func AddMigrate(app core.App, root *cobra.Command) error {
	if err := migratecmd.Register(app, root, migratecmd.Config{}); err != nil {
		return err
	}
	migrate, _, err := root.Find([]string{"migrate"})
	if err != nil {
		return err
	}
	migrate.Short = "Runs or reverts migrations; serve runs those that are new by itself"
	migrate.Long = `Supported arguments are:
- up            - runs all migrations that are new, as serve does
- down [number] - reverts the last [number] migrations: what they added is lost
- history-sync  - removes from the history what this version does not have
`
	migrate.ValidArgs = []string{"up", "down", "history-sync"}
	migrate.SilenceErrors = true
	run := migrate.RunE
	migrate.RunE = func(command *cobra.Command, args []string) error {
		if len(args) > 0 {
			switch args[0] {
			case "up", "down", "history-sync":
			case "create", "collections":
				return errors.New("migrate " + args[0] + " would write a file that nothing reads: privet's migrations are part of the program")
			default:
				return errors.New("migrate " + args[0] + ": there are only " + strings.Join(migrate.ValidArgs, ", "))
			}
		}
		return run(command, args)
	}
	return nil
}
