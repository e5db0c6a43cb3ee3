package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

const (
	fieldBanned      = "banned"
	fieldBannedUntil = "banned_until"
	fieldBanReason   = "ban_reason"
	fieldModeratedBy = "moderated_by"
	fieldModeratedAt = "moderated_at"
)

// Banned tells whether the user is shut out at this moment: a ban with an end is over when that has come, even if
// nobody has lifted it yet.
func (u *User) Banned() bool {
	until := u.BannedUntil()
	return u.BanSet() && (until.IsZero() || time.Now().Before(until))
}

// BanSet tells whether a ban was set and not lifted.
func (u *User) BanSet() bool { return u.GetBool(fieldBanned) }

// BannedUntil is when the ban ends by itself; zero for never.
func (u *User) BannedUntil() time.Time { return u.GetDateTime(fieldBannedUntil).Time() }

// BanReason is what moderators noted.
func (u *User) BanReason() string { return u.GetString(fieldBanReason) }

// SetBan bans for good, without a reason.
func (u *User) SetBan() {
	u.LiftBan()
	u.Set(fieldBanned, true)
}

// SetBanTerms says why a user is banned, and until when; the zero time is for good.
func (u *User) SetBanTerms(reason string, until time.Time) {
	u.Set(fieldBanReason, reason)
	u.Set(fieldBannedUntil, until)
}

// LiftBan ends the ban and forgets its end and reason.
func (u *User) LiftBan() {
	u.Set(fieldBanned, false)
	u.Set(fieldBannedUntil, "")
	u.Set(fieldBanReason, "")
}

// SetModerated notes who decided about the user, and when.
func (u *User) SetModerated(by Actor, at time.Time) {
	u.Set(fieldModeratedBy, by.Moderator)
	u.Set(fieldModeratedAt, at)
}

// NoLimit lets a query return all rows.
const NoLimit = -1

// ExpiredBans returns the ids of at most limit users whose ban has an end that has come by now, the earliest first.
func ExpiredBans(ctx context.Context, app core.App, now time.Time, limit int) ([]string, error) {
	var ids []string
	err := app.ConcurrentDB().NewQuery(`SELECT id FROM users WHERE banned = 1 AND banned_until <> '' AND banned_until <= {:now}
		ORDER BY banned_until LIMIT {:limit}`).
		Bind(dbx.Params{"now": timestamp(now), "limit": limit}).WithContext(ctx).Column(&ids)
	return ids, err
}

// NextBanExpiry returns when the next ban ends; ok is false when none has an end.
func NextBanExpiry(ctx context.Context, app core.App) (at time.Time, ok bool, err error) {
	var next *string
	err = app.ConcurrentDB().NewQuery(`SELECT min(banned_until) FROM users WHERE banned = 1 AND banned_until <> ''`).WithContext(ctx).Row(&next)
	if err != nil || next == nil {
		return time.Time{}, false, err
	}
	at, err = time.Parse(timestampLayout, *next)
	return at, err == nil, err
}

// OpenOrders loads the orders of the user, as client or performer, that are new.
func OpenOrders(tx core.App, userID string) ([]*Order, error) {
	var open []*Order
	for _, side := range []string{fieldClient, fieldPerformer} { // two look-ups by index
		records, err := tx.FindAllRecords(Orders, dbx.HashExp{side: userID, fieldStatus: "new"})
		if err != nil {
			return nil, err
		}
		for _, record := range records {
			open = append(open, AsOrder(record))
		}
	}
	return open, nil
}

// LanguageOf is the language of the device that the user was seen on last, "" for one without devices.
func LanguageOf(tx core.App, userID string) (string, error) {
	var languages []string
	err := tx.DB().NewQuery(`SELECT language FROM devices WHERE user = {:user} ORDER BY last_used DESC, created DESC LIMIT 1`).
		Bind(dbx.Params{"user": userID}).Column(&languages)
	if err != nil || len(languages) == 0 {
		return "", err
	}
	return languages[0], nil
}

// disabledCondition is a condition on users that holds for those who are shut out at the moment :now.
const disabledCondition = `banned AND (banned_until = '' OR banned_until > :now)`

// IsDisabled tells whether there is no such user, or one who is shut out at this moment.
func IsDisabled(tx core.App, userID string) (bool, error) {
	var disabled bool
	err := readRow(context.Background(), tx, `SELECT coalesce((SELECT `+disabledCondition+` FROM users WHERE id = :user), 1)`,
		[]any{sql.Named("user", userID), sql.Named("now", timestamp(time.Now()))}, &disabled)
	return disabled, err
}

// Participants is what creating an order asks of its two users.
type Participants struct {
	Role              string // of who is asked
	Price             float64
	PerformerDisabled bool // banned or erased
	ClientDisabled    bool // likewise, or there is no such user
}

// ReadParticipants reads them by one query; ErrNotFound when there is no such performer.
func ReadParticipants(tx core.App, performer, client string) (*Participants, error) {
	var s Participants
	err := readRow(context.Background(), tx, `SELECT role, price, `+disabledCondition+`, coalesce((SELECT `+disabledCondition+` FROM users c WHERE c.id = :client), 1)
		FROM users WHERE id = :performer`,
		[]any{sql.Named("performer", performer), sql.Named("client", client), sql.Named("now", timestamp(time.Now()))},
		&s.Role, &s.Price, &s.PerformerDisabled, &s.ClientDisabled)
	return &s, notFound(err)
}
