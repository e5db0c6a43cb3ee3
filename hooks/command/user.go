package command

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/privet/privet/hooks/audit"
	"github.com/privet/privet/hooks/order"
	"github.com/privet/privet/hooks/store"

	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"
	"github.com/spf13/cobra"
)

// User returns the command `privet user`: what moderators do with people in the dashboard, by the same rules.
func User(app core.App) *cobra.Command {
	command := &cobra.Command{
		Use:   "user",
		Short: "Lists, bans, unbans or erases users, beside a running server",
	}
	command.AddCommand(userList(app), userBan(app), userUnban(app), userErase(app))
	return command
}

func userList(app core.App) *cobra.Command {
	var filter store.ListFilter
	var page, rows int
	var asJSON bool
	command := onApp(&cobra.Command{
		Use:     "list",
		Short:   "Lists users, the newest first",
		Example: "  privet user list --role performer --text иван --page 2\n  privet user list --banned --json",
		Args:    cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			if page < 1 || rows < 1 || rows > 1000 {
				return errors.New("--page begins with 1, and --rows is from 1 to 1000")
			}
			if filter.Role != "" && filter.Role != store.RoleClient && filter.Role != store.RolePerformer {
				return fmt.Errorf("--role is %s or %s", store.RoleClient, store.RolePerformer)
			}
			users, total, err := store.ListUsers(command.Context(), app, filter, rows, (page-1)*rows)
			if err != nil {
				return err
			}
			if asJSON {
				encoder := json.NewEncoder(command.OutOrStdout())
				encoder.SetIndent("", "  ")
				return encoder.Encode(map[string]any{"total": total, "page": page, "users": users})
			}
			return printUsers(command.OutOrStdout(), users, total, page, rows)
		},
	})
	flags := command.Flags()
	flags.StringVar(&filter.Role, "role", "", "only clients (client) or performers (performer)")
	flags.StringVar(&filter.Text, "text", "", "only who has this text in nickname, name, e-mail or phone")
	flags.BoolVar(&filter.Banned, "banned", false, "only who is banned")
	flags.BoolVar(&filter.Erased, "erased", false, "only who was erased; they are left out otherwise")
	flags.IntVar(&page, "page", 1, "the page")
	flags.IntVar(&rows, "rows", 50, "users on a page")
	flags.BoolVar(&asJSON, "json", false, "print JSON")
	return command
}

func printUsers(to io.Writer, users []store.ListedUser, total, page, rows int) error {
	table := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "ID\tE-MAIL\tNICKNAME\tROLE\tCREATED\tSTATE")
	for _, u := range users {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%.16s\t%s\n", u.ID, printable(u.Email), printable(u.Nickname), u.Role, u.Created, printable(u.State()))
	}
	if err := table.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(to, "page %d of %d, %d users\n", page, max(1, (total+rows-1)/rows), total)
	return err
}

// printable replaces what could move the cursor of a terminal or end a row of the table: users choose these texts.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if strconv.IsPrint(r) {
			return r
		}
		return '�'
	}, text)
}

func userBan(app core.App) *cobra.Command {
	var reason, until string
	command := onApp(&cobra.Command{
		Use:     "ban ID|E-MAIL",
		Short:   "Bans a user: signs them out, hides them, cancels their new orders",
		Example: "  privet user ban 12 --reason 'spam' --until 2030-01-31T12:00:00Z",
		Args:    exactly(1),
		RunE: func(command *cobra.Command, args []string) error {
			end, err := parseEnd(until)
			if err != nil {
				return err
			}
			return changeUser(command, app, args[0], "is banned", func(u *store.User) error {
				if u.Erased() {
					return errors.New("they were erased, and can't sign in anyway")
				}
				u.SetBan()
				u.SetBanTerms(reason, end)
				return nil
			})
		},
	})
	command.Flags().StringVar(&reason, "reason", "", "why, for moderators")
	command.Flags().StringVar(&until, "until", "", "when it ends, as 2030-01-31, 2030-01-31T12:00:00Z or 72h; without it never")
	return command
}

// parseEnd parses the end of a ban, a moment or a time from now; zero for "".
func parseEnd(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if wait, err := time.ParseDuration(text); err == nil {
		return time.Now().Add(wait), nil
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02 15:04:05", "2006-01-02"} {
		if at, err := time.Parse(layout, text); err == nil {
			return at, nil
		}
	}
	return time.Time{}, fmt.Errorf("--until is a time like 2030-01-31T12:00:00Z (UTC without a zone) or 72h, and not %q", text)
}

func userUnban(app core.App) *cobra.Command {
	return onApp(&cobra.Command{
		Use:   "unban ID|E-MAIL",
		Short: "Ends a user's ban",
		Args:  exactly(1),
		RunE: func(command *cobra.Command, args []string) error {
			return changeUser(command, app, args[0], "is not banned any more", func(u *store.User) error {
				if u.Erased() {
					return errors.New("they were erased, which is for good")
				}
				if !u.BanSet() {
					return errors.New("they are not banned")
				}
				u.LiftBan()
				return nil
			})
		},
	})
}

func userErase(app core.App) *cobra.Command {
	var yes bool
	command := onApp(&cobra.Command{
		Use:   "erase ID|E-MAIL",
		Short: "Deletes for good everything that identifies a user; their orders stay",
		Args:  exactly(1),
		RunE: func(command *cobra.Command, args []string) error {
			user, err := findUser(app, args[0])
			if err != nil {
				return err
			}
			if user.Erased() {
				return fmt.Errorf("user %s was erased already", user.Id)
			}
			if !yes {
				fmt.Fprintf(command.OutOrStdout(), "Everything that identifies user %s, %s, is deleted for good. Type the e-mail to go on: ", user.Id, printable(user.Email()))
				typed, err := bufio.NewReader(os.Stdin).ReadString('\n')
				if err != nil && err != io.EOF {
					return err
				}
				if store.EmailKey(strings.TrimSpace(typed)) != store.EmailKey(user.Email()) {
					return errors.New("that is not the e-mail: nobody was erased")
				}
			}
			return changeUser(command, app, user.Id, "is erased", func(u *store.User) error {
				u.ConfirmErasure()
				return nil
			})
		},
	})
	command.Flags().BoolVar(&yes, "yes", false, "don't ask")
	return command
}

// findUser finds a user by id or e-mail.
func findUser(app core.App, which string) (*store.User, error) {
	find := store.FindUser
	if strings.Contains(which, "@") {
		find = store.FindUserByEmail
	}
	user, err := find(app, which)
	if errors.Is(err, store.ErrNotFound) {
		return nil, fmt.Errorf("there is no user %s", which)
	}
	return user, err
}

// changeUser makes a change of a user by the rules that hold for moderators, and lets the server know.
func changeUser(command *cobra.Command, app core.App, which, done string, change func(*store.User) error) error {
	user, err := findUser(app, which)
	if err != nil {
		return err
	}
	if err := change(user); err != nil {
		return fmt.Errorf("user %s: %w", user.Id, err)
	}
	store.SetActor(user.Record, store.Actor{Side: order.Moderator, Moderator: audit.Operator, Audit: true})
	if err := app.SaveWithContext(command.Context(), user); err != nil {
		return fmt.Errorf("user %s: %s", user.Id, refusalText(err))
	}
	if err := tellServer(app); err != nil {
		return err
	}
	fmt.Fprintf(command.OutOrStdout(), "user %s %s\n", user.Id, done)
	return nil
}

// refusalText returns why a change was refused, as the dashboard shows it on the fields.
func refusalText(err error) string {
	var fields validation.Errors
	if !errors.As(err, &fields) {
		return err.Error()
	}
	var texts []string
	for name, problem := range fields {
		texts = append(texts, name+": "+problem.Error())
	}
	slices.Sort(texts)
	return strings.Join(texts, "; ")
}
