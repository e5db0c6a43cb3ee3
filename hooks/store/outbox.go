package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/privet/privet/hooks/store/query"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// outboxes are the collections of what is sent in the background. Their rows have the same states and the fields that these functions set.
var outboxes = []string{Pushes, Mails}

// ClaimSend counts a try to send a row of an outbox, Pushes or Mails, before it is made: what can't be written must not be sent, as it
// would be sent again and again. The error is ErrNotFound when the row no longer waits.
func ClaimSend(ctx context.Context, app core.App, outbox, id string) error {
	_, err := query.WriteValue[string](ctx, app, `UPDATE `+outbox+` SET tries = tries + 1, updated = :now WHERE id = :id AND state = 'waiting' RETURNING id`,
		sql.Named("id", id), sql.Named("now", query.Timestamp(time.Now())))
	return query.Wrap("claim a try in "+outbox, err)
}

// SendOutcome is the outcome of a try to send a push or a mail.
type SendOutcome struct {
	State   string
	Error   string    // for moderators; "" if it was sent
	NextTry time.Time // of what waits
}

// SetSendOutcome records the outcome of a try to send a row of an outbox. A row that was ended meanwhile, as by a sign-out, stays so unless
// it was sent.
func SetSendOutcome(ctx context.Context, app core.App, outbox, id string, o SendOutcome) error {
	now, sent, next := query.Timestamp(time.Now()), "", ""
	switch o.State {
	case PushSent:
		sent = now
	case PushWaiting:
		next = query.Timestamp(o.NextTry)
	}
	err := query.Write(ctx, app, `UPDATE `+outbox+` SET state = :state, error = :error, sent = :sent, next_try = :next, updated = :now
		WHERE id = :id AND (state = 'waiting' OR :state = 'sent')`,
		sql.Named("id", id), sql.Named("state", o.State), sql.Named("error", o.Error), sql.Named("sent", sent), sql.Named("next", next), sql.Named("now", now))
	return query.Wrap("set outcome in "+outbox, err)
}

// HoldOutboxes holds back the pushes and mails that wait, after a restore.
func HoldOutboxes(ctx context.Context, app core.App) error {
	_, err := settleOutboxes(ctx, app, PushWaiting, PushHeld, "")
	return query.Wrap("hold back what waits", err)
}

// CountHeld returns how many pushes and mails are held back.
func CountHeld(ctx context.Context, app core.App) (n int, err error) {
	n, err = query.Value[int](ctx, app, `SELECT (SELECT count(*) FROM pushes WHERE state = 'held') + (SELECT count(*) FROM mails WHERE state = 'held')`)
	return n, query.Wrap("count what is held back", err)
}

// SettleHeld gives what is held back a state, PushWaiting or PushExpired, and returns how many these were.
func SettleHeld(ctx context.Context, app core.App, state, reason string) (n int64, err error) {
	n, err = settleOutboxes(ctx, app, PushHeld, state, reason)
	return n, query.Wrap("settle what is held back", err)
}

func settleOutboxes(ctx context.Context, app core.App, from, to, reason string) (n int64, err error) {
	for _, outbox := range outboxes {
		result, err := app.NonconcurrentDB().NewQuery(`UPDATE ` + outbox + ` SET state = {:to}, error = {:reason}, next_try = {:now}, updated = {:now} WHERE state = {:from}`).
			Bind(dbx.Params{"from": from, "to": to, "reason": reason, "now": query.Timestamp(time.Now())}).WithContext(ctx).Execute()
		if err != nil {
			return n, err
		}
		settled, err := result.RowsAffected()
		if err != nil {
			return n, err
		}
		n += settled
	}
	return n, nil
}
