package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/pocketbase/pocketbase/core"
)

// IsEmpty reports whether there are no users, orders and media.
func IsEmpty(ctx context.Context, app core.App) (bool, error) {
	var empty bool
	err := app.DB().NewQuery(`SELECT NOT EXISTS (SELECT 1 FROM users) AND NOT EXISTS (SELECT 1 FROM orders) AND NOT EXISTS (SELECT 1 FROM media)`).
		WithContext(ctx).Row(&empty)
	return empty, wrap("look for data", err)
}

// BackdateUser moves the last change of a user to a time in the past, with the profile's pictures and the date of a
// moderator's decision. It gives demo data a history.
func BackdateUser(ctx context.Context, tx core.App, id string, at time.Time) error {
	return backdate(ctx, tx, id, at,
		`UPDATE media SET created = :at, updated = :at WHERE user = :id AND "order" = '' AND created > :at`,
		`UPDATE users SET created = min(created, :at), updated = :at,
		moderated_at = CASE WHEN moderated_at <> '' THEN :at ELSE '' END WHERE id = :id`)
}

// BackdateOrder moves the last change of an order to a time in the past, with its row of the history and its media.
func BackdateOrder(ctx context.Context, tx core.App, id string, at time.Time) error {
	return backdate(ctx, tx, id, at,
		`UPDATE order_history SET time = :at WHERE rowid = (SELECT max(rowid) FROM order_history WHERE "order" = :id)`,
		`UPDATE media SET created = :at, updated = :at WHERE "order" = :id AND created > :at`,
		`UPDATE orders SET created = min(created, :at), updated = :at,
			cancel_date = CASE WHEN cancel_date <> '' THEN :at ELSE '' END WHERE id = :id`)
}

func backdate(ctx context.Context, tx core.App, id string, at time.Time, statements ...string) error {
	for _, statement := range statements {
		if err := write(ctx, tx, statement, sql.Named("at", timestamp(at)), sql.Named("id", id)); err != nil {
			return wrap("backdate", err)
		}
	}
	return nil
}
