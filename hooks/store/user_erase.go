package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/privet/privet/hooks/logs"
	"github.com/privet/privet/hooks/order"
	"github.com/privet/privet/hooks/store/query"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/logger"
	"github.com/pocketbase/pocketbase/tools/security"
)

const (
	fieldErase  = "erase"
	fieldErased = "erased"
)

// PopEraseConfirmation returns what a moderator has typed to confirm an erasure, "" for nothing, and clears the field:
// it must not be stored.
func (u *User) PopEraseConfirmation() string {
	typed := u.GetString(fieldErase)
	u.Set(fieldErase, "")
	return typed
}

// ConfirmErasure makes the next save erase the user.
func (u *User) ConfirmErasure() { u.Set(fieldErase, u.Email()) }

// DeleteOwn erases the user at their own request, in a transaction. deviceID is the device that it comes from, "" for a browser.
func (u *User) DeleteOwn(ctx context.Context, tx core.App, deviceID string) error {
	SetActor(u.Record, Actor{Side: order.Client, UserID: u.Id, DeviceID: deviceID})
	u.ConfirmErasure()
	// Without validation: a field that an older version saved must not keep anybody from going.
	return tx.SaveNoValidateWithContext(ctx, u)
}

// ErasureCounts are the numbers of what an erasure changes for a user.
type ErasureCounts struct {
	OpenOrders  int // are cancelled
	OtherOrders int // stay for the other side
	Media       int // of the profile
	Devices     int
	Pushes      int // that wait
}

// CountErasure counts what an erasure would change for a user. The error is ErrNotFound when there is no such user.
func CountErasure(ctx context.Context, app core.App, userID string) (*ErasureCounts, error) {
	counts, err := erasureCounts.Row(ctx, app, sql.Named("user", userID))
	return counts, query.Wrap("count what an erasure changes", err)
}

var erasureCounts = query.Map("", func(c *query.Columns, n *ErasureCounts) {
	c.Add(`(SELECT count(*) FROM orders WHERE client = CAST(:user AS TEXT) AND status = 'new')
		+ (SELECT count(*) FROM orders WHERE performer = CAST(:user AS TEXT) AND status = 'new')`, &n.OpenOrders)
	c.Add(`(SELECT count(*) FROM orders WHERE client = CAST(:user AS TEXT) AND status <> 'new')
		+ (SELECT count(*) FROM orders WHERE performer = CAST(:user AS TEXT) AND status <> 'new')`, &n.OtherOrders)
	c.Add(`(SELECT count(*) FROM media WHERE user = CAST(:user AS TEXT) AND "order" = '')`, &n.Media)
	c.Add(`(SELECT count(*) FROM devices WHERE user = CAST(:user AS TEXT))`, &n.Devices)
	c.Add(`(SELECT count(*) FROM pushes WHERE receiver = CAST(:user AS TEXT) AND state = 'waiting')`, &n.Pushes)
}).Select(`FROM users WHERE id = :user`)

// CreatedText returns when a record was created, as the database has it.
func CreatedText(record *core.Record) string { return record.GetDateTime(fieldCreated).String() }

// Known is a row as the list of erasures knows it.
type Known struct{ ID, Created, Erased string }

var knownColumns = query.Map("", func(c *query.Columns, k *Known) {
	c.Add(`id`, &k.ID)
	c.Add(`created`, &k.Created)
})

var erasedUsers = query.Map("", func(c *query.Columns, k *Known) {
	knownColumns.Add(c, "", k)
	c.Add(`erased`, &k.Erased)
}).Select(`FROM users WHERE erased <> ''`)

// KnownUsers returns those of some users who are there and not erased.
func KnownUsers(ctx context.Context, app core.App, ids []string) ([]Known, error) {
	return known(ctx, app, `FROM users WHERE erased = '' AND id IN (SELECT value FROM json_each(:ids))`, ids)
}

// KnownMedia returns those of some media that are there.
func KnownMedia(ctx context.Context, app core.App, ids []string) ([]Known, error) {
	return known(ctx, app, `FROM media WHERE id IN (SELECT value FROM json_each(:ids))`, ids)
}

// ErasedUsers returns all users who were erased.
func ErasedUsers(ctx context.Context, app core.App) ([]Known, error) {
	users, err := erasedUsers.Rows(ctx, app)
	return users, query.Wrap("look for who was erased", err)
}

func known(ctx context.Context, app core.App, from string, ids []string) ([]Known, error) {
	list, err := json.Marshal(ids)
	if err != nil {
		return nil, err
	}
	rows, err := knownColumns.Select(from).Rows(ctx, app, sql.Named("ids", string(list)))
	return rows, query.Wrap("look for what was erased", err)
}

// Erased reports whether the user was erased.
func (u *User) Erased() bool { return !u.GetDateTime(fieldErased).IsZero() }

// Anonymize replaces all personal data of a user, as it was before, and bans the user without an end. Others see a
// neutral name from now on. The role stays, because orders depend on it.
func (u *User) Anonymize(ctx context.Context, tx core.App, before *User, at time.Time) error {
	email := fmt.Sprintf("deleted%s@hidden.invalid", u.Id)
	if taken, err := EmailTaken(ctx, tx, email, u.Id); err != nil {
		return err
	} else if taken { // somebody has signed up with it
		email = fmt.Sprintf("deleted%s-%s@hidden.invalid", u.Id, security.RandomStringWithAlphabet(16, "0123456789abcdef"))
	}
	u.CopyFrom(before)
	u.SetEmail(email)
	u.SetEmailProven(false)
	u.SetNickname("Deleted user")
	for _, field := range []string{fieldName, fieldPhone, fieldDescription, fieldErase, fieldInvite, fieldTerms, fieldTermsAt} {
		u.Set(field, "") // Derive sets a new invite
	}
	u.SetCategories(nil)
	u.SetPrice(nil)
	u.DisablePassword()
	u.SetBan()
	u.Set(fieldErased, at)
	return nil
}

// EraseTraces deletes a user's data in other rows: profile pictures, pushes, mails, blocks, links to social providers, PocketBase's
// own rows about sign-ins, and the texts that the user wrote in orders.
func EraseTraces(ctx context.Context, tx core.App, u *User) error {
	links, err := tx.FindAllExternalAuthsByRecord(u.Record)
	if err != nil {
		return query.Wrap("find links to providers", err)
	}
	for _, link := range links {
		if err := tx.Delete(link); err != nil {
			return query.Wrap("delete link to provider", err)
		}
	}
	err = errors.Join(
		DeleteProfileMedia(tx, u.Id),
		tx.DeleteAllMFAsByRecord(u.Record),
		tx.DeleteAllOTPsByRecord(u.Record),
		tx.DeleteAllAuthOriginsByRecord(u.Record),
	)
	if err != nil {
		return query.Wrap("erase rows of user", err)
	}
	for _, statement := range []string{
		`DELETE FROM pushes WHERE receiver = {:user}`,
		`DELETE FROM mails WHERE user = {:user}`,
		`DELETE FROM account_links WHERE user = {:user}`,
		`DELETE FROM profile_fetches WHERE user = {:user}`,
		eraseAnswers,
		eraseBlocks,
		`UPDATE reports SET text = '' WHERE reporter = {:user}`,
		`DELETE FROM warnings WHERE user = {:user}`,
		`DELETE FROM notes WHERE user = {:user} AND user <> ''`,
		`DELETE FROM bans WHERE user = {:user}`,
		`UPDATE signals SET text = '', word = iif(kind = 'word', '', word) WHERE "case" IN (SELECT id FROM cases WHERE user = {:user})
			OR target IN (SELECT 'order ' || id FROM orders WHERE client = {:user})`,
		`UPDATE cases SET quote = '', word = '' WHERE user = {:user} OR "order" IN (SELECT id FROM orders WHERE client = {:user})
			OR id IN (SELECT "case" FROM reports WHERE reporter = {:user})`,
		// The reason of a cancellation was written by the user who cancelled last.
		`UPDATE orders SET cancel_text = '', rev = rev + 1, updated = {:now}
			WHERE id IN (SELECT id FROM orders WHERE client = {:user} UNION ALL SELECT id FROM orders WHERE performer = {:user})
			AND cancel_text <> '' AND {:user} = (SELECT h.user FROM order_history h WHERE h."order" = orders.id AND h."to" = 'cancelled'
				ORDER BY h.time DESC, h.rowid DESC LIMIT 1)`,
		`UPDATE orders SET description = '', rating_text = '', rev = rev + 1, updated = {:now} WHERE client = {:user}`,
	} {
		_, err := tx.NonconcurrentDB().NewQuery(statement).Bind(dbx.Params{"user": u.Id, "now": query.Timestamp(time.Now())}).WithContext(ctx).Execute()
		if err != nil {
			return query.Wrap("erase texts of user", err)
		}
	}
	return nil
}

// FlushLogs writes PocketBase's buffered log entries to its database, as PocketBase does every three seconds.
func FlushLogs(ctx context.Context, app core.App) error {
	if buffer := logs.Batch(app); buffer != nil {
		return query.Wrap("flush logs", buffer.WriteAll(context.WithValue(ctx, logger.BlockKey, true)))
	}
	return nil
}

// DeleteLogEntries deletes the entries of PocketBase's log that contain one of the words, as it is or escaped for a
// URL's query.
func DeleteLogEntries(ctx context.Context, app core.App, words []string) error {
	if len(words) == 0 {
		return nil
	}
	failed := FlushLogs(ctx, app)
	for _, word := range words {
		if len(word) < 5 { // the digits of a short phone number are in every entry
			continue
		}
		_, err := app.AuxNonconcurrentDB().NewQuery(`DELETE FROM _logs WHERE instr(lower(message || data), lower({:word})) > 0
			OR instr(lower(message || data), lower({:escaped})) > 0`).
			Bind(dbx.Params{"word": word, "escaped": url.QueryEscape(word)}).WithContext(ctx).Execute()
		failed = errors.Join(failed, query.Wrap("delete log entries", err))
	}
	return failed
}
