package desk

import (
	"context"
	"database/sql"
	"time"

	"github.com/privet/privet/hooks/store/query"

	"github.com/pocketbase/pocketbase/core"
)

// Call is a new case of which the webhook is to be told.
type Call struct {
	Case    string
	Kind    string // the gravest
	Target  string // user, order or media
	Created query.Moment
	Due     query.Moment
	Tries   int // so far, which failed
}

// AddCall queues that the webhook is told of a case, in the transaction that opens it.
func AddCall(ctx context.Context, tx core.App, caseID string) error {
	err := query.Write(ctx, tx, `INSERT INTO case_calls ("case", created, next_try) VALUES (:case, :now, :now) ON CONFLICT DO NOTHING`,
		sql.Named("case", caseID), sql.Named("now", query.Timestamp(time.Now())))
	return query.Wrap("queue the call of a case", err)
}

// DueCalls returns the cases of at most limit calls that are due, the earliest first.
func DueCalls(ctx context.Context, app core.App, now time.Time, limit int) ([]string, error) {
	ids, err := query.ReadRows(ctx, app, `SELECT "case" FROM case_calls WHERE next_try <= :now ORDER BY next_try LIMIT :limit`,
		[]any{sql.Named("now", query.Timestamp(now)), sql.Named("limit", limit)}, func(id *string) []any { return []any{id} })
	return ids, query.Wrap("read due calls", err)
}

// NextCall returns when the next call is due; ok is false when there is none.
func NextCall(ctx context.Context, app core.App) (at time.Time, ok bool, err error) {
	at, ok, err = query.ReadEarliestTime(ctx, app, `SELECT min(next_try) FROM case_calls`)
	return at, ok, query.Wrap("read time of next call", err)
}

// ReadCall reads a call. The error is query.ErrNotFound when the case was told, is decided by now, or is gone.
func ReadCall(ctx context.Context, app core.App, caseID string) (*Call, error) {
	c := Call{Case: caseID}
	var kinds Choices
	var target string
	err := query.ReadRow(ctx, app, `SELECT c.kinds, c.target, c.created, c.due, q.tries FROM case_calls q JOIN cases c ON c.id = q."case" WHERE q."case" = :case AND c.state = 'open'`,
		[]any{sql.Named("case", caseID)}, &kinds, &target, &c.Created, &c.Due, &c.Tries)
	c.Kind = Gravest(kinds)
	c.Target, _ = SplitTarget(target)
	return &c, query.Wrap("read call", query.NotFound(err))
}

// DeleteCall ends a call: it was made, or there is no need of it any more.
func DeleteCall(ctx context.Context, app core.App, caseID string) error {
	return query.Wrap("delete call", query.Write(ctx, app, `DELETE FROM case_calls WHERE "case" = :case`, sql.Named("case", caseID)))
}

// PostponeCall records that a call has failed, and when it is made again.
func PostponeCall(ctx context.Context, app core.App, caseID string, next time.Time, cause error) error {
	err := query.Write(ctx, app, `UPDATE case_calls SET tries = tries + 1, next_try = :next, error = :error WHERE "case" = :case`,
		sql.Named("next", query.Timestamp(next)), sql.Named("error", cause.Error()), sql.Named("case", caseID))
	return query.Wrap("postpone call", err)
}
