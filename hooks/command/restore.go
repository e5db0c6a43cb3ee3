package command

import (
	"context"
	"errors"
	"fmt"

	"github.com/privet/privet/hooks"
	"github.com/privet/privet/hooks/backup"
	"github.com/privet/privet/hooks/disk"
	"github.com/privet/privet/hooks/server"
	"github.com/privet/privet/hooks/store"

	"github.com/pocketbase/pocketbase/core"
	"github.com/spf13/cobra"
)

// Restore returns the command `privet restore`. prepare binds the hooks to the app, by which erasures are applied.
func Restore(app core.App, prepare func() error) *cobra.Command {
	var lists []string
	command := Detach(&cobra.Command{
		Use:   "restore FILE.zip --dir NEW",
		Short: "Makes a new data folder from a backup",
		Long: `Makes a data folder from a backup, of privet backup or of the dashboard. The folder must be empty or not exist. The
zip file is checked before anything is served from it: names, sizes, checksums, the database's integrity, and whether this
version knows its migrations.

A backup is older than what has happened since:
- Who was erased since is in the list of erasures of the old data folder, OLD/privet/erased. Name it, or a copy of it, by --erased:
  they are erased again. Without it they are back.
- Pushes and mails that waited are held back until "privet outbox release" sends them or "privet outbox discard" gives them up.`,
		Example:       "  privet restore /backups/privet-2026-01-31.zip --dir /srv/new --erased /srv/old/privet/erased",
		Args:          exactly(1),
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE: func(command *cobra.Command, args []string) error {
			lock := func() error { return server.Lock(app) }
			restored, err := backup.Restore(command.Context(), args[0], app.DataDir(), lock, lists...)
			if err != nil {
				return err
			}
			applied, held, err := complete(command.Context(), app, prepare)
			if err != nil {
				return errors.Join(err, app.ClearBootstrap(), restored.Abandon())
			}
			if err := app.ClearBootstrap(); err != nil {
				return errors.Join(err, restored.Abandon())
			}
			byRoot, err := restored.Finish()
			if err != nil {
				return err
			}
			dir := disk.Absolute(app.DataDir())
			out := command.OutOrStdout()
			fmt.Fprintf(out, "%s is restored:\n%s", dir, restored.Manifest.Summary())
			if restored.LeftOut > 0 {
				fmt.Fprintf(out, "  left out  %d files of the backup that no row names, or that are logs\n", restored.LeftOut)
			}
			fmt.Fprintf(out, "  erased    %d users and media that were erased after the backup", applied)
			if len(lists) == 0 {
				fmt.Fprint(out, "; who is not in the backup's own list is back (see --erased)")
			}
			fmt.Fprintf(out, "\n  held      %d pushes and mails that waited: privet outbox release --dir %s sends them, discard gives them up\n", held, disk.Quote(dir))
			if byRoot {
				fmt.Fprintf(out, "  owner     root: chown -R it to the user that the server runs as\n")
			}
			return nil
		},
	})
	command.Flags().StringArrayVar(&lists, "erased", nil, "a list of erasures that is newer than the backup, may be repeated")
	return command
}

// complete brings the restored database up to date: its schema, what was erased since, and the pushes and mails
// that wait. It returns how much was erased again and how many of these are held back.
func complete(ctx context.Context, app core.App, prepare func() error) (applied, held int, err error) {
	if err := prepare(); err != nil {
		return 0, 0, err
	}
	if err := app.Bootstrap(); err != nil {
		return 0, 0, err
	}
	if err := app.RunAllMigrations(); err != nil {
		return 0, 0, err
	}
	if applied, err = hooks.ApplyErasures(ctx, app); err != nil {
		return 0, 0, err
	}
	if err := store.HoldOutboxes(ctx, app); err != nil {
		return 0, 0, err
	}
	if held, err = store.CountHeld(ctx, app); err != nil {
		return 0, 0, err
	}
	return applied, held, store.CutLog(ctx, app)
}
