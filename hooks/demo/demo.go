// Package demo fills an empty data folder with people and orders, so that a newcomer sees a living desk. All of them go
// through the hooks as real ones do; only their times are moved into the past afterwards.
//
//	demo.go      the command, and the moderator's account
//	fill.go      people and orders are saved
//	cast.go      who they are; story.go: what they order, and what comes of it
//	pictures.go  portraits and greetings, drawn
//	greeting.mp4 a video of four seconds, made by ffmpeg; pictures.go says how
package demo

import (
	"errors"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/privet/privet/hooks/order"
	"github.com/privet/privet/hooks/store"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/security"
	"github.com/spf13/cobra"
)

// Password is everybody's but the moderator's.
const Password = "demo-password"

// ErrInUse says that the data folder holds users, orders or media already.
var ErrInUse = errors.New("this data folder is in use: the demo fills an empty one only (choose another by --dir)")

// Command is `privet demo`.
func Command(app core.App) *cobra.Command {
	moderator := "moderator@example.com"
	command := &cobra.Command{
		Use:           "demo",
		Short:         "Fills an empty data folder with people and orders to look at",
		Args:          cobra.NoArgs,
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE: func(command *cobra.Command, _ []string) error {
			if err := app.RunAllMigrations(); err != nil {
				return err
			}
			password, err := Fill(app, moderator, time.Now())
			if err != nil {
				return err
			}
			return printCredentials(command.OutOrStdout(), app.DataDir(), moderator, password)
		},
	}
	command.Flags().StringVar(&moderator, "moderator", moderator, "the e-mail of the moderator's account")
	return command
}

// Fill makes all of the demo, at once or not at all, as if the weeks before now had happened. It returns the password
// of the moderator's account, or "" where there was one with this e-mail before, which stays as it is.
func Fill(app core.App, moderator string, now time.Time) (password string, err error) {
	unused, err := store.IsEmpty(app)
	if err != nil {
		return "", err
	}
	if !unused {
		return "", ErrInUse
	}
	s := &seeder{now: now, moderator: store.Actor{Side: order.Moderator, Moderator: moderator}, ids: map[string]string{}}
	defer s.discard() // which does nothing to what has found its row
	err = app.RunInTransaction(func(tx core.App) (err error) {
		if password, err = makeModerator(tx, moderator); err != nil {
			return fmt.Errorf("the moderator %q: %w", moderator, err)
		}
		s.app = tx
		return s.run()
	})
	return password, err
}

func makeModerator(tx core.App, email string) (password string, err error) {
	superusers, err := tx.FindCachedCollectionByNameOrId(core.CollectionNameSuperusers)
	if err != nil {
		return "", err
	}
	if _, err := tx.FindAuthRecordByEmail(superusers, email); err == nil {
		return "", nil
	}
	password = security.RandomStringWithAlphabet(16, "abcdefghijkmnpqrstuvwxyz23456789")
	record := core.NewRecord(superusers)
	record.SetEmail(email)
	record.SetPassword(password)
	return password, tx.Save(record)
}

// printCredentials prints how to sign in, and what to do next.
func printCredentials(to io.Writer, dir, moderator, password string) error {
	if password == "" {
		password = "as before"
	}
	table := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	fmt.Fprintf(table, "%d people and %d orders are in %s. Sign in as\n", len(people), len(pastOrders), dir)
	fmt.Fprintf(table, "  moderator\t%s\t%s\tin the dashboard, /_/; this password is not shown again\n", moderator, password)
	fmt.Fprintf(table, "  performer\t%s\t%s\tin the app, or at /api/v1\n", people[0].email(), Password)
	fmt.Fprintf(table, "  client\t%s\t%s\tlikewise, as everybody else\n", people[firstClient].email(), Password)
	fmt.Fprintf(table, "Next: privet serve --dir %q, and open /guide, the moderators' guide.\n", dir)
	return table.Flush()
}
