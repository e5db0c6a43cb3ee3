package store

import (
	"database/sql"
	"time"

	"github.com/pocketbase/pocketbase/core"
)

// IsEmpty tells whether there is no user, order or media yet.
func IsEmpty(app core.App) (bool, error) {
	var unused bool
	err := app.DB().NewQuery(`SELECT NOT EXISTS (SELECT 1 FROM users) AND NOT EXISTS (SELECT 1 FROM orders) AND NOT EXISTS (SELECT 1 FROM media)`).
		Row(&unused)
	return unused, err
}

// BackdateUser moves the last change of a user to a moment of the past, with the profile's pictures, and with what a
// moderator decided about them. It is for demo data, which has another past than its own.
func BackdateUser(tx core.App, id string, at time.Time) error {
	then := sql.Named("at", timestamp(at))
	if err := write(tx, `UPDATE media SET created = :at, updated = :at WHERE user = :id AND "order" = '' AND created > :at`,
		then, sql.Named("id", id)); err != nil {
		return err
	}
	return write(tx, `UPDATE users SET created = min(created, :at), updated = :at,
		moderated_at = CASE WHEN moderated_at <> '' THEN :at ELSE '' END WHERE id = :id`, then, sql.Named("id", id))
}

// BackdateOrder moves the last change of an order likewise, with its row of the history and the media that came with it.
func BackdateOrder(tx core.App, id string, at time.Time) error {
	then, order := sql.Named("at", timestamp(at)), sql.Named("id", id)
	for _, statement := range []string{
		`UPDATE order_history SET time = :at WHERE rowid = (SELECT max(rowid) FROM order_history WHERE "order" = :id)`,
		`UPDATE media SET created = :at, updated = :at WHERE "order" = :id AND created > :at`,
		`UPDATE orders SET created = min(created, :at), updated = :at,
			cancel_date = CASE WHEN cancel_date <> '' THEN :at ELSE '' END WHERE id = :id`,
	} {
		if err := write(tx, statement, then, order); err != nil {
			return err
		}
	}
	return nil
}
