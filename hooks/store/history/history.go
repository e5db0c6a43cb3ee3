// Package history gives demo data a past: changes that the hooks have just made are moved to when they are to have happened.
package history

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/hooks/store/query"

	"github.com/pocketbase/pocketbase/core"
)

// table says which columns of a table are moments at which something happened, and which are ends that were counted from such a moment.
type table struct {
	name    string
	moments []string
	ends    map[string]string // by the column, the moment that it is counted from
}

var tables = []table{
	{name: store.Users, moments: []string{"created", "updated", "moderated_at"}, ends: map[string]string{"banned_until": "moderated_at"}},
	{name: store.Devices, moments: []string{"created", "updated", "last_used"}},
	{name: store.Orders, moments: []string{"created", "updated", "cancel_date", "delivered"}},
	{name: store.OrderHistory, moments: []string{"time"}},
	{name: store.Media, moments: []string{"created", "updated", "hidden"}, ends: map[string]string{"remove_at": "hidden"}},
	{name: store.Blocks, moments: []string{"created"}},
	{name: store.Cases, moments: []string{"created", "updated", "closed"}, ends: map[string]string{"due": "created"}},
	{name: store.Reports, moments: []string{"created", "updated", "closed"}, ends: map[string]string{"kept_until": "created"}},
	{name: store.Signals, moments: []string{"created"}},
	{name: store.Warnings, moments: []string{"created"}},
	{name: store.Bans, moments: []string{"since", "lifted"}, ends: map[string]string{"until": "since"}},
	{name: store.Notes, moments: []string{"created"}},
	{name: store.Pushes, moments: []string{"created", "updated"}, ends: map[string]string{"expires": "created"}},
	{name: store.Mails, moments: []string{"created", "updated"}, ends: map[string]string{"expires": "created"}},
}

// Move moves what has happened since a moment to an earlier one, with the ends that were counted from it. What was moved before stays, as
// it lies before since. The audit can't be moved: see audit.At.
func Move(ctx context.Context, tx core.App, since, to time.Time) error {
	arguments := []any{sql.Named("since", query.Timestamp(since)), sql.Named("to", query.Timestamp(to)),
		sql.Named("by", fmt.Sprintf("%+.3f seconds", to.Sub(since).Seconds()))}
	for _, t := range tables {
		var set, where []string
		for _, column := range t.moments {
			set = append(set, fmt.Sprintf("`%[1]s` = iif(`%[1]s` >= :since, :to, `%[1]s`)", column))
			where = append(where, "`"+column+"` >= :since")
		}
		for column, moment := range t.ends {
			set = append(set, fmt.Sprintf("`%[1]s` = iif(`%[1]s` <> '' AND `%[2]s` >= :since, strftime('%%Y-%%m-%%d %%H:%%M:%%fZ', `%[1]s`, :by), `%[1]s`)", column, moment))
		}
		if err := query.Write(ctx, tx, "UPDATE "+t.name+" SET "+strings.Join(set, ", ")+" WHERE "+strings.Join(where, " OR "), arguments...); err != nil {
			return query.Wrap("move the changes of "+t.name, err)
		}
	}
	err := query.Write(ctx, tx, `UPDATE orders SET took = CAST(strftime('%s', delivered) AS INTEGER) - CAST(strftime('%s', created) AS INTEGER) WHERE delivered = :to`, arguments[1])
	return query.Wrap("move the deliveries", err)
}

// Sending is a push or a mail of an outbox.
type Sending struct{ ID, Receiver string }

// Added returns what was added to an outbox, store.Pushes or store.Mails, since a moment, in the order in which it was.
func Added(ctx context.Context, tx core.App, outbox string, since time.Time) ([]Sending, error) {
	receiver := map[string]string{store.Pushes: "receiver", store.Mails: "user"}[outbox]
	added, err := query.Map("", func(c *query.Columns, s *Sending) {
		c.Add(`id`, &s.ID)
		c.Add(receiver, &s.Receiver)
	}).Select(`FROM `+outbox+` WHERE created >= :since AND state <> 'dropped' ORDER BY id`).Rows(ctx, tx, sql.Named("since", query.Timestamp(since)))
	return added, query.Wrap("read what was added to "+outbox, err)
}

// Settle records what became of a row of an outbox at a moment. The charts of pushes count it in that hour.
func Settle(ctx context.Context, tx core.App, outbox, id string, at time.Time, o store.SendOutcome) error {
	sent, next := "", ""
	switch o.State {
	case store.PushSent:
		sent = query.Timestamp(at)
	case store.PushWaiting:
		next = query.Timestamp(o.NextTry)
	}
	err := query.Write(ctx, tx, `UPDATE `+outbox+` SET state = :state, error = :error, tries = 1, sent = :sent, next_try = :next, updated = :at WHERE id = :id`,
		sql.Named("state", o.State), sql.Named("error", o.Error), sql.Named("sent", sent), sql.Named("next", next), sql.Named("at", query.Timestamp(at)), sql.Named("id", id))
	return query.Wrap("settle in "+outbox, err)
}
