package order

import (
	"fmt"
	"slices"
	"time"
)

// Reminder is one of the reminders of a new order, in the order in which they come (contract section 4). An order has had all
// of them up to the one that is stored with it.
type Reminder int

// The reminders.
const (
	NoReminder  Reminder = iota
	DayBefore            // to the performer
	HoursBefore          // to the performer
	Overdue              // to both participants
)

// lead is how long before date_till each reminder comes.
var lead = [...]time.Duration{DayBefore: 24 * time.Hour, HoursBefore: 2 * time.Hour, Overdue: 0}

// Lead returns how long before date_till the reminder comes.
func (r Reminder) Lead() time.Duration { return lead[r] }

// Event returns the event of the reminder.
func (r Reminder) Event() Event {
	if r == Overdue {
		return EventOverdue
	}
	return EventReminder
}

// OverdueFor is how long after date_till its passing is still worth telling, as by a server that was down.
const OverdueFor = 7 * 24 * time.Hour

// overdueLifetime is how long a push about it may wait to be sent.
const overdueLifetime = 24 * time.Hour

// The hours of the day between which reminders wait.
const (
	quietFrom  = 22
	quietUntil = 8
)

// Deadline returns the moment of a date_till, which is stored as if it were UTC and meant on the clock of a zone: the first one
// at which that clock shows it or a later time. So it is the earlier one of a time that the clock shows twice, and the change
// of the clock for a time that it leaves out.
func Deadline(dateTill time.Time, zone *time.Location) time.Time {
	dateTill = dateTill.UTC()
	moment := onClock(dateTill, zone)
	start, end := moment.ZoneBounds()
	switch shown := onClock(moment, time.UTC); {
	case shown.After(dateTill):
		return start
	case shown.Before(dateTill):
		return end
	}
	if !start.IsZero() {
		_, offset := moment.Zone()
		_, before := start.Add(-1).Zone()
		if first := moment.Add(time.Duration(offset-before) * time.Second); first.Before(moment) && first.Before(start) {
			return first
		}
	}
	return moment
}

// DateTill returns the latest date_till whose Deadline has come at t: what a clock of the zone shows, or has shown before it was
// put back.
func DateTill(t time.Time, zone *time.Location) time.Time {
	t = t.In(zone)
	shown := onClock(t, time.UTC)
	if start, _ := t.ZoneBounds(); !start.IsZero() {
		if before := onClock(start.Add(-1), time.UTC); before.After(shown) {
			return before
		}
	}
	return shown
}

// onClock returns when a clock of a zone shows what t shows.
func onClock(t time.Time, zone *time.Location) time.Time {
	year, month, day := t.Date()
	hour, minute, second := t.Clock()
	return time.Date(year, month, day, hour, minute, second, t.Nanosecond(), zone)
}

// ReminderAt returns the last reminder whose moment has come, and that moment. It decides what is overdue. There is none long
// before date_till, nor OverdueFor after it.
func ReminderAt(dateTill, now time.Time, zone *time.Location) (r Reminder, since time.Time) {
	deadline := Deadline(dateTill, zone)
	if now.Sub(deadline) >= OverdueFor {
		return NoReminder, time.Time{}
	}
	for _, r := range []Reminder{Overdue, HoursBefore, DayBefore} {
		if since := deadline.Add(-r.Lead()); !now.Before(since) {
			return r, since
		}
	}
	return NoReminder, time.Time{}
}

// RemindedAtCreation returns the reminder to store with an order that is created now: those to the performer whose moments have
// come already are left out, as the push about the new order is sent at the same time. The one for an overdue order is not.
func RemindedAtCreation(dateTill, now time.Time, zone *time.Location) Reminder {
	r, _ := ReminderAt(dateTill, now, zone)
	return min(r, HoursBefore)
}

// Quiet reports whether reminders wait now, and until when.
func Quiet(now time.Time, zone *time.Location) (until time.Time, quiet bool) {
	local := now.In(zone)
	year, month, day := local.Date()
	switch hour := local.Hour(); {
	case hour >= quietFrom:
		day++
	case hour >= quietUntil:
		return time.Time{}, false
	}
	return time.Date(year, month, day, quietUntil, 0, 0, 0, zone), true
}

// Pending is a new order that may have a reminder due.
type Pending struct {
	ID       string
	Rev      int // which change of the order this is
	Client   string
	DateTill time.Time
	Reminded Reminder // the last one that it has had
}

// Notice is a reminder that is due.
type Notice struct {
	Pending
	Due     Reminder
	Event   string    // the event_id of its pushes
	Expires time.Time // when they make no sense any more
	Sides   []Side    // whom it goes to; nobody, where another order's takes its place
}

// Remind returns the reminders that are due for the new orders of one performer, by date_till; none in the quiet hours. Of
// several that an order has missed it has the last one. Of those whose moments have come before the end of the last quiet hours
// the performer gets one, for the order that is due first.
func Remind(orders []Pending, now time.Time, zone *time.Location) []Notice {
	if _, quiet := Quiet(now, zone); quiet {
		return nil
	}
	year, month, day := now.In(zone).Date()
	morning := time.Date(year, month, day, quietUntil, 0, 0, 0, zone)
	orders = slices.Clone(orders)
	slices.SortStableFunc(orders, func(a, b Pending) int { return a.DateTill.Compare(b.DateTill) })
	var due []Notice
	waited := false
	for _, o := range orders {
		r, since := ReminderAt(o.DateTill, now, zone)
		if r <= o.Reminded {
			continue
		}
		n := Notice{Pending: o, Due: r, Event: EventID(o.ID, r, o.DateTill), Expires: expiry(r, o.DateTill, now, zone)}
		if r == Overdue {
			n.Sides = append(n.Sides, Client)
		}
		if late := since.Before(morning); !late || !waited {
			n.Sides = append(n.Sides, Performer)
			waited = waited || late
		}
		due = append(due, n)
	}
	return due
}

// expiry returns when a reminder makes no sense any more: when the next one comes.
func expiry(r Reminder, dateTill, now time.Time, zone *time.Location) time.Time {
	if r == Overdue {
		return now.Add(overdueLifetime)
	}
	return Deadline(dateTill, zone).Add(-(r + 1).Lead())
}

// EventID returns the event_id of an order's reminder: the same for the same date, and so told once.
func EventID(orderID string, r Reminder, dateTill time.Time) string {
	name := [...]string{DayBefore: "day", HoursBefore: "hours", Overdue: "overdue"}[r]
	return fmt.Sprintf("order-%s-%s-%s", orderID, name, dateTill.UTC().Format("20060102150405"))
}

// ReminderOf returns the reminder of an order with that event_id; ok is false where the order has another date now.
func ReminderOf(event, orderID string, dateTill time.Time) (r Reminder, ok bool) {
	for r := DayBefore; r <= Overdue; r++ {
		if EventID(orderID, r, dateTill) == event {
			return r, true
		}
	}
	return NoReminder, false
}
