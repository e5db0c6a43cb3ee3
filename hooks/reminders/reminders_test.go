package reminders_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/privet/privet/hooks/settings"
	"github.com/privet/privet/hooks/worker"
	"github.com/privet/privet/routes/testkit"
	"github.com/privet/privet/routes/testkit/fakes"
)

// An order has each reminder once, at its moment, to the right people, in their languages.
func TestReminders(t *testing.T) {
	s := start(t, clock(12, 0))
	first := s.order(30 * time.Hour)
	s.want("long before")
	s.move(first, 24*time.Hour+time.Minute)
	s.want("a minute too early")
	s.move(first, 24*time.Hour-time.Second)
	s.want("a day before", fmt.Sprintf("performer order.reminder %d", first))
	s.move(first, 3*time.Hour)
	s.want("between them")
	s.move(first, 2*time.Hour-time.Second)
	s.want("two hours before", fmt.Sprintf("performer order.reminder %d", first))
	s.AddDevice(s.client, "client-ru", "ru")
	s.move(first, -time.Second)
	s.want("overdue", fmt.Sprintf("client order.overdue %d", first), fmt.Sprintf("client-ru order.overdue %d", first), fmt.Sprintf("performer order.overdue %d", first))
	worker.ForeignChange(s.App)
	s.want("once")
	s.WantCleanLog()
}

// What a phone shows, in each language.
func TestTexts(t *testing.T) {
	s := start(t, clock(12, 0))
	s.AddDevice(s.performer, "performer-en", "en")
	s.AddDevice(s.client, "client-ru", "ru")
	client, performer := s.client.Data.String("data", "nickname"), s.performer.Data.String("data", "nickname")
	texts := map[string]string{}
	take := func(count int) {
		t.Helper()
		for _, m := range s.fcm.Wait(count, testkit.Soon) {
			texts[m.Token+" "+m.Type()] = m.Notification.Title + ": " + m.Notification.Body
			if m.Android.Notification.ChannelID != "orders" || m.Data["event_id"] == "" || len(m.Data) != 3 {
				t.Errorf("%+v", m)
			}
		}
	}
	id := s.order(30 * time.Hour)
	s.move(id, 23*time.Hour)
	take(4)
	s.move(id, -time.Minute)
	take(8)
	for to, want := range map[string]string{
		"performer-en order.reminder": "An order is due soon: " + client + " waits for your greeting",
		"performer order.reminder":    "Скоро срок заказа: " + client + " ждёт ваше поздравление",
		"client order.overdue":        "The date has passed: The greeting of " + performer + " for " + client + " is not ready yet",
		"client-ru order.overdue":     "Срок заказа прошёл: Поздравление ещё не готово. Клиент: " + client + ", исполнитель: " + performer,
	} {
		if texts[to] != want {
			t.Errorf("%s: %q, want %q", to, texts[to], want)
		}
	}
}

// The moments come without anybody doing anything.
func TestInTime(t *testing.T) {
	s := start(t, clock(12, 0))
	day, hours := s.order(30*time.Hour), s.order(30*time.Hour)
	overdue := s.order(2 * time.Second)
	s.move(hours, 23*time.Hour)
	if got := s.reminders(1); got != fmt.Sprintf("performer order.reminder %d", hours) {
		t.Fatal(got)
	}
	s.move(day, 24*time.Hour+2*time.Second)
	s.move(hours, 2*time.Hour+2*time.Second)
	want := fmt.Sprintf("client order.overdue %d, performer order.overdue %d, performer order.reminder %d, performer order.reminder %d", overdue, overdue, day, hours)
	if got := s.reminders(4); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// An order that is made late is not reminded of what it was too late for.
func TestMadeLate(t *testing.T) {
	s := start(t, clock(12, 0))
	day, hours := s.order(20*time.Hour), s.order(time.Hour)
	s.want("made late")
	s.move(day, time.Hour)
	s.want("two hours before", fmt.Sprintf("performer order.reminder %d", day))
	s.move(hours, -time.Minute)
	s.want("overdue", fmt.Sprintf("client order.overdue %d", hours), fmt.Sprintf("performer order.overdue %d", hours))
	old := s.order(-8 * 24 * time.Hour)
	s.want("too old to be told")
	s.Post(fmt.Sprintf("order/update/%d", old)).As(s.client.Token).JSON(`{"status":3}`).Do().Want(200)
	past := s.order(-time.Minute)
	s.want("made with a date that has passed", fmt.Sprintf("client order.overdue %d", past), fmt.Sprintf("performer order.overdue %d", past))
}

// Nobody is reminded of an order that is done or cancelled, nor of one whose client or performer is banned or erased.
func TestNoLongerNew(t *testing.T) {
	s := start(t, clock(12, 0))
	done, cancelled := s.order(30*time.Hour), s.order(30*time.Hour)
	s.Finish(s.performer, done).Want(200)
	s.Post(fmt.Sprintf("order/update/%d", cancelled)).As(s.client.Token).JSON(`{"status":3}`).Do().Want(200)
	all := []int{done, cancelled}
	for _, change := range []map[string]any{{"banned": true, "ban_reason": "Spam"}, {"erase": ""}} {
		for _, who := range []string{"client", "performer"} {
			client, performer := s.Client(), s.Performer()
			s.AddDevice(client, "client of one who "+who, "en")
			s.AddDevice(performer, "performer of one who "+who, "en")
			all = append(all, place(s.Server, client, performer, till(s.zone, 30*time.Hour)))
			person := map[string]testkit.Person{"client": client, "performer": performer}[who]
			if _, ok := change["erase"]; ok {
				change["erase"] = person.Email
			}
			s.dashboard.Change("users", person.ID, change).Want(200)
		}
	}
	for _, order := range all {
		s.move(order, -time.Minute)
	}
	s.want("no longer new")
	if n := s.Count(`orders WHERE date_till < '2100' AND reminded = 0`); n != len(all) {
		t.Errorf("%d orders without reminders, want %d", n, len(all))
	}
}

// A moderator who gives an order another date, or makes it new again, has its reminders told: not those again that were told
// for the same date.
func TestMoved(t *testing.T) {
	s := start(t, clock(12, 0))
	id := s.order(30 * time.Hour)
	change := func(fields map[string]any) {
		t.Helper()
		s.dashboard.Change("orders", id, fields).Want(200)
	}
	soon, later := till(s.zone, time.Hour)+"Z", till(s.zone, 23*time.Hour)+"Z"
	reminder := fmt.Sprintf("performer order.reminder %d", id)
	change(map[string]any{"date_till": soon})
	s.want("soon", reminder)
	change(map[string]any{"date_till": later})
	s.want("later", reminder)
	change(map[string]any{"date_till": soon})
	s.want("soon once more")
	change(map[string]any{"description": "Please greet my uncle"})
	s.want("another text")
	change(map[string]any{"status": "cancelled"})
	s.move(id, -time.Minute)
	s.want("cancelled")
	change(map[string]any{"status": "new"})
	s.want("new again", fmt.Sprintf("client order.overdue %d", id), fmt.Sprintf("performer order.overdue %d", id))
	change(map[string]any{"status": "cancelled"})
	change(map[string]any{"status": "new"})
	s.want("new again once more")
	s.Exec(`UPDATE orders SET date_till = '', reminded = 0 WHERE id = '%d'`, id)
	worker.ForeignChange(s.App)
	s.want("without a date")
	s.Exec(`UPDATE orders SET date_till = '%s', reminded = 0 WHERE id = '%d'`, till(s.zone, -time.Hour)[:13], id)
	worker.ForeignChange(s.App)
	s.want("with a date that can't be read")
}

// From 22 to 8 o'clock nothing is told.
func TestQuietHours(t *testing.T) {
	for _, hour := range []int{22, 7} {
		t.Run(fmt.Sprint(hour), func(t *testing.T) {
			s := start(t, clock(hour, 30))
			s.order(-time.Minute)
			s.fcm.Wait(1, testkit.Soon) // that it was ordered is told
			worker.ForeignChange(s.App)
			time.Sleep(300 * time.Millisecond)
			if n := s.Count("pushes"); n != 1 {
				t.Errorf("%d pushes", n)
			}
		})
	}
}

// At 8 o'clock a performer has one of all the reminders that have waited, for the order that is due first; each client has theirs.
func TestMorning(t *testing.T) {
	s := start(t, clock(8, 20))
	ids := make([]int, 5)
	for i := range ids {
		ids[i] = s.order(30 * time.Hour)
	}
	for i, fromNow := range []time.Duration{time.Hour, -6 * time.Hour, 20 * time.Hour, -5 * time.Hour, 24*time.Hour - time.Minute} {
		s.Exec(`UPDATE orders SET date_till = '%s.000Z' WHERE id = '%d'`, till(s.zone, fromNow), ids[i])
	}
	worker.ForeignChange(s.App)
	s.want("at 8 o'clock", fmt.Sprintf("client order.overdue %d", ids[1]), fmt.Sprintf("performer order.overdue %d", ids[1]),
		fmt.Sprintf("client order.overdue %d", ids[3]), fmt.Sprintf("performer order.reminder %d", ids[4])) // due since 8:19
	if n := s.Count(`orders WHERE reminded = 0 AND date_till < '2100' AND client = '%d'`); n != 0 {
		t.Errorf("%d orders wait", n)
	}
}

// A reminder that could not be sent before the quiet hours is decided anew after them.
func TestPutOff(t *testing.T) {
	s := start(t, clock(23, 0))
	id := s.order(-time.Minute)
	s.fcm.Wait(1, testkit.Soon)
	s.Exec(`UPDATE orders SET reminded = 3, date_till = '2026-01-02 03:04:05.000Z' WHERE id = '%d'`, id)
	s.Exec(`INSERT INTO pushes (id, state, sender, type, receiver, "order", device, tries, next_try, expires, event, created, updated)
		SELECT 'reminder', 'waiting', 'fcm', 'order.overdue', receiver, "order", device, 1, '', '2100-01-01 00:00:00.000Z', 'order-%d-overdue-20260102030405', created, updated FROM pushes`, id)
	worker.ForeignChange(s.App)
	s.AwaitOutbox("without the reminder", func(rows []string) bool { return len(rows) == 1 })
	if n := s.Count(fmt.Sprintf(`orders WHERE id = '%d' AND reminded = 2`, id)); n != 1 || s.fcm.Asked() != 1 {
		t.Errorf("%d orders to be told of, %d messages", n, s.fcm.Asked())
	}
}

// A reminder that waits to be sent is given up when the order is no longer new.
func TestObsolete(t *testing.T) {
	s := start(t, clock(12, 0))
	s.fcm.Answer(func(m fakes.Message) fakes.Reply {
		if m.Type() == "order.reminder" {
			return fakes.Reply{Status: http.StatusInternalServerError, Code: "INTERNAL"}
		}
		return fakes.Reply{}
	})
	id := s.order(30 * time.Hour)
	s.fcm.Wait(1, testkit.Soon)
	s.move(id, 23*time.Hour)
	s.AwaitOutbox("waiting", func(rows []string) bool { return strings.HasPrefix(rows[len(rows)-1], "waiting Firebase") })
	s.Finish(s.performer, id).Want(200)
	s.Exec(`UPDATE pushes SET next_try = '' WHERE state = 'waiting'`)
	worker.ForeignChange(s.App)
	s.AwaitOutbox("given up", func(rows []string) bool { return strings.HasPrefix(rows[1], "expired The order was finished") })
}

// With PRIVET_REMINDERS=0 nothing is told, and when it is on again what is not a week old.
func TestOff(t *testing.T) {
	s := start(t, clock(12, 0), func(s *settings.Settings) { s.Reminders = false })
	s.order(-time.Minute)
	s.fcm.Wait(1, testkit.Soon)
	worker.ForeignChange(s.App)
	time.Sleep(300 * time.Millisecond)
	if n := s.Count("pushes"); n != 1 {
		t.Errorf("%d pushes", n)
	}
}
