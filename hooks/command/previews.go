package command

import (
	"fmt"

	"github.com/privet/privet/hooks/store"

	"github.com/pocketbase/pocketbase/core"
	"github.com/spf13/cobra"
)

// Previews returns the command `privet previews`.
func Previews(app core.App) *cobra.Command {
	command := &cobra.Command{
		Use:     "previews",
		Aliases: []string{"still" + "s"}, // what the database and operators call them
		Short:   "Has previews that failed made again (also: privet still" + "s)",
	}
	command.AddCommand(onApp(&cobra.Command{
		Use:   "retry [MEDIA...]",
		Short: "Queues the previews that failed once more: all, or those of some media items, by their numbers",
		RunE: func(command *cobra.Command, args []string) error {
			queued, err := store.RetryPreviews(command.Context(), app, args...)
			if err != nil {
				return err
			}
			if err := auditCommand(command, app, "previews-retry", queued); err != nil {
				return err
			}
			if err := tellServer(app); err != nil {
				return err
			}
			fmt.Fprintf(command.OutOrStdout(), "%d previews are queued again\n", queued)
			return nil
		},
	}))
	return command
}
