package store

import (
	"context"
	"database/sql"
	"strconv"
	"strings"
	"time"

	"github.com/privet/privet/hooks/order"
	"github.com/privet/privet/hooks/store/query"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

const fieldReminded = "reminded"

// Reminded returns the last reminder that the order has had.
func (o *Order) Reminded() order.Reminder { return order.Reminder(o.GetInt(fieldReminded)) }

// SetReminded sets the last reminder that the order has had.
func (o *Order) SetReminded(r order.Reminder) { o.Set(fieldReminded, int(r)) }

// ReminderDates has for each reminder the latest date_till with which it is due, and for order.NoReminder the date_till after
// which any is.
type ReminderDates [order.Overdue + 1]time.Time

// PerformersToRemind returns the ids of at most limit performers who have new orders with a reminder due, those first whose
// orders are due first.
func PerformersToRemind(ctx context.Context, app core.App, dates ReminderDates, limit int) ([]string, error) {
	const due = `SELECT * FROM (SELECT performer, date_till FROM orders
		WHERE status = 'new' AND reminded = {:had} AND date_till > {:after} AND date_till <= {:until} ORDER BY date_till LIMIT {:limit})`
	var parts []string
	params := dbx.Params{"after": query.Timestamp(dates[order.NoReminder]), "limit": limit}
	for r := order.DayBefore; r <= order.Overdue; r++ {
		n := strconv.Itoa(int(r))
		parts = append(parts, strings.NewReplacer("{:had}", "{:had"+n+"}", "{:until}", "{:until"+n+"}").Replace(due))
		params["had"+n], params["until"+n] = int(r-1), query.Timestamp(dates[r])
	}
	var ids []string
	err := app.ConcurrentDB().NewQuery(`SELECT performer FROM (` + strings.Join(parts, ` UNION ALL `) + `) GROUP BY performer ORDER BY min(date_till) LIMIT {:limit}`).
		Bind(params).WithContext(ctx).Column(&ids)
	return ids, query.Wrap("read performers to remind", err)
}

// NextToRemind returns the first date_till later than the given one of the new orders whose last reminder is had; ok is false
// when there is none.
func NextToRemind(ctx context.Context, app core.App, had order.Reminder, after time.Time) (dateTill time.Time, ok bool, err error) {
	next, _, err := query.ReadEarliest(ctx, app, `SELECT min(date_till) FROM orders WHERE status = 'new' AND reminded = :had AND date_till > :after`,
		sql.Named("had", int(had)), sql.Named("after", query.Timestamp(after)))
	dateTill, ok = query.ParseDate(next) // not ok for none
	return dateTill, ok, query.Wrap("read next order to remind of", err)
}

// OrdersToRemind returns the new orders of a performer that may have reminders due, by date_till. It leaves out those whose
// date_till was written by SQL in a form that can't be read, and returns how many these are.
func OrdersToRemind(ctx context.Context, app core.App, performer string, dates ReminderDates) (pending []order.Pending, unreadable int, err error) {
	rows, err := pendingOrders.Rows(ctx, app, sql.Named("performer", performer), sql.Named("after", query.Timestamp(dates[order.NoReminder])),
		sql.Named("until", query.Timestamp(dates[order.DayBefore])), sql.Named("last", int(order.Overdue)))
	if err != nil {
		return nil, 0, query.Wrap("read orders to remind of", err)
	}
	for _, r := range rows {
		var ok bool
		if r.DateTill, ok = query.ParseDate(r.dateTill); ok {
			pending = append(pending, r.Pending)
		} else {
			unreadable++
		}
	}
	return pending, unreadable, nil
}

type pendingOrder struct {
	order.Pending
	dateTill string
}

// pendingOrders reads a performer's orders; the plus keeps SQLite from reading all orders that are due.
var pendingOrders = query.Map("", func(c *query.Columns, r *pendingOrder) {
	c.Add(`id`, &r.ID)
	c.Add(`rev`, &r.Rev)
	c.Add(`client`, &r.Client)
	c.Add(`date_till`, &r.dateTill)
	c.Add(`reminded`, &r.Reminded)
}).Select(`FROM orders
	WHERE performer = CAST(:performer AS TEXT) AND status = 'new' AND +date_till > :after AND +date_till <= :until AND +reminded < :last
	ORDER BY date_till, CAST(id AS INTEGER)`)

// NoteReminder notes with an order that it has had a reminder. That is no change of the order, which has no hooks and keeps its
// rev. It reports false, and does nothing, when the order was changed since it was read.
func NoteReminder(ctx context.Context, tx core.App, n order.Notice) (noted bool, err error) {
	result, err := tx.NonconcurrentDB().NewQuery(`UPDATE orders SET reminded = {:due} WHERE id = {:id} AND status = 'new' AND rev = {:rev} AND reminded = {:had}`).
		Bind(dbx.Params{"id": n.ID, "rev": n.Rev, "had": int(n.Reminded), "due": int(n.Due)}).WithContext(ctx).Execute()
	if err != nil {
		return false, query.Wrap("note reminder of order", err)
	}
	rows, err := result.RowsAffected()
	return rows > 0, query.Wrap("note reminder of order", err)
}

// TakeBackReminder deletes the waiting push of a reminder, which its order is to have again.
func TakeBackReminder(ctx context.Context, app core.App, pushID, orderID string, r order.Reminder) error {
	return query.Wrap("take back reminder", app.RunInTransaction(func(tx core.App) error {
		if err := query.Write(ctx, tx, `DELETE FROM pushes WHERE id = :id AND state = 'waiting'`, sql.Named("id", pushID)); err != nil {
			return err
		}
		return query.Write(ctx, tx, `UPDATE orders SET reminded = :before WHERE id = :id AND status = 'new' AND reminded = :reminded`,
			sql.Named("id", orderID), sql.Named("before", int(r-1)), sql.Named("reminded", int(r)))
	}))
}
