package command

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/privet/privet/hooks/backup"

	"github.com/pocketbase/pocketbase/core"
	"github.com/spf13/cobra"
)

// incomplete is the status of a backup that lacks files which the storage has lost.
const incomplete Status = 2

// Backup returns the command `privet backup`.
func Backup(app core.App, version string) *cobra.Command {
	return Detach(&cobra.Command{
		Use:   "backup FILE.zip",
		Short: "Makes a backup beside a running server, and verifies it",
		Long: `Writes the database as it is at one moment, each file that one of its rows names, and the list of erased users
to a new zip file, beside a running server or without one. Then it reads what it has written: the database is checked, its rows
are counted, and each file is compared. The file appears only if all of that has succeeded.

Not in it: uploads that are not complete, temporary files, caches, PocketBase's log, and files in an object store, whose
bucket needs copies of its own.

Exit status: 0 the backup is complete; 2 it is, but for files that were missing in the storage before; 1 there is none.`,
		Example:       "  privet backup /backups/privet-$(date +%F).zip",
		Args:          exactly(1),
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE: func(command *cobra.Command, args []string) error {
			target, err := filepath.Abs(args[0])
			if err != nil {
				return err
			}
			manifest, err := backup.Write(command.Context(), source(app, version), target)
			if err != nil {
				return err
			}
			info, err := os.Stat(target)
			if err != nil {
				return err
			}
			fmt.Fprintf(command.OutOrStdout(), "%s is complete and verified, %d bytes:\n%s", target, info.Size(), manifest.Summary())
			if manifest.Missing > 0 {
				return incomplete
			}
			return nil
		},
	})
}

// source describes the app's data folder.
func source(app core.App, version string) backup.Source {
	s := backup.Source{Dir: app.DataDir(), Version: version}
	if app.EncryptionEnv() != "" {
		s.SettingsKey = os.Getenv(app.EncryptionEnv())
	}
	return s
}
