package desk

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"

	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/hooks/store/query"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// Signal is what opens a case, or joins it, besides a report.
type Signal struct {
	Opening
	Text string // in full: where a watched word stands, a review, an appeal
	Date string // of an order that is overdue: its date_till, as the database has it
}

// AddSignal opens the case of a signal's target, or joins the open one, and returns it. Call it in a transaction.
func AddSignal(tx core.App, s Signal) (*Case, error) {
	c, err := Join(tx, s.Opening)
	if err != nil {
		return nil, err
	}
	record, err := query.NewRecord(tx, store.Signals)
	if err != nil {
		return nil, query.Wrap("add signal", err)
	}
	word := s.Word
	if s.Date != "" {
		word = s.Date
	}
	record.Load(map[string]any{fieldCase: c.Id, fieldTarget: s.Target, "kind": s.Kind, "word": word, "text": s.Text, fieldPlace: c.Rev()})
	return c, query.Wrap("add signal", tx.Save(record))
}

// UserTarget returns the name of a user as the target of a case.
func UserTarget(id string) string { return TargetUser + " " + id }

// OrderTarget returns the name of an order as the target of a case.
func OrderTarget(id string) string { return TargetOrder + " " + id }

// SplitTarget returns the kind and the id in a target's name.
func SplitTarget(target string) (kind, id string) {
	kind, id, _ = strings.Cut(target, " ")
	return kind, id
}

// OverdueOrder is an order whose date has passed.
type OverdueOrder struct{ ID, Performer, DateTill string }

// OverdueOrders returns at most limit new orders whose date_till lies after one moment and not after another, and of whose
// date no signal says so.
func OverdueOrders(ctx context.Context, app core.App, after, until time.Time, limit int) ([]OverdueOrder, error) {
	orders, err := overdueOrders.Rows(ctx, app, sql.Named("after", query.Timestamp(after)), sql.Named("until", query.Timestamp(until)), sql.Named("limit", limit))
	return orders, query.Wrap("read overdue orders", err)
}

var overdueOrders = query.Map("", func(c *query.Columns, o *OverdueOrder) {
	c.Add(`o.id`, &o.ID)
	c.Add(`o.performer`, &o.Performer)
	c.Add(`o.date_till`, &o.DateTill)
}).Select(`FROM orders o WHERE o.status = 'new' AND o.reminded IN (0, 1, 2, 3) AND o.date_till > :after AND o.date_till <= :until
	AND NOT EXISTS (SELECT 1 FROM signals s WHERE s.target = 'order ' || o.id AND s.kind = 'overdue' AND s.word = o.date_till) LIMIT :limit`)

// IsFirstDelivery reports whether a performer has delivered nothing but the order with that id.
func IsFirstDelivery(ctx context.Context, tx core.App, performer, orderID string) (first bool, err error) {
	first, err = query.Value[bool](ctx, tx, `SELECT NOT EXISTS (SELECT 1 FROM orders WHERE performer = CAST(:performer AS TEXT) AND id <> :order AND status IN ('done', 'reviewed'))
		AND NOT EXISTS (SELECT 1 FROM signals WHERE target = 'order ' || :order AND kind = 'first')`,
		sql.Named("performer", performer), sql.Named("order", orderID))
	return first, query.Wrap("look for earlier deliveries", err)
}

// CountBlockers returns how many people have blocked a user since a moment, or since a case of that was decided.
// It is 0 while such a case is open.
func CountBlockers(ctx context.Context, tx core.App, user string, since time.Time) (count int, err error) {
	count, err = query.Value[int](ctx, tx, `SELECT iif(EXISTS (SELECT 1 FROM cases WHERE target = 'user ' || :user AND state = 'open' AND kinds LIKE '%"blocked"%'), 0,
		(SELECT count(*) FROM blocks WHERE blocked = CAST(:user AS TEXT) AND created > max(:since,
			coalesce((SELECT max(closed) FROM cases WHERE target = 'user ' || :user AND kinds LIKE '%"blocked"%'), ''))))`,
		sql.Named("user", user), sql.Named("since", query.Timestamp(since)))
	return count, query.Wrap("count who has blocked a user", err)
}

// ErrNotBanned means that a user has no ban to appeal against, ErrAppealed that they have appealed against it already.
var (
	ErrNotBanned = errors.New("store: the user is not banned")
	ErrAppealed  = errors.New("store: an appeal against the ban was sent")
)

// OpenAppeal opens a case for what a banned user writes against their ban; there is one appeal a ban. Call it in a transaction.
// The error is ErrNotBanned or ErrAppealed, or the server's.
func OpenAppeal(tx core.App, user, text string) error {
	ban, err := CurrentBan(tx, user)
	if err != nil {
		return err
	}
	if ban == nil {
		return ErrNotBanned
	}
	if ban.GetString(fieldAppeal) != "" {
		return ErrAppealed
	}
	c, err := AddSignal(tx, Signal{Opening: Opening{Target: UserTarget(user), User: user, Kind: KindAppeal, Quote: text}, Text: text})
	if err != nil {
		return err
	}
	ban.Set(fieldAppeal, c.Id)
	return query.Wrap("note the appeal", tx.Save(ban))
}

// HasAppealed reports whether a user has appealed against the ban that they have.
func HasAppealed(app core.App, user string) (bool, error) {
	ban, err := CurrentBan(app, user)
	return ban != nil && ban.GetString(fieldAppeal) != "", err
}

// IsAgainstCurrentBan reports whether a case is the appeal against the ban that its user has now, and not one against an earlier one.
func IsAgainstCurrentBan(tx core.App, c *Case) (bool, error) {
	ban, err := CurrentBan(tx, c.User())
	return ban != nil && ban.GetString(fieldAppeal) == c.Id, err
}

// CurrentBan returns the row of the ban that a user has, nil for none.
func CurrentBan(tx core.App, user string) (*core.Record, error) {
	record, err := tx.FindFirstRecordByFilter(store.Bans, "user = {:user} && lifted = ''", dbx.Params{"user": user})
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return record, query.Wrap("find ban", err)
}

// NoteBan brings the history of a user's bans up to date with the user, of whom before is the row before the change, or nil for a
// new one. It is called in the transaction of each change.
func NoteBan(tx core.App, user, before *store.User, by string, at time.Time) error {
	was := before != nil && before.BanSet()
	if user.BanSet() == was && (!was || user.BannedUntil().Equal(before.BannedUntil()) && user.BanReason() == before.BanReason()) {
		return nil
	}
	current, err := CurrentBan(tx, user.Id)
	if err != nil {
		return err
	}
	switch {
	case !user.BanSet() && current == nil:
		return nil
	case !user.BanSet():
		current.Set("lifted", at)
		current.Set("lifted_by", by)
	case current == nil:
		if current, err = query.NewRecord(tx, store.Bans); err != nil {
			return query.Wrap("note ban", err)
		}
		current.Set(fieldUser, user.Id)
		current.Set("since", at)
		fallthrough
	default:
		current.Set("reason", user.BanReason())
		current.Set("until", user.BannedUntil())
		current.Set("by", by)
	}
	return query.Wrap("note ban", tx.Save(current))
}

// BannedBy returns which moderator has set the ban that a user has, "" for none.
func BannedBy(tx core.App, user string) (string, error) {
	ban, err := CurrentBan(tx, user)
	if err != nil || ban == nil {
		return "", err
	}
	return ban.GetString("by"), nil
}

// UnbannedBy returns which moderator has lifted the last ban of a user, "" where none has: it ended by itself, or there was none.
func UnbannedBy(ctx context.Context, tx core.App, user string) (by string, err error) {
	by, err = query.Value[string](ctx, tx, `SELECT coalesce((SELECT lifted_by FROM bans WHERE user = CAST(:user AS TEXT) ORDER BY since DESC LIMIT 1), '')`, sql.Named("user", user))
	return by, query.Wrap("read who has lifted a ban", err)
}

// WatchedWords returns the watched words as moderators have written them.
func WatchedWords(ctx context.Context, app core.App) ([]string, error) {
	words, err := query.Values[string](ctx, app, `SELECT word FROM watched_words`)
	return words, query.Wrap("read watched words", err)
}
