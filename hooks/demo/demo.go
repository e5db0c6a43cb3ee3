// Package demo fills an empty data folder with users and orders, so that a newcomer sees a dashboard with data.
// Everything is saved through the hooks, as by the apps and the dashboard, and its times are moved into the past
// afterwards.
package demo

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/privet/privet/hooks/disk"
	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/hooks/store/superuser"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/security"
	"github.com/spf13/cobra"
)

// Password is the password of all users; the staff have others.
const Password = "demo-password"

// ErrInUse means that the data folder contains users, orders or media already.
var ErrInUse = errors.New("this data folder is in use: the demo fills an empty one only (choose another by --dir)")

// Staff are the e-mail addresses of those who sign in to the dashboard.
type Staff struct {
	Owner     string
	Moderator string
	Colleague string // another moderator, who has taken a case
}

// DefaultStaff has addresses that no mail reaches.
var DefaultStaff = Staff{Owner: "owner@example.com", Moderator: "moderator@example.com", Colleague: "kirill@example.com"}

// Account is how to sign in to the dashboard.
type Account struct {
	Role     superuser.Role
	Email    string
	Password string // "" if the account was there before: it is not changed
}

// Command returns the command `privet demo`.
func Command(app core.App) *cobra.Command {
	staff := DefaultStaff
	command := &cobra.Command{
		Use:           "demo",
		Short:         "Fills an empty data folder with people, orders and cases to look at",
		Args:          cobra.NoArgs,
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE: func(command *cobra.Command, _ []string) error {
			if err := app.RunAllMigrations(); err != nil {
				return err
			}
			accounts, err := Fill(app, staff, time.Now())
			if err != nil {
				return err
			}
			return printCredentials(command.OutOrStdout(), app, accounts)
		},
	}
	command.Flags().StringVar(&staff.Owner, "owner", staff.Owner, "the e-mail of the owner's account")
	command.Flags().StringVar(&staff.Moderator, "moderator", staff.Moderator, "the e-mail of the moderator's account")
	return command
}

// Fill creates the demo data in one transaction, with a history of the year before now. It returns the accounts of the staff, of which it
// creates those that are not there.
func Fill(app core.App, staff Staff, now time.Time) (accounts []Account, err error) {
	ctx := context.Background()
	empty, err := store.IsEmpty(ctx, app)
	if err != nil {
		return nil, err
	}
	if !empty {
		return nil, ErrInUse
	}
	s := newSeeder(staff, now)
	defer s.discard()
	err = app.RunInTransaction(func(tx core.App) error {
		accounts = []Account{{Role: superuser.Owner, Email: staff.Owner}, {Role: superuser.Moderator, Email: staff.Moderator}, {Role: superuser.Moderator, Email: staff.Colleague}}
		for i := range accounts {
			if err := accounts[i].create(tx); err != nil {
				return fmt.Errorf("the %s %q: %w", accounts[i].Role, accounts[i].Email, err)
			}
		}
		s.tx = tx
		return s.seed(ctx)
	})
	return accounts, err
}

// create creates the superuser of an account, unless one has its e-mail, and sets the account's password.
func (a *Account) create(tx core.App) error {
	superusers, err := tx.FindCachedCollectionByNameOrId(core.CollectionNameSuperusers)
	if err != nil {
		return err
	}
	if _, err := tx.FindAuthRecordByEmail(superusers, a.Email); err == nil {
		return nil
	}
	a.Password = security.RandomStringWithAlphabet(16, "abcdefghijkmnpqrstuvwxyz23456789")
	record := core.NewRecord(superusers)
	record.SetEmail(a.Email)
	record.SetPassword(a.Password)
	superuser.SetRole(record, a.Role)
	return tx.Save(record)
}

// printCredentials prints how to sign in to the demo, and what to do next.
func printCredentials(to io.Writer, app core.App, accounts []Account) error {
	counts := make([]int64, 3)
	for i, collection := range []string{store.Users, store.Orders, store.Cases} {
		var err error
		if counts[i], err = app.CountRecords(collection); err != nil {
			return err
		}
	}
	dir := disk.Absolute(app.DataDir())
	table := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	fmt.Fprintf(table, "%d people, %d orders and %d cases are in %s. Sign in as\n", counts[0], counts[1], counts[2], dir)
	what := []string{"in the dashboard, /_/: everything", "in the dashboard: the desk alone", "likewise"}
	for i, a := range accounts {
		fmt.Fprintf(table, "  %s\t%s\t%s\t%s\n", a.Role, a.Email, cmp.Or(a.Password, "as before"), what[i])
	}
	fmt.Fprintf(table, "  performer\t%s\t%s\tin the app, or at /api/v1\n", people[0].email(), Password)
	fmt.Fprintf(table, "  client\t%s\t%s\tlikewise, as everybody else\n", people[firstClient].email(), Password)
	fmt.Fprintf(table, "The passwords for the dashboard are not shown again. Next: privet serve --dir %s, and open /_/ or /guide, the moderators' guide.\n", disk.Quote(dir))
	return table.Flush()
}
