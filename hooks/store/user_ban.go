package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/privet/privet/hooks/store/query"

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

// Banned reports whether the user is banned now. A ban with an end is over at that time, even if it has not been lifted
// yet.
func (u *User) Banned() bool {
	until := u.BannedUntil()
	return u.BanSet() && (until.IsZero() || time.Now().Before(until))
}

// BanSet reports whether a ban was set and has not been lifted; its end may have passed.
func (u *User) BanSet() bool { return u.GetBool(fieldBanned) }

// BannedUntil returns when the ban ends, zero for never.
func (u *User) BannedUntil() time.Time { return u.GetDateTime(fieldBannedUntil).Time() }

// BanReason returns the moderator's note.
func (u *User) BanReason() string { return u.GetString(fieldBanReason) }

// SetBan sets a ban without an end and without a reason.
func (u *User) SetBan() {
	u.LiftBan()
	u.Set(fieldBanned, true)
}

// SetBanTerms sets the reason and the end of a ban; the zero time is no end.
func (u *User) SetBanTerms(reason string, until time.Time) {
	u.Set(fieldBanReason, reason)
	u.Set(fieldBannedUntil, until)
}

// LiftBan removes the ban with its end and reason.
func (u *User) LiftBan() {
	u.Set(fieldBanned, false)
	u.Set(fieldBannedUntil, "")
	u.Set(fieldBanReason, "")
}

// ModeratedAt returns when a moderator, or the end of the ban, has last decided about the user; zero where nobody has.
func (u *User) ModeratedAt() time.Time { return u.GetDateTime(fieldModeratedAt).Time() }

// SetModerated records which moderator decided about the user, and when.
func (u *User) SetModerated(by Actor, at time.Time) {
	u.Set(fieldModeratedBy, by.Moderator)
	u.Set(fieldModeratedAt, at)
}

// NoLimit makes a query return all rows.
const NoLimit = -1

// ExpiredBans returns the ids of at most limit users with a ban that is over by now but not lifted, the earliest first.
func ExpiredBans(ctx context.Context, app core.App, now time.Time, limit int) ([]string, error) {
	var ids []string
	err := app.ConcurrentDB().NewQuery(`SELECT id FROM users WHERE banned = 1 AND banned_until <> '' AND banned_until <= {:now}
		ORDER BY banned_until LIMIT {:limit}`).
		Bind(dbx.Params{"now": query.Timestamp(now), "limit": limit}).WithContext(ctx).Column(&ids)
	return ids, query.Wrap("read expired bans", err)
}

// NextBanExpiry returns when the next ban ends; ok is false when none has an end.
func NextBanExpiry(ctx context.Context, app core.App) (at time.Time, ok bool, err error) {
	at, ok, err = query.ReadEarliestTime(ctx, app, `SELECT min(banned_until) FROM users WHERE banned = 1 AND banned_until <> ''`)
	return at, ok, query.Wrap("read end of next ban", err)
}

// OpenOrders loads the new orders of which the user is client or performer.
func OpenOrders(tx core.App, userID string) ([]*Order, error) {
	var open []*Order
	for _, side := range []string{fieldClient, fieldPerformer} { // two index look-ups, as an OR would scan
		records, err := tx.FindAllRecords(Orders, dbx.HashExp{side: userID, fieldStatus: "new"})
		if err != nil {
			return nil, query.Wrap("find open orders", err)
		}
		for _, record := range records {
			open = append(open, AsOrder(record))
		}
	}
	return open, nil
}

// CountOpenOrders returns how many new orders a client has with all performers, and how many with one of them.
func CountOpenOrders(ctx context.Context, tx core.App, client, performer string) (all, ofPair int, err error) {
	row, err := openOrders.Row(ctx, tx, sql.Named("client", client), sql.Named("performer", performer))
	return row.all, row.ofPair, query.Wrap("count open orders", err)
}

var openOrders = query.Map("", func(c *query.Columns, n *struct{ all, ofPair int }) {
	c.Add(`count(*)`, &n.all)
	c.Add(`count(*) FILTER (WHERE performer = :performer)`, &n.ofPair)
}).Select(`FROM orders WHERE client = CAST(:client AS TEXT) AND status = 'new'`)

// LanguageOf returns the language of the device that the user has used most recently, "" for a user without devices.
func LanguageOf(ctx context.Context, tx core.App, userID string) (string, error) {
	var languages []string
	err := tx.DB().NewQuery(`SELECT language FROM devices WHERE user = {:user} ORDER BY last_used DESC, created DESC LIMIT 1`).
		Bind(dbx.Params{"user": userID}).WithContext(ctx).Column(&languages)
	if err != nil || len(languages) == 0 {
		return "", query.Wrap("read language of user", err)
	}
	return languages[0], nil
}

// disabledCondition is true for users whose account is disabled at the time :now: who are banned, as all erased users
// are.
const disabledCondition = `banned AND (banned_until = '' OR banned_until > :now)`

// IsDisabled reports whether a user is banned or erased now, or does not exist.
func IsDisabled(ctx context.Context, tx core.App, userID string) (bool, error) {
	disabled, err := query.Value[bool](ctx, tx, `SELECT coalesce((SELECT `+disabledCondition+` FROM users WHERE id = :user), 1)`,
		sql.Named("user", userID), sql.Named("now", query.Timestamp(time.Now())))
	return disabled, query.Wrap("read whether user is disabled", err)
}

// Participants is what the creation of an order needs to know of its two users.
type Participants struct {
	Role              string // of the performer: a client can't be ordered from
	Price             float64
	PerformerDisabled bool // banned or erased
	ClientDisabled    bool // likewise, or there is no such user
	Blocked           bool // one of the two has blocked the other
}

// ReadParticipants reads both users in one query. The error is ErrNotFound when there is no such performer.
func ReadParticipants(ctx context.Context, tx core.App, performer, client string) (*Participants, error) {
	p, err := participants.Row(ctx, tx, sql.Named("performer", performer), sql.Named("client", client), sql.Named("now", query.Timestamp(time.Now())))
	return p, query.Wrap("read participants", err)
}

var participantsBlocked = areBlocked(":client", ":performer")

var participants = query.Map("", func(c *query.Columns, p *Participants) {
	c.Add(`role`, &p.Role)
	c.Add(`price`, &p.Price)
	c.Add(disabledCondition, &p.PerformerDisabled)
	c.Add(`coalesce((SELECT `+disabledCondition+` FROM users c WHERE c.id = :client), 1)`, &p.ClientDisabled)
	c.Add(participantsBlocked, &p.Blocked)
}).Select(`FROM users WHERE id = :performer`)
