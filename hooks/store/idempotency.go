package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/privet/privet/hooks/store/query"

	"github.com/pocketbase/pocketbase/core"
)

// StoredAnswer is the answer to a request with an Idempotency-Key.
type StoredAnswer struct {
	Request []byte // digest of the request that it answers
	Status  int    // of HTTP
	Body    []byte
	OrderID string // of the order that the body shows, "" for none
}

const (
	// answerLifetime is how long an answer stays stored (contract section 1, Idempotency-Key).
	answerLifetime = 24 * time.Hour
	// maxAnswers bounds what is stored for a user, in bytes: an answer is removed once newer ones take up this much.
	// That is several thousand answers, unless they hold very long texts.
	maxAnswers = 8 << 20
)

// FindAnswer returns what a request of the user with that Idempotency-Key was answered within the last 24 hours. The
// error is ErrNotFound if there was none.
func FindAnswer(ctx context.Context, app core.App, userID, key string) (*StoredAnswer, error) {
	a, err := storedAnswers.Row(ctx, app, sql.Named("user", userID), sql.Named("key", key), sql.Named("after", query.Timestamp(time.Now().Add(-answerLifetime))))
	if err != nil {
		return nil, query.Wrap("find answer", err)
	}
	return a, nil
}

var storedAnswers = query.Map("", func(c *query.Columns, a *StoredAnswer) {
	c.Add(`request`, &a.Request)
	c.Add(`status`, &a.Status)
	c.Add(`answer`, &a.Body)
}).Select(`FROM idempotency_keys WHERE user = :user AND key = :key AND created > :after`)

// SaveAnswer saves the answer to a request in the transaction of the change that it reports. It replaces the expired
// answer that the key may have; the caller has checked in the same transaction that FindAnswer finds no other.
func SaveAnswer(tx core.App, userID, key string, a StoredAnswer) error {
	ctx := context.Background() // a client that hangs up does not undo the change that the answer reports
	total, err := query.WriteValue[int64](ctx, tx, `INSERT OR REPLACE INTO idempotency_keys (user, key, request, status, answer, "order", created, total)
		VALUES (:user, :key, :request, :status, :answer, :order, :created,
			length(:answer) + ifnull((SELECT max(total) FROM idempotency_keys WHERE user = :user), 0)) RETURNING total`,
		sql.Named("user", userID), sql.Named("key", key), sql.Named("request", a.Request), sql.Named("status", a.Status),
		sql.Named("answer", a.Body), sql.Named("order", a.OrderID), sql.Named("created", query.Timestamp(time.Now())))
	if err != nil || total <= maxAnswers {
		return query.Wrap("store answer", err)
	}
	err = query.Write(ctx, tx, `DELETE FROM idempotency_keys WHERE user = :user AND total <= :last`,
		sql.Named("user", userID), sql.Named("last", total-maxAnswers))
	return query.Wrap("delete answers beyond the limit", err)
}

// DropExpiredAnswers removes the answers that FindAnswer finds no more, a thousand in a transaction.
func DropExpiredAnswers(ctx context.Context, app core.App, now time.Time) error {
	for {
		var removed int64
		err := app.RunInTransaction(func(tx core.App) error {
			err := query.Write(ctx, tx, `DELETE FROM idempotency_keys WHERE rowid IN
				(SELECT rowid FROM idempotency_keys WHERE created <= :last ORDER BY created LIMIT 1000)`,
				sql.Named("last", query.Timestamp(now.Add(-answerLifetime))))
			if err != nil {
				return err
			}
			removed, err = query.WriteValue[int64](ctx, tx, `SELECT changes()`)
			return err
		})
		if err != nil || removed < 1000 {
			return query.Wrap("delete expired answers", err)
		}
	}
}
