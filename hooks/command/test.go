package command

import (
	"cmp"
	"errors"
	"fmt"
	"net/mail"

	privetmail "github.com/privet/privet/hooks/mail"
	"github.com/privet/privet/hooks/push"
	"github.com/privet/privet/hooks/settings"
	"github.com/privet/privet/hooks/store"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/mailer"
	"github.com/spf13/cobra"
)

// Test returns the command `privet test`.
func Test(app core.App, s *settings.Settings) *cobra.Command {
	command := &cobra.Command{
		Use:   "test",
		Short: "Sends a mail or a push, to see whether it arrives",
	}
	command.AddCommand(
		onApp(&cobra.Command{
			Use:   "mail ADDRESS",
			Short: "Sends a mail by the dashboard's mail settings, and prints what the mail server says",
			Args:  exactly(1),
			RunE: func(command *cobra.Command, args []string) error {
				to, err := mail.ParseAddress(args[0])
				if err != nil {
					return fmt.Errorf("%q is no e-mail address", args[0])
				}
				if !app.Settings().SMTP.Enabled {
					return errors.New("no mail is sent: the dashboard's Settings → Mail settings name no SMTP server")
				}
				from := mail.Address{Name: app.Settings().Meta.SenderName, Address: app.Settings().Meta.SenderAddress}
				err = app.NewMailClient().Send(&mailer.Message{
					From: from, To: []mail.Address{*to}, Subject: "privet: проверка почты / a test of mail",
					Text: "Если вы это читаете, письма приходят.\nIf you read this, mails arrive.\n",
				})
				if errors.Is(err, privetmail.ErrTimeout) {
					err = fmt.Errorf("%w; privet doctor tells at which step", err)
				}
				if err != nil {
					return fmt.Errorf("%s:%d does not take the mail: %w", app.Settings().SMTP.Host, app.Settings().SMTP.Port, err)
				}
				fmt.Fprintf(command.OutOrStdout(), "%s:%d has taken a mail from %s to %s\n", app.Settings().SMTP.Host, app.Settings().SMTP.Port, from.Address, to.Address)
				return nil
			},
		}),
		onApp(&cobra.Command{
			Use:   "push USER|TOKEN",
			Short: "Sends a push to all devices of a user (a number or an e-mail) or to a push token, and prints what Firebase or RuStore answers",
			Args:  exactly(1),
			RunE: func(command *cobra.Command, args []string) error {
				targets := []store.PushTarget{{Token: args[0], Language: "en"}}
				if len(args[0]) < 20 || isEmail(args[0]) { // push tokens are longer than any number
					user, err := findUser(app, args[0])
					if err != nil {
						return err
					}
					if targets, err = store.PushTargets(command.Context(), app, user.Id); err != nil {
						return err
					}
					if len(targets) == 0 {
						return fmt.Errorf("user %s has no device with a push token", user.Id)
					}
				}
				failed := 0
				for _, target := range targets {
					name := cmp.Or(target.Device, "the token")
					if err := push.SendTest(command.Context(), s, target.Token, target.Language); err != nil {
						failed++
						fmt.Fprintf(command.OutOrStdout(), "%s: %v\n", name, err)
					} else {
						fmt.Fprintf(command.OutOrStdout(), "%s: the push was taken\n", name)
					}
				}
				if failed > 0 {
					return Status(1)
				}
				return nil
			},
		}),
	)
	return command
}

func isEmail(text string) bool {
	_, err := mail.ParseAddress(text)
	return err == nil
}
