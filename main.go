// Command privet serves a marketplace of personal greetings: one binary with the API, the dashboard and the data.
package main

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"syscall"
	"time"

	"github.com/privet/privet/hooks"
	"github.com/privet/privet/hooks/command"
	"github.com/privet/privet/hooks/database"
	"github.com/privet/privet/hooks/demo"
	"github.com/privet/privet/hooks/disk"
	"github.com/privet/privet/hooks/logs"
	"github.com/privet/privet/hooks/mail"
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
	"github.com/pocketbase/pocketbase/core"
	"github.com/spf13/cobra"
)

func main() {
	if len(os.Args) > 1 && os.Args[1] == render.ChildCommand {
		os.Exit(child.Main(os.Args[2:], os.Stdin, os.Stdout))
	}
	out := logs.New(os.Stderr, settings.LogsJSON(os.LookupEnv))
	slog.SetDefault(out.Plain()) // what PocketBase and libraries print by package log, too
	if err := run(out); err != nil {
		var reported command.Status
		if errors.As(err, &reported) {
			os.Exit(int(reported))
		}
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
	server.KeepPrivate(app)
	server.RegisterTemporary(app)
	describe(app.RootCmd)
	s, wrong := settings.Read(os.LookupEnv)
	wrong = errors.Join(wrong, settings.CheckNames(os.Environ()), settings.CheckEncryption(app.EncryptionEnv(), os.LookupEnv))
	prepare := func() error {
		chosen, _, _ := app.RootCmd.Find(os.Args[1:])
		return register(app, s, out, command.IsBeside(chosen))
	}
	app.RootCmd.AddCommand(command.Detach(healthCommand()), command.Backup(app, built.version), command.Restore(app, prepare), command.Outbox(app),
		command.Doctor(app, s, wrong), command.User(app), command.Previews(app), command.Test(app, s))
	if chosen, _, _ := app.RootCmd.Find(os.Args[1:]); command.IsDetached(chosen) {
		return command.RunDetached(app.RootCmd)
	}
	serve := cmd.NewServeCommand(app, false)
	app.RootCmd.AddCommand(serve, command.Superuser(app), demo.Command(app))
	if err := command.AddMigrate(app, app.RootCmd); err != nil {
		return err
	}
	if is, err := command.IsGroup(app.RootCmd, os.Args[1:]); is && !asksForHelp(os.Args[1:]) {
		if err != nil {
			return err
		}
		return app.RootCmd.Execute()
	}
	if chosen, _, _ := app.RootCmd.Find(os.Args[1:]); !asksForHelp(os.Args[1:]) {
		// Settings that make no sense stop the server, and no other command: whoever mends a server needs these.
		if wrong != nil && chosen == serve {
			return wrong
		}
		if err := command.CheckFolder(chosen, app.DataDir()); err != nil {
			return err
		}
	}
	if err := prepare(); err != nil {
		return err
	}
	err := app.Execute()
	if err != nil && app.EncryptionEnv() != "" && err.Error() == wrongKey {
		return fmt.Errorf("--encryptionEnv: the settings in %s are encrypted by another key than that of %s", disk.Absolute(app.DataDir()), app.EncryptionEnv())
	}
	if errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Errorf("%w: another server uses this address; stop it, or choose another address by --http", err)
	}
	return err
}

// register binds to the app what holds for each change of its data, and what it serves.
func register(app core.App, s *settings.Settings, out *logs.Output, beside bool) error {
	pushes, err := push.NewWorker(app, s, time.Now)
	if err != nil {
		return fmt.Errorf("GOOGLE_APPLICATION_CREDENTIALS: %w", err)
	}
	if beside {
		pushes.LeaveToServer()
	}
	previews := preview.NewWorker(app, render.New(render.Config{FFmpeg: s.FFmpeg, CacheDir: server.CacheDir(app, "engine")}), built.version)
	hooks.Register(app, s, pushes, mail.NewWorker(app, s, time.Now), previews, out)
	routes.Register(app, s, pushes, previews, pb_public.Pages, out, metrics.Build{Version: built.version, Commit: built.commit})
	server.PrintBanner(app, s, built.version, routes.Prefix, os.Stdout)
	return nil
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
Create an account for it with "privet superuser upsert EMAIL PASSWORD": the first is an owner, others are moderators.

Settings are read from the environment, once, at start:
` + settings.Help()
}

// healthCommand checks a running server, for a container's HEALTHCHECK.
func healthCommand() *cobra.Command {
	var address string
	command := &cobra.Command{
		Use:           "health",
		Short:         "Checks the health of the server on this machine; exits with 0 if it is healthy",
		Args:          cobra.NoArgs,
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE:          func(*cobra.Command, []string) error { return server.CheckHealth(address) },
	}
	command.Flags().StringVar(&address, "http", "127.0.0.1:8090", "the address that the server listens on")
	return command
}
