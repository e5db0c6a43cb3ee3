// Command privet serves a marketplace of personal greetings: one binary with the API, the dashboard and the data.
package main

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"

	"github.com/privet/privet/hooks"
	"github.com/privet/privet/hooks/database"
	"github.com/privet/privet/hooks/demo"
	"github.com/privet/privet/hooks/logs"
	"github.com/privet/privet/hooks/media/render"
	"github.com/privet/privet/hooks/media/render/child"
	"github.com/privet/privet/hooks/preview"
	"github.com/privet/privet/hooks/push"
	"github.com/privet/privet/hooks/server"
	"github.com/privet/privet/hooks/settings"
	"github.com/privet/privet/hooks/upgrade"
	_ "github.com/privet/privet/pb_migrations"
	"github.com/privet/privet/pb_public"
	"github.com/privet/privet/routes"
	"github.com/privet/privet/routes/metrics"

	"github.com/pocketbase/pocketbase"
	"github.com/pocketbase/pocketbase/cmd"
	"github.com/pocketbase/pocketbase/plugins/migratecmd"
	"github.com/spf13/cobra"
)

func main() {
	if len(os.Args) > 1 && os.Args[1] == render.ChildCommand {
		os.Exit(child.Main(os.Args[2:], os.Stdin, os.Stdout))
	}
	out := logs.New(os.Stderr, settings.LogsJSON(os.LookupEnv))
	slog.SetDefault(out.Plain()) // what PocketBase and libraries print by package log, too
	if err := run(out); err != nil {
		out.PrintFailure(err)
		os.Exit(1)
	}
}

// built is what this binary was built from.
var built = readBuild()

func run(out *logs.Output) error {
	server.DrainOnHangup()
	app := pocketbase.NewWithConfig(pocketbase.Config{
		HideStartBanner:  true,
		DBConnect:        database.Connect,
		DataMaxOpenConns: database.Connections(),
		DataMaxIdleConns: database.Connections(),
		AuxMaxOpenConns:  2, // the logs
		AuxMaxIdleConns:  2,
	})
	server.RefuseForeign(app)
	upgrade.Register(app, upgrade.Program{Version: built.version, Command: commandOf(app.RootCmd), Out: os.Stdout, Errors: os.Stderr})
	server.RegisterFolderCheck(app)
	server.KeepPrivate(app)
	server.RegisterTemporary(app)
	describe(app.RootCmd)
	health := healthCommand()
	app.RootCmd.AddCommand(health)
	if found, _, _ := app.RootCmd.Find(os.Args[1:]); found == health {
		return app.RootCmd.Execute() // it needs no data folder, and opening one takes a while
	}
	serve := cmd.NewServeCommand(app, false)
	app.RootCmd.AddCommand(serve, cmd.NewSuperuserCommand(app))
	// Settings that make no sense stop the server, and no other command: whoever mends a server needs these.
	s, err := settings.Read(os.LookupEnv)
	err = errors.Join(err, settings.CheckNames(os.Environ()), settings.CheckEncryption(app.EncryptionEnv(), os.LookupEnv))
	if found, _, _ := app.RootCmd.Find(os.Args[1:]); err != nil && found == serve && !asksForHelp(os.Args[1:]) {
		return err
	}
	pushes, err := push.NewWorker(app, s.Firebase)
	if err != nil {
		return fmt.Errorf("GOOGLE_APPLICATION_CREDENTIALS: %w", err)
	}
	previews := preview.NewWorker(app, render.New(render.Config{FFmpeg: s.FFmpeg, CacheDir: filepath.Join(server.CacheDir(app), "engine")}), built.version)
	hooks.Register(app, s, pushes, previews, out)
	routes.Register(app, s, pushes, previews, pb_public.Pages, out, metrics.Build{Version: built.version, Commit: built.commit})
	server.PrintBanner(app, s, built.version, routes.Prefix, os.Stdout)
	app.RootCmd.AddCommand(demo.Command(app))
	migratecmd.MustRegister(app, app.RootCmd, migratecmd.Config{})
	err = app.Execute()
	if err != nil && app.EncryptionEnv() != "" && err.Error() == wrongKey {
		err = fmt.Errorf("--encryptionEnv: the settings in %s are encrypted by another key than that of %s", app.DataDir(), app.EncryptionEnv())
	}
	return err
}

// wrongKey is what PocketBase says when its settings can't be decrypted.
const wrongKey = "cipher: message authentication failed"

// asksForHelp reports whether the arguments only ask for help or the version.
func asksForHelp(args []string) bool {
	return len(args) == 0 || slices.ContainsFunc(args, func(arg string) bool {
		return arg == "-h" || arg == "--help" || arg == "-v" || arg == "--version"
	})
}

// commandOf returns a function that returns the name of the command that the arguments name, such as "serve", once all commands
// are registered.
func commandOf(root *cobra.Command) func() string {
	return func() string {
		found, _, err := root.Find(os.Args[1:])
		if err != nil {
			return ""
		}
		return found.Name()
	}
}

func describe(root *cobra.Command) {
	root.Use = "privet"
	root.Version = built.String()
	root.Short = "A self-hosted marketplace of personal greetings: REST API, dashboard and data in one binary."
	root.Long = root.Short + `

Start it with "privet serve": the API is at /api/v1, the dashboard at /_/. All data is in the data folder (--dir).
Create a moderator's account with "privet superuser upsert EMAIL PASSWORD".

Settings are read from the environment, once, at start:
` + settings.Help()
}

// healthCommand checks a running server, for a container's HEALTHCHECK.
func healthCommand() *cobra.Command {
	var address string
	command := &cobra.Command{
		Use:           "health",
		Short:         "Checks the health of the server on this machine; exits with 0 if it is healthy",
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE:          func(*cobra.Command, []string) error { return server.CheckHealth(address) },
	}
	command.Flags().StringVar(&address, "http", "127.0.0.1:8090", "the address that the server listens on")
	return command
}
