// Package demo fills an empty data folder with users and orders, so that a newcomer sees a dashboard with data.
// Everything is saved through the hooks, as by the apps and the dashboard, and its times are moved into the past
// afterwards.
package demo

import (
	"context"
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

// Password is the password of all users; the moderator has another.
const Password = "demo-password"

// ErrInUse means that the data folder contains users, orders or media already.
var ErrInUse = errors.New("this data folder is in use: the demo fills an empty one only (choose another by --dir)")

// Command returns the command `privet demo`.
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

// Fill creates the demo data in one transaction, with a history of the weeks before now. It returns the password of the
// moderator's account, or "" if an account with this e-mail exists, which it does not change.
func Fill(app core.App, moderator string, now time.Time) (password string, err error) {
	ctx := context.Background()
	empty, err := store.IsEmpty(ctx, app)
	if err != nil {
		return "", err
	}
	if !empty {
		return "", ErrInUse
	}
	s := &seeder{now: now, moderator: store.Actor{Side: order.Moderator, Moderator: moderator}, userIDs: map[string]string{}}
	defer s.discard()
	err = app.RunInTransaction(func(tx core.App) (err error) {
		if password, err = makeModerator(tx, moderator); err != nil {
			return fmt.Errorf("the moderator %q: %w", moderator, err)
		}
		s.tx = tx
		return s.seed(ctx)
	})
	return password, err
}

// makeModerator creates a superuser, unless one has this e-mail, and returns the password.
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

// printCredentials prints how to sign in to the demo, and what to do next.
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
