package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// Pushes is the outbox.
const Pushes = "pushes"

// The states of a push.
const (
	PushWaiting = "waiting"
	PushSent    = "sent"
	PushFailed  = "failed"
	PushExpired = "expired"
	PushOff     = "off"
)

// NewPush is an event for all devices of a receiver.
type NewPush struct {
	Event    string // the event_id
	Type     string
	Order    string // "" for none
	Receiver string
	State    string // PushWaiting or PushOff
	Expires  time.Time
}

// AddPushes writes a push for each of the receiver's devices that have a push address, or for the newest thousand: a
// device comes with each sign-in of an app that does not name itself. The same event for the same device is written once.
func AddPushes(tx core.App, p NewPush) error {
	now := timestamp(time.Now())
	return write(tx, `INSERT INTO pushes
		(id, state, type, receiver, "order", device, tries, error, sent, next_try, expires, event, created, updated)
		SELECT :row || printf('%03x', row_number() OVER newest), :state, :type, user, :order, id, 0, '', '', :now, :expires, :event, :now, :now
		FROM devices WHERE user = CAST(:receiver AS TEXT) AND firebase_token <> ''
		WINDOW newest AS (ORDER BY CAST(id AS INTEGER) DESC) ORDER BY CAST(id AS INTEGER) DESC LIMIT 1000
		ON CONFLICT (event, device) WHERE device <> '' DO NOTHING`,
		sql.Named("row", newRowIDPrefix()), sql.Named("state", p.State), sql.Named("type", p.Type), sql.Named("order", p.Order), sql.Named("receiver", p.Receiver),
		sql.Named("now", now), sql.Named("expires", timestamp(p.Expires)), sql.Named("event", p.Event))
}

// DuePushes lists the ids of waiting pushes whose time has come, the oldest first.
func DuePushes(ctx context.Context, app core.App, now time.Time, limit int) ([]string, error) {
	var ids []string
	err := app.ConcurrentDB().NewQuery(`SELECT id FROM pushes WHERE state = 'waiting' AND next_try <= {:now}
		ORDER BY next_try LIMIT {:limit}`).
		Bind(dbx.Params{"now": timestamp(now), "limit": limit}).WithContext(ctx).Column(&ids)
	return ids, err
}

// waitingPushes lists the ids of a device's pushes that wait.
func waitingPushes(tx core.App, device string) ([]string, error) {
	var ids []string
	err := tx.NonconcurrentDB().Select("id").From(Pushes).Where(dbx.HashExp{"device": device, "state": PushWaiting}).Column(&ids)
	return ids, err
}

// reassignPushes gives pushes to another device: one that takes a former one's place.
func reassignPushes(tx core.App, ids []string, device string) error {
	for _, id := range ids {
		_, err := tx.NonconcurrentDB().NewQuery(`UPDATE OR IGNORE pushes SET device = {:device} WHERE id = {:id}`).
			Bind(dbx.Params{"device": device, "id": id}).Execute()
		if err != nil {
			return err
		}
	}
	return nil
}

// PushContent is what a push is sent with, as things stand now.
type PushContent struct {
	ID        string
	Event     string
	Type      string
	Order     string
	Tries     int
	Expires   time.Time
	Device    string // "" when it signed out or belongs to somebody else now
	PushToken string // where FCM finds the device
	Language  string
	Client    string // nicknames of the order's sides
	Performer string
	Rating    float64
}

// ReadPush reads a push that is due; ErrNotFound when it is not, or no more.
func ReadPush(ctx context.Context, app core.App, id string) (*PushContent, error) {
	var p PushContent
	var expires string
	err := app.ConcurrentDB().NewQuery(`SELECT p.id, p.event, p.type, p."order", p.tries, p.expires,
			coalesce(d.id, ''), coalesce(d.firebase_token, ''), coalesce(d.language, ''),
			coalesce(c.nickname, ''), coalesce(f.nickname, ''), coalesce(o.rating_rate, 0)
		FROM pushes p
		LEFT JOIN devices d ON d.id = p.device AND d.user = p.receiver
		LEFT JOIN orders o ON o.id = p."order"
		LEFT JOIN users c ON c.id = o.client
		LEFT JOIN users f ON f.id = o.performer
		WHERE p.id = {:id} AND p.state = 'waiting' AND p.next_try <= {:now}`).
		Bind(dbx.Params{"id": id, "now": timestamp(time.Now())}).WithContext(ctx).
		Row(&p.ID, &p.Event, &p.Type, &p.Order, &p.Tries, &expires,
			&p.Device, &p.PushToken, &p.Language, &p.Client, &p.Performer, &p.Rating)
	p.Expires, _ = time.Parse(timestampLayout, expires) // a moderator may have emptied it: it has expired then
	return &p, notFound(err)
}

// NextPush is when the next waiting push is due; ok is false when none waits.
func NextPush(ctx context.Context, app core.App) (at time.Time, ok bool, err error) {
	var next *string
	err = app.ConcurrentDB().NewQuery(`SELECT min(next_try) FROM pushes WHERE state = 'waiting'`).WithContext(ctx).Row(&next)
	if err != nil || next == nil {
		return time.Time{}, false, err
	}
	at, _ = time.Parse(timestampLayout, *next) // what is no time is due at once
	return at, true, nil
}

// PushOutcome is what came of a try to send.
type PushOutcome struct {
	State   string
	Error   string    // in plain words; "" when it was sent
	NextTry time.Time // for PushWaiting
	Tried   bool      // it was handed to FCM
}

// SetPushOutcome writes down what came of a push.
func SetPushOutcome(app core.App, id string, o PushOutcome) error {
	now := timestamp(time.Now())
	params := dbx.Params{"id": id, "state": o.State, "error": o.Error, "now": now, "sent": "", "next": "", "tried": 0}
	if o.State == PushSent {
		params["sent"] = now
	}
	if o.State == PushWaiting {
		params["next"] = timestamp(o.NextTry)
	}
	if o.Tried {
		params["tried"] = 1
	}
	_, err := app.NonconcurrentDB().NewQuery(`UPDATE pushes
		SET state = {:state}, error = {:error}, sent = {:sent}, next_try = {:next}, tries = tries + {:tried}, updated = {:now}
		WHERE id = {:id}`).Bind(params).Execute()
	return err
}

// RemovePushToken drops a push address that FCM no longer knows, if the device still has that one.
func RemovePushToken(app core.App, device, address string) error {
	var users []string
	err := app.NonconcurrentDB().NewQuery(`UPDATE devices SET firebase_token = '' WHERE id = {:id} AND firebase_token = {:address} RETURNING user`).
		Bind(dbx.Params{"id": device, "address": address}).Column(&users)
	invalidateOnCommit(app, users)
	return err
}

// DeleteOldPushes clears the outbox of what was written before a moment.
func DeleteOldPushes(app core.App, before time.Time) error {
	_, err := app.NonconcurrentDB().Delete(Pushes, dbx.NewExp("created < {:before}", dbx.Params{"before": timestamp(before)})).Execute()
	return err
}

// HasNewerPush tells whether a later push of the same order was sent to the same device, or waits for it. The ids of
// pushes ascend (row_ids.go).
func HasNewerPush(ctx context.Context, app core.App, id string) (newer bool, err error) {
	err = app.ConcurrentDB().NewQuery(`SELECT EXISTS (SELECT 1 FROM pushes p
		JOIN pushes n ON n."order" = p."order" AND n.device = p.device AND n.event <> p.event AND n.id > p.id
		WHERE p.id = {:id} AND p."order" <> '' AND p.device <> '' AND n.state IN ('sent', 'waiting'))`).
		Bind(dbx.Params{"id": id}).WithContext(ctx).Row(&newer)
	return newer, err
}
