package command

import (
	"fmt"

	"github.com/privet/privet/hooks/audit"
	"github.com/privet/privet/hooks/store"

	"github.com/pocketbase/pocketbase/core"
	"github.com/spf13/cobra"
)

// Outbox returns the command `privet outbox`.
func Outbox(app core.App) *cobra.Command {
	command := onApp(&cobra.Command{
		Use:   "outbox",
		Short: "Counts the pushes and mails that a restore has held back; release sends them, discard gives them up",
		Args:  cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			held, err := store.CountHeld(command.Context(), app)
			if err != nil {
				return err
			}
			fmt.Fprintf(command.OutOrStdout(), "%d pushes and mails are held back\n", held)
			return nil
		},
	})
	settle := func(use, short, state, reason, done string) *cobra.Command {
		return onApp(&cobra.Command{
			Use:   use,
			Short: short,
			Args:  cobra.NoArgs,
			RunE: func(command *cobra.Command, _ []string) error {
				var n int64
				err := app.RunInTransaction(func(tx core.App) (err error) {
					if n, err = store.SettleHeld(command.Context(), tx, state, reason); err != nil {
						return err
					}
					return auditCommand(command, tx, "outbox-"+use, int(n))
				})
				if err != nil {
					return err
				}
				fmt.Fprintf(command.OutOrStdout(), done, n)
				return tellServer(app)
			},
		})
	}
	command.AddCommand(
		settle("release", "Sends the pushes and mails that a restore has held back, those that have not expired", store.PushWaiting, "",
			"%d pushes and mails are sent, or expire\n"),
		settle("discard", "Gives up the pushes and mails that a restore has held back", store.PushExpired, "An operator gave it up after a restore.",
			"%d pushes and mails were given up\n"),
	)
	return command
}

// auditCommand writes a command that has changed some rows into the audit.
func auditCommand(command *cobra.Command, app core.App, act string, rows int) error {
	return audit.Write(command.Context(), app, audit.Entry{Actor: audit.Operator, Act: act, TargetKind: "server", After: map[string]any{"rows": rows}})
}
