package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/privet/privet/hooks/logs"
	"github.com/privet/privet/hooks/order"
	"github.com/privet/privet/hooks/store/personal"
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
	c.Add(personal.ProfileMedia.Count(``), &n.Media)
	c.Add(personal.Devices.Count(``), &n.Devices)
	c.Add(personal.Pushes.Count(`state = 'waiting'`), &n.Pushes)
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
	for _, f := range userFields {
		if f.Erased == personal.Emptied {
			u.Set(f.Name, nil)
		}
	}
	u.SetEmail(email)
	u.SetNickname("Deleted user")
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
	who := []any{sql.Named("user", u.Id)}
	for _, table := range personal.Tables {
		for _, statement := range table.Statements() {
			arguments := who
			if strings.Contains(statement, ":now") {
				arguments = append(arguments, sql.Named("now", query.Timestamp(time.Now())))
			}
			if err := query.Write(ctx, tx, statement, arguments...); err != nil {
				return query.Wrap("erase what belongs to a user in "+table.Name, err)
			}
		}
	}
	return nil
}

// Contacts returns how the user can be reached, which an erasure removes from the logs, too.
func (u *User) Contacts() (contacts []string) {
	for _, f := range userFields {
		if f.Kind == personal.Contact && !f.Unstored {
			contacts = append(contacts, u.GetString(f.Name))
		}
	}
	return contacts
}

// declared are the tables whose columns are declared, by name.
var declared = func() map[string]*personal.Table {
	users := &personal.Table{Name: Users}
	for _, f := range userFields {
		users.Columns = append(users.Columns, f.Column)
	}
	tables := map[string]*personal.Table{Users: users}
	for _, table := range personal.Tables {
		tables[table.Name] = table
	}
	return tables
}()

// DeclaredTable returns what the columns of a table tell about people, an empty table for one of which privet knows nothing.
func DeclaredTable(name string) *personal.Table {
	if t := declared[name]; t != nil {
		return t
	}
	return &personal.Table{Name: name}
}

// Declared returns what a column of a table tells about people; ok is false for a column of which privet knows nothing, as one of an
// owner's collection.
func Declared(table, column string) (c personal.Column, ok bool) {
	return DeclaredTable(table).Column(column)
}

// Written returns the names of a collection's fields that users write and others read.
func Written(collection string) (names []string) {
	for _, c := range DeclaredTable(collection).Columns {
		if c.Written {
			names = append(names, c.Name)
		}
	}
	return names
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
