package store

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/logger"
	"github.com/pocketbase/pocketbase/tools/security"
)

const (
	fieldErase  = "erase"
	fieldErased = "erased"
)

// PopEraseConfirmation returns what was typed to confirm an erasure, "" for nothing. It is never kept.
func (u *User) PopEraseConfirmation() string {
	typed := u.GetString(fieldErase)
	u.Set(fieldErase, "")
	return typed
}

// Erased tells whether the user was erased.
func (u *User) Erased() bool { return !u.GetDateTime(fieldErased).IsZero() }

// Anonymize takes everything from the user that tells who they are, as before holds it, and shuts them out for good.
// What others see of them from now on is a neutral name; the role stays, as orders ask for it.
func (u *User) Anonymize(tx core.App, before *User, at time.Time) error {
	email := fmt.Sprintf("deleted%s@hidden.invalid", u.Id)
	if taken, err := EmailTaken(tx, email, u.Id); err != nil {
		return err
	} else if taken { // somebody signed up by it
		email = fmt.Sprintf("deleted%s-%s@hidden.invalid", u.Id, security.RandomStringWithAlphabet(16, "0123456789abcdef"))
	}
	u.CopyFrom(before)
	u.SetEmail(email)
	u.SetEmailProven(false)
	u.SetNickname("Deleted user")
	for _, field := range []string{fieldName, fieldPhone, fieldDescription, fieldErase, fieldInvite} {
		u.Set(field, "") // Derive makes another invite
	}
	u.SetCategories(nil)
	u.SetPrice(nil)
	u.SetPasswordHash(string(dummyHash()))
	u.Set(fieldPasswordSet, false)
	u.SetBan()
	u.Set(fieldErased, at)
	return nil
}

// EraseTraces removes what is kept of a user in other rows: pictures of the profile, pushes, links to providers,
// PocketBase's own sign-in rows, and the texts that they wrote into orders.
func EraseTraces(tx core.App, u *User) error {
	links, err := tx.FindAllExternalAuthsByRecord(u.Record)
	if err != nil {
		return err
	}
	for _, link := range links {
		if err := tx.Delete(link); err != nil {
			return err
		}
	}
	err = errors.Join(
		DeleteProfileMedia(tx, u.Id),
		tx.DeleteAllMFAsByRecord(u.Record),
		tx.DeleteAllOTPsByRecord(u.Record),
		tx.DeleteAllAuthOriginsByRecord(u.Record),
	)
	if err != nil {
		return err
	}
	for _, statement := range []string{
		`DELETE FROM pushes WHERE receiver = {:user}`,
		eraseAnswers,
		// The reason of a cancellation is of who cancelled last.
		`UPDATE orders SET cancel_text = '', rev = rev + 1, updated = {:now}
			WHERE id IN (SELECT id FROM orders WHERE client = {:user} UNION ALL SELECT id FROM orders WHERE performer = {:user})
			AND cancel_text <> '' AND {:user} = (SELECT h.user FROM order_history h WHERE h."order" = orders.id AND h."to" = 'cancelled'
				ORDER BY h.time DESC, h.rowid DESC LIMIT 1)`,
		`UPDATE orders SET description = '', rating_text = '', rev = rev + 1, updated = {:now} WHERE client = {:user}`,
	} {
		_, err := tx.NonconcurrentDB().NewQuery(statement).Bind(dbx.Params{"user": u.Id, "now": timestamp(time.Now())}).Execute()
		if err != nil {
			return err
		}
	}
	return nil
}

// FlushLogs writes what PocketBase has gathered of its log, which it does by itself every three seconds.
func FlushLogs(app core.App) error {
	if gathered, ok := app.Logger().Handler().(*logger.BatchHandler); ok {
		return gathered.WriteAll(context.WithValue(context.Background(), logger.BlockKey, true))
	}
	return nil
}

// DeleteLogEntries removes the lines of PocketBase's log that hold one of the words, as they are or as an address bar
// shows them.
func DeleteLogEntries(app core.App, words []string) error {
	if len(words) == 0 {
		return nil
	}
	failed := FlushLogs(app)
	for _, word := range words {
		if len(word) < 5 { // a phone of a few digits is in every line
			continue
		}
		_, err := app.AuxNonconcurrentDB().NewQuery(`DELETE FROM _logs WHERE instr(lower(message || data), lower({:word})) > 0
			OR instr(lower(message || data), lower({:escaped})) > 0`).
			Bind(dbx.Params{"word": word, "escaped": url.QueryEscape(word)}).Execute()
		failed = errors.Join(failed, err)
	}
	return failed
}
