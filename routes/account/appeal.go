package account

import (
	"errors"
	"unicode/utf8"

	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/hooks/store/desk"

	"github.com/pocketbase/pocketbase/core"
)

// maxAppeal is the longest appeal, in characters.
const maxAppeal = 2000

// appeal sends the appeal of who is banned to the moderators, once a ban.
func (v *visit) appeal() error {
	text := v.form.get("text")
	if text == "" || utf8.RuneCountInString(text) > maxAppeal {
		user, err := v.signedIn()
		if err != nil {
			return err
		}
		message := "appeal_empty"
		if text != "" {
			message = "appeal_long"
		}
		return v.showAccount(user, v.form.get("session"), view{Message: message, Problem: true, Text: text})
	}
	message := "appeal_sent"
	user, token, err := v.change(func(tx core.App, user *store.User) error {
		err := desk.OpenAppeal(tx, user.Id, text)
		switch {
		case errors.Is(err, desk.ErrNotBanned):
			message = "not_banned"
		case errors.Is(err, desk.ErrAppealed):
			message = "appealed_before"
		default:
			return err
		}
		return nil
	})
	if err != nil {
		return err
	}
	return v.showAccount(user, token, view{Message: message})
}
