package order

import (
	"fmt"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // the machine may have no database of time zones
)

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func at(t *testing.T, text string) time.Time {
	t.Helper()
	moment, err := time.Parse(time.DateTime, text)
	if err != nil {
		t.Fatal(err)
	}
	return moment
}

// The last reminder of an order with that date_till at that moment in UTC, in zones east and west, at the changes of the clocks
// and at both ends of each interval.
func TestReminderAt(t *testing.T) {
	for _, c := range []struct {
		zone, dateTill, now string
		want                Reminder
	}{
		{"UTC", "2026-06-10 12:00:00", "2026-06-09 11:59:59", NoReminder},
		{"UTC", "2026-06-10 12:00:00", "2026-06-09 12:00:00", DayBefore},
		{"UTC", "2026-06-10 12:00:00", "2026-06-10 09:59:59", DayBefore},
		{"UTC", "2026-06-10 12:00:00", "2026-06-10 10:00:00", HoursBefore},
		{"UTC", "2026-06-10 12:00:00", "2026-06-10 11:59:59", HoursBefore},
		{"UTC", "2026-06-10 12:00:00", "2026-06-10 12:00:00", Overdue},
		{"UTC", "2026-06-10 12:00:00", "2026-06-17 11:59:59", Overdue},
		{"UTC", "2026-06-10 12:00:00", "2026-06-17 12:00:00", NoReminder},
		{"UTC", "0001-01-01 00:00:00", "2026-06-17 12:00:00", NoReminder},
		{"UTC", "9999-12-31 23:59:59", "2026-06-17 12:00:00", NoReminder},
		{"Asia/Vladivostok", "2026-06-10 12:00:00", "2026-06-10 01:59:59", HoursBefore}, // UTC+10
		{"Asia/Vladivostok", "2026-06-10 12:00:00", "2026-06-10 02:00:00", Overdue},
		{"America/New_York", "2026-06-10 12:00:00", "2026-06-10 15:59:59", HoursBefore}, // UTC−4
		{"America/New_York", "2026-06-10 12:00:00", "2026-06-10 16:00:00", Overdue},
		{"Asia/Kathmandu", "2026-06-10 12:00:00", "2026-06-10 06:14:59", HoursBefore}, // UTC+5:45
		{"Asia/Kathmandu", "2026-06-10 12:00:00", "2026-06-10 06:15:00", Overdue},
		// Clocks go from 02:00 to 03:00 on 29 March 2026, and from 03:00 to 02:00 on 25 October: the day before has 24 hours.
		{"Europe/Berlin", "2026-03-29 12:00:00", "2026-03-28 09:59:59", NoReminder},
		{"Europe/Berlin", "2026-03-29 12:00:00", "2026-03-28 10:00:00", DayBefore},
		{"Europe/Berlin", "2026-03-29 12:00:00", "2026-03-29 10:00:00", Overdue},
		{"Europe/Berlin", "2026-10-25 12:00:00", "2026-10-24 10:59:59", NoReminder},
		{"Europe/Berlin", "2026-10-25 12:00:00", "2026-10-24 11:00:00", DayBefore},
		{"Europe/Berlin", "2026-10-25 12:00:00", "2026-10-25 11:00:00", Overdue},
		// An hour that there is not, and one that there is twice: its first one counts.
		{"Europe/Berlin", "2026-03-29 02:30:00", "2026-03-29 00:59:59", HoursBefore},
		{"Europe/Berlin", "2026-03-29 02:30:00", "2026-03-29 01:00:00", Overdue},
		{"Europe/Berlin", "2026-10-25 02:30:00", "2026-10-25 00:29:59", HoursBefore},
		{"Europe/Berlin", "2026-10-25 02:30:00", "2026-10-25 00:30:00", Overdue},
		{"America/New_York", "2026-11-01 01:30:00", "2026-11-01 05:29:59", HoursBefore},
		{"America/New_York", "2026-11-01 01:30:00", "2026-11-01 05:30:00", Overdue},
	} {
		if got, _ := ReminderAt(at(t, c.dateTill), at(t, c.now), zone(t, c.zone)); got != c.want {
			t.Errorf("%s %s at %s UTC: %d, want %d", c.zone, c.dateTill, c.now, got, c.want)
		}
	}
}

// The queue looks for orders by DateTill, and whether one is due is decided by Deadline: both must say the same at each moment,
// also while clocks change. Otherwise the queue would find an order again and again for which nothing is due.
func TestDateTillIsTheOtherWayRound(t *testing.T) {
	for _, c := range []struct{ zone, around string }{
		{"UTC", "2026-06-01 12:00:00"},
		{"Europe/Moscow", "2026-06-01 12:00:00"},
		{"Asia/Kathmandu", "2026-06-01 12:00:00"},
		{"Europe/Berlin", "2026-03-29 01:00:00"},
		{"Europe/Berlin", "2026-10-25 01:00:00"},
		{"America/New_York", "2026-03-08 07:00:00"},
		{"America/New_York", "2026-11-01 06:00:00"},
		{"Australia/Lord_Howe", "2026-04-04 15:00:00"}, // by half an hour
		{"Australia/Lord_Howe", "2026-10-03 15:30:00"},
		{"Australia/Sydney", "2040-12-31 13:00:00"}, // where Go sees a change that is none
		{"Australia/Sydney", "2042-10-04 16:00:00"},
		{"Australia/Sydney", "2043-04-04 16:00:00"},
		{"Pacific/Apia", "2011-12-30 10:00:00"}, // leaves a day out
	} {
		z, around := zone(t, c.zone), at(t, c.around)
		shown := onClock(around.In(z), time.UTC)
		for n := -200; n <= 200; n++ {
			now := around.Add(time.Duration(n) * time.Minute)
			for m := -1700; m <= 1700; m += 7 {
				dateTill := shown.Add(time.Duration(m) * time.Minute)
				if passed := !now.Before(Deadline(dateTill, z)); passed != !dateTill.After(DateTill(now, z)) {
					t.Fatalf("%s at %s: %s has come: %v, by its moment %s", c.zone, now, dateTill, !passed, Deadline(dateTill, z).UTC())
				}
			}
		}
	}
}

func TestQuiet(t *testing.T) {
	for _, c := range []struct{ zone, now, until string }{
		{"UTC", "2026-06-10 07:59:59", "2026-06-10 08:00:00"},
		{"UTC", "2026-06-10 08:00:00", ""},
		{"UTC", "2026-06-10 21:59:59", ""},
		{"UTC", "2026-06-10 22:00:00", "2026-06-11 08:00:00"},
		{"UTC", "2026-12-31 23:00:00", "2027-01-01 08:00:00"},
		{"Europe/Moscow", "2026-06-10 04:59:59", "2026-06-10 05:00:00"},
		{"Europe/Moscow", "2026-06-10 05:00:00", ""},
		{"Europe/Moscow", "2026-06-10 19:00:00", "2026-06-11 05:00:00"},
		{"America/New_York", "2026-06-10 02:00:00", "2026-06-10 12:00:00"},
		{"Europe/Berlin", "2026-03-28 22:00:00", "2026-03-29 06:00:00"}, // the night has an hour less
		{"Europe/Berlin", "2026-10-24 22:00:00", "2026-10-25 07:00:00"}, // and one more
	} {
		until, quiet := Quiet(at(t, c.now), zone(t, c.zone))
		got := ""
		if quiet {
			got = until.UTC().Format(time.DateTime)
		}
		if got != c.until {
			t.Errorf("%s at %s UTC: %q, want %q", c.zone, c.now, got, c.until)
		}
	}
}

// What becomes of a performer's orders at a moment: whom each reminder goes to.
func TestRemind(t *testing.T) {
	order := func(id, dateTill string, reminded Reminder) Pending {
		return Pending{ID: id, DateTill: at(t, dateTill), Reminded: reminded}
	}
	for _, c := range []struct {
		name, now string
		orders    []Pending
		want      string
	}{
		{"nothing due", "2026-06-10 12:00:00", []Pending{order("1", "2026-06-12 12:00:00", 0)}, ""},
		{"a day before", "2026-06-10 12:00:00", []Pending{order("1", "2026-06-11 12:00:00", 0)}, "order-1-day-20260611120000 [performer] until 06-11 10:00"},
		{"told already", "2026-06-10 12:00:01", []Pending{order("1", "2026-06-11 12:00:00", DayBefore)}, ""},
		{"both missed: the last one", "2026-06-10 12:00:00", []Pending{order("1", "2026-06-10 13:00:00", 0)}, "order-1-hours-20260610130000 [performer] until 06-10 13:00"},
		{"all missed", "2026-06-10 12:00:00", []Pending{order("1", "2026-06-10 11:00:00", 0)}, "order-1-overdue-20260610110000 [client performer] until 06-11 12:00"},
		{"missed by too much", "2026-06-10 12:00:00", []Pending{order("1", "2026-06-03 12:00:00", 0)}, ""},
		{"several by day: each", "2026-06-10 12:00:00", []Pending{order("2", "2026-06-11 11:30:00", 0), order("1", "2026-06-11 11:00:00", 0)},
			"order-1-day-20260611110000 [performer] until 06-11 09:00; order-2-day-20260611113000 [performer] until 06-11 09:30"},
		{"the quiet hours", "2026-06-10 22:00:00", []Pending{order("1", "2026-06-10 20:00:00", 0)}, ""},
		{"before their end", "2026-06-10 07:59:59", []Pending{order("1", "2026-06-10 05:00:00", 0)}, ""},
		{"after them: one, for the order due first", "2026-06-10 08:00:00",
			[]Pending{order("3", "2026-06-11 06:00:00", 0), order("2", "2026-06-10 09:00:00", DayBefore), order("1", "2026-06-10 03:00:00", HoursBefore), order("4", "2026-06-11 08:00:00", 0)},
			"order-1-overdue-20260610030000 [client performer] until 06-11 08:00; order-2-hours-20260610090000 [] until 06-10 09:00; " +
				"order-3-day-20260611060000 [] until 06-11 04:00; order-4-day-20260611080000 [performer] until 06-11 06:00"},
		{"every client hears that it is overdue", "2026-06-10 08:00:00", []Pending{order("1", "2026-06-10 03:00:00", 0), order("2", "2026-06-10 04:00:00", 0)},
			"order-1-overdue-20260610030000 [client performer] until 06-11 08:00; order-2-overdue-20260610040000 [client] until 06-11 08:00"},
	} {
		var got []string
		for _, n := range Remind(c.orders, at(t, c.now), time.UTC) {
			got = append(got, fmt.Sprintf("%s %v until %s", n.Event, n.Sides, n.Expires.Format("01-02 15:04")))
		}
		if strings.Join(got, "; ") != c.want {
			t.Errorf("%s: %s, want %s", c.name, strings.Join(got, "; "), c.want)
		}
	}
}

// An order that is created late has no reminders whose moments have passed, but is overdue when its date has.
func TestRemindedAtCreation(t *testing.T) {
	for dateTill, want := range map[string]Reminder{
		"2026-06-12 12:00:00": NoReminder, "2026-06-11 11:00:00": DayBefore, "2026-06-10 13:00:00": HoursBefore, "2026-06-10 11:00:00": HoursBefore,
	} {
		if got := RemindedAtCreation(at(t, dateTill), at(t, "2026-06-10 12:00:00"), time.UTC); got != want {
			t.Errorf("%s: %d, want %d", dateTill, got, want)
		}
	}
}
