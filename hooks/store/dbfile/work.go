package dbfile

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// Work is what waits in a database, or has failed.
type Work struct {
	WaitingPreviews, FailedPreviews         int
	WaitingPushes, HeldPushes, FailedPushes int
	PushError                               string // the most frequent of the failed
	FailedRemovals                          int
	RemovalError                            string // of one of them
	Relayed                                 int    // users with an address of Apple's mail relay
}

// relayed is true for an address of Apple's mail relay. Both domains are Apple's.
const relayed = `(lower(email) LIKE '%@privaterelay.appleid.com' OR lower(email) LIKE '%@private.icloud.com')`

// Work counts what waits and what has failed.
func (f *File) Work(ctx context.Context) (w Work, err error) {
	for query, targets := range map[string][]any{
		`SELECT count(*) FILTER (WHERE still = 'waiting'), count(*) FILTER (WHERE still = 'failed') FROM media`: {&w.WaitingPreviews, &w.FailedPreviews},
		`SELECT count(*) FILTER (WHERE state = 'waiting'), count(*) FILTER (WHERE state = 'held'), count(*) FILTER (WHERE state IN ('failed', 'expired')) FROM pushes`: {
			&w.WaitingPushes, &w.HeldPushes, &w.FailedPushes},
		`SELECT error FROM pushes WHERE state IN ('failed', 'expired') GROUP BY error ORDER BY count(*) DESC LIMIT 1`: {&w.PushError},
		`SELECT count(*), coalesce(max(error), '') FROM file_removals WHERE tries > 0`:                                {&w.FailedRemovals, &w.RemovalError},
		`SELECT count(*) FROM users WHERE ` + relayed:                                                                 {&w.Relayed},
	} {
		err := f.db.QueryRowContext(ctx, query).Scan(targets...)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return w, fmt.Errorf("count what waits: %w", err)
		}
	}
	return w, nil
}

// Erased returns "id created" of the users who were erased.
func (f *File) Erased(ctx context.Context) ([]string, error) {
	return f.texts(ctx, `SELECT id || ' ' || created FROM users WHERE erased <> ''`)
}
