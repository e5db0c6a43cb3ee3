package command

import (
	"encoding/json"
	"fmt"

	"github.com/privet/privet/hooks/doctor"
	"github.com/privet/privet/hooks/settings"

	"github.com/pocketbase/pocketbase/core"
	"github.com/spf13/cobra"
)

// Doctor returns the command `privet doctor`. wrong is what is wrong with the settings.
func Doctor(app core.App, s *settings.Settings, wrong error) *cobra.Command {
	var offline, full, asJSON bool
	command := Detach(&cobra.Command{
		Use:   "doctor",
		Short: "Checks settings, data, disk, providers, mail and the public address, a line each",
		Long: `Checks what an installation depends on, beside a running server or without one, and changes nothing: settings, data
folder, database, files, free disk, clock, Firebase, RuStore, Google, VK, Apple, the object store, the mail server up to the sender of a mail, and
the server's public address with bodies of 5 and 120 MB through the proxy. Each line says ok, warning or FAIL, and what to do.

Run it as the server's user with the server's environment. Exit status: 0 nothing has failed, 1 something has.`,
		Args:          cobra.NoArgs,
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE: func(command *cobra.Command, _ []string) error {
			out := command.OutOrStdout()
			findings := []doctor.Finding{}
			folder := source(app, "")
			d := &doctor.Doctor{Dir: folder.Dir, SettingsKey: folder.SettingsKey, Settings: s, Wrong: wrong, Offline: offline, Full: full,
				Report: func(f doctor.Finding) {
					if asJSON {
						findings = append(findings, f)
					} else {
						fmt.Fprintf(out, "%-7s  %-9s  %s\n", f.Level, f.About, f.Text)
					}
				}}
			healthy := d.Examine(command.Context())
			if asJSON {
				encoder := json.NewEncoder(out)
				encoder.SetIndent("", "  ")
				if err := encoder.Encode(map[string]any{"healthy": healthy, "findings": findings}); err != nil {
					return err
				}
			}
			if !healthy {
				return Status(1)
			}
			return nil
		},
	})
	command.Flags().BoolVar(&offline, "offline", false, "ask nothing over the network")
	command.Flags().BoolVar(&full, "full", false, "read the whole database, its indexes too")
	command.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return command
}
