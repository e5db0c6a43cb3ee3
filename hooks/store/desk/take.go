package desk

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/privet/privet/hooks/store/query"

	"github.com/pocketbase/pocketbase/core"
)

// Lease is how long a case stays taken by a moderator whose page does not renew it.
const Lease = 10 * time.Minute

// mine is the condition that a case is open, and free or taken by the moderator :me, or that :over is set.
const mine = `id = :case AND state = 'open' AND (:over OR taken_by IN ('', :me) OR taken_until <= :now)`

func takeArguments(id, me string, over bool, now time.Time) []any {
	return []any{sql.Named("case", id), sql.Named("me", me), sql.Named("over", over), sql.Named("now", query.Timestamp(now))}
}

// TakeCase gives a moderator the lease of an open case that is free, or theirs already; with over also of one that somebody
// else has. It is one conditional write: of several who try at once one succeeds. The error is query.ErrNotFound where it is not done.
func TakeCase(ctx context.Context, app core.App, id, me string, over bool, now time.Time) error {
	return changeCase(ctx, app, `UPDATE cases SET taken_by = :me, taken_until = :until WHERE `+mine,
		append(takeArguments(id, me, over, now), sql.Named("until", query.Timestamp(now.Add(Lease)))))
}

// RenewCase extends the lease of a moderator, also one that has ended, unless somebody else has taken the case. The error is
// query.ErrNotFound where it is not done.
func RenewCase(ctx context.Context, app core.App, id, me string, now time.Time) error {
	return changeCase(ctx, app, `UPDATE cases SET taken_until = :until WHERE id = :case AND state = 'open' AND taken_by = :me`,
		[]any{sql.Named("case", id), sql.Named("me", me), sql.Named("until", query.Timestamp(now.Add(Lease)))})
}

// ReleaseCase ends the lease of a moderator. The error is query.ErrNotFound where they have none.
func ReleaseCase(ctx context.Context, app core.App, id, me string) error {
	return changeCase(ctx, app, `UPDATE cases SET taken_by = '', taken_until = '' WHERE id = :case AND state = 'open' AND taken_by = :me`,
		[]any{sql.Named("case", id), sql.Named("me", me)})
}

// ReleaseAll ends all leases of a moderator, who signs out, and returns the ids of the cases.
func ReleaseAll(ctx context.Context, app core.App, me string) (released []string, err error) {
	ids, err := query.Values[string](ctx, app, `SELECT id FROM cases WHERE state = 'open' AND taken_by = :me`, sql.Named("me", me))
	if err != nil {
		return nil, query.Wrap("release cases", err)
	}
	for _, id := range ids {
		err := ReleaseCase(ctx, app, id, me)
		if errors.Is(err, query.ErrNotFound) {
			continue // somebody else has taken it over meanwhile
		}
		if err != nil {
			return released, query.Wrap("release cases", err)
		}
		released = append(released, id)
	}
	return released, nil
}

// CloseCase closes an open case with a moderator's verdict, under the conditions of TakeCase, in the transaction of the act that
// the verdict says. The error is query.ErrNotFound where it is not done.
func CloseCase(ctx context.Context, tx core.App, id, me, verdict string, over bool, now time.Time) error {
	return changeCase(ctx, tx, `UPDATE cases SET state = 'closed', verdict = :verdict, closed = :now, closed_by = :me, taken_by = '', taken_until = '', rev = rev + 1, updated = :now
		WHERE `+mine, append(takeArguments(id, me, over, now), sql.Named("verdict", verdict)))
}

func changeCase(ctx context.Context, app core.App, statement string, arguments []any) error {
	_, err := query.WriteValue[string](ctx, app, statement+` RETURNING id`, arguments...)
	return query.Wrap("change case", err)
}

// Holder is who has a case, or has decided it.
type Holder struct {
	By      string
	At      query.Moment // when it was taken or decided
	Verdict string       // "" while it is open
	Until   query.Moment // of the lease
	Rev     int
}

// ReadHolder reads who has a case. The error is query.ErrNotFound when there is no such case.
func ReadHolder(ctx context.Context, app core.App, id string) (*Holder, error) {
	h, err := holders.Row(ctx, app, sql.Named("case", id))
	if until, ok := query.ParseDate(string(h.Until)); ok && h.Verdict == "" {
		h.At = query.Moment(query.Timestamp(until.Add(-Lease)))
	}
	return h, query.Wrap("read who has a case", err)
}

var holders = query.Map("", func(c *query.Columns, h *Holder) {
	c.Add(`iif(state = 'open', taken_by, closed_by)`, &h.By)
	c.Add(`iif(state = 'open', '', closed)`, &h.At)
	c.Add(`verdict`, &h.Verdict)
	c.Add(`taken_until`, &h.Until)
	c.Add(`rev`, &h.Rev)
}).Select(`FROM cases WHERE id = :case`)

// HasOtherModerator reports whether there is a superuser besides the one with an e-mail address.
func HasOtherModerator(ctx context.Context, app core.App, email string) (has bool, err error) {
	has, err = query.Value[bool](ctx, app, `SELECT EXISTS (SELECT 1 FROM _superusers WHERE email <> :email AND email <> :installer)`,
		sql.Named("email", email), sql.Named("installer", core.DefaultInstallerEmail))
	return has, query.Wrap("look for another moderator", err)
}
