package routes_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/privet/privet/hooks/demo"
	"github.com/privet/privet/routes/testkit"
	"github.com/privet/privet/routes/testkit/fakes"
)

// demoPerson signs somebody of the demo in, on a phone that hears pushes.
func demoPerson(s *testkit.Server, name string) testkit.Person {
	m := s.Post("auth/login").JSON(map[string]any{"email": name + "@example.com", "password": demo.Password,
		"device_id": name, "firebase_token": name}).Do().Want(200).Map()
	return testkit.Person{ID: m.Int("data", "id"), Email: m.String("data", "email"), Token: m.String("token"), Data: m}
}

// A moderator's day, on the demo, in a real browser: an overdue order is cancelled, a performer banned, a video taken down,
// a client erased. Each time the API shows it, and those concerned hear of it. The guide's pictures are made here, by
//
//	go test ./routes -run DeskInABrowser -shots folder
func TestDeskInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("takes long")
	}
	const moderator = "olga@example.com"
	fcm := fakes.NewFCM(t)
	s := testkit.Start(t, fcm.Configure)
	password, err := demo.Fill(s.App, moderator, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	oleg, darya, jack := demoPerson(s, "oleg"), demoPerson(s, "darya"), demoPerson(s, "jack")
	max, misha := demoPerson(s, "max"), demoPerson(s, "misha")
	demoPerson(s, "boris")
	view := func(order int, as testkit.Person) testkit.Map {
		t.Helper()
		return s.Get(fmt.Sprintf("order/view/%d", order)).As(as.Token).Do().Want(200).Map()
	}
	hears := func(want ...string) {
		t.Helper()
		got := heard(fcm.Wait(len(want), soon))
		for _, line := range want {
			if !strings.Contains(got, line) {
				t.Errorf("nobody heard %q, but: %s", line, got)
			}
		}
		fcm.Forget()
	}
	d := openDashboard(t, s, moderator, password)

	// From the queue to the order that is overdue.
	d.list("queue_overdue_orders", 2)
	d.shot("queue")
	d.click(`(() => { const eye = document.querySelector('.page-content tr.handle .record-preview-icon'); eye?.dispatchEvent(new MouseEvent('mouseenter')); return eye })()`)
	d.until(`document.querySelector('.record-summary-dropdown a')?.hash.endsWith('collection=orders&record=10')`)
	d.shot("relation")
	d.form("orders", 10)
	d.shot("order")
	late := d.another()
	late.form("orders", 10)
	late.write("description", "Written in a tab that was opened before.")
	d.write("rating_rate", "5")
	d.refused("rating_rate", "Only a reviewed order has a rating")
	d.shot("refused", "rating_rate")
	d.write("rating_rate", "0")
	d.choose("status", "cancelled")
	d.write("cancel_text", "Исполнитель не успел. Закажите, пожалуйста, у другого.")
	d.settle()
	d.shot("cancel", "cancel_text")
	d.save()
	if order := view(10, darya); order.Int("data", "status") != 3 || !strings.Contains(order.String("data", "cancel_text"), "не успел") || order.At("data", "cancel_date") == nil {
		t.Errorf("cancelled: %v", order)
	}
	hears("boris order.cancelled", "darya order.cancelled")
	late.refused("rev", "The order has changed meanwhile: reload the page and make your change again")
	late.shot("stale")
	if text := view(10, darya).String("data", "description"); !strings.Contains(text, "Тамаре") {
		t.Errorf("the stale tab has written %q", text)
	}
	d.settle()
	d.list("order_history", 31)
	d.until(fmt.Sprintf(`(() => { const row = document.querySelector('.page-content tbody tr.handle'); return row?.innerText.includes('cancelled') && row.innerText.includes(%q) })()`, moderator))
	d.sideways()
	d.shot("history")

	// A performer who has another order open.
	d.form("users", misha.ID)
	d.turnOn("banned")
	d.write("ban_reason", "Three complaints in a week.")
	d.shot("ban", "banned_until")
	d.save()
	s.Post("auth/login").JSON(map[string]any{"email": misha.Email, "password": demo.Password}).Do().Want(401)
	s.Get("order/search").As(misha.Token).Do().Want(401)
	if found := s.Get("user/search?text=" + url.QueryEscape("Миша")).As(jack.Token).Do().Want(200).Map(); found.Len("data") != 0 {
		t.Errorf("banned, and found: %v", found)
	}
	if order := view(14, jack); order.Int("data", "status") != 3 {
		t.Errorf("the order of the banned performer: %v", order)
	}
	hears("jack order.cancelled")
	d.settle()
	d.list("queue_banned", 3)
	d.shot("queue-banned")

	// A video that must not be seen any more.
	video := view(1, oleg)
	file := pathOf(video.String("data", "media", 0, "path_url"))
	s.Get(file).Do().Want(200)
	d.list("media", 20)
	d.shot("media")
	d.form("media", video.Int("data", "media", 0, "id"))
	d.remove(func() { d.shot("media-delete") })
	s.Get(file).Do().Want(404)
	if order := view(1, oleg); order.Int("data", "status") != 4 || order.Len("data", "media") != 0 {
		t.Errorf("without its video: %v", order)
	}

	// Somebody who wants to be forgotten.
	d.form("users", jack.ID)
	d.write("erase", "somebody@example.com")
	d.refused("erase", "Type the user's e-mail")
	d.write("erase", jack.Email)
	d.settle()
	d.shot("erase", "erase")
	d.save()
	s.Post("auth/login").JSON(map[string]any{"email": jack.Email, "password": demo.Password}).Do().Want(401)
	if client := view(8, max).String("data", "client", "nickname"); client != "Deleted user" {
		t.Errorf("erased, and called %q", client)
	}

	// What the guide shows of the settings.
	d.settings()
	d.wantLoopback()
	late.wantLoopback()
	noTrouble(t, s)
}
