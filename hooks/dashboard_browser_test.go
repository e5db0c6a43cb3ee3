package hooks_test

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/privet/privet/hooks/demo"
	"github.com/privet/privet/routes/testkit"
	"github.com/privet/privet/routes/testkit/browser"
	"github.com/privet/privet/routes/testkit/fakes"

	"github.com/pocketbase/dbx"
)

// demoPerson signs in a user of the demo, on a device with a push token.
func demoPerson(s *testkit.Server, name string) testkit.Person {
	m := s.Post("auth/login").JSON(map[string]any{"email": name + "@example.com", "password": demo.Password,
		"device_id": name, "firebase_token": name}).Do().Want(200).Map()
	return testkit.Person{ID: m.Int("data", "id"), Email: m.String("data", "email"), Token: m.String("token"), Data: m}
}

// demoOrder returns the number of the order of the demo whose description begins with a text.
func demoOrder(s *testkit.Server, begins string) (id int) {
	order, err := s.App.FindFirstRecordByFilter("orders", "description ~ {:begins}", dbx.Params{"begins": begins + "%"})
	if err == nil {
		id, err = strconv.Atoi(order.Id)
	}
	if err != nil {
		panic(err)
	}
	return id
}

// pageOfList is how many rows the dashboard shows of a long list.
const pageOfList = 40

// An owner's work with the stock forms on the demo's data in a browser: cancelling an overdue order, banning a performer, taking down a
// video, erasing a client. The API shows each change, and the participants get pushes.
func TestDeskInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("takes long")
	}
	const moderator = "olga@example.com"
	fcm := fakes.NewFCM(t)
	s := testkit.Start(t, fcm.Configure)
	accounts, err := demo.Fill(s.App, demo.Staff{Owner: moderator, Moderator: "vera@example.com", Colleague: "kirill@example.com"}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	tamara, video, cat, mia := demoOrder(s, "Бабушке Тамаре"), demoOrder(s, "Поздравьте мою сестру Веру"), demoOrder(s, "Which cat"), demoOrder(s, "Happy birthday to Mia")
	s.Exec("UPDATE devices SET firebase_token = ''") // those of the demo
	oleg, darya, jack := demoPerson(s, "oleg"), demoPerson(s, "darya"), demoPerson(s, "jack")
	max, misha := demoPerson(s, "max"), demoPerson(s, "misha")
	demoPerson(s, "boris")
	view := func(order int, as testkit.Person) testkit.Map {
		t.Helper()
		return s.Get(fmt.Sprintf("order/view/%d", order)).As(as.Token).Do().Want(200).Map()
	}
	wantPushes := func(want ...string) {
		t.Helper()
		got := fakes.Summary(fcm.Wait(len(want), testkit.Soon))
		for _, line := range want {
			if !strings.Contains(got, line) {
				t.Errorf("no push %q, but: %s", line, got)
			}
		}
		fcm.Reset()
	}
	d := browser.OpenDashboard(t, s, moderator, accounts[0].Password)

	// An overdue order.
	d.Form("orders", tamara)
	stale := d.Another()
	stale.Form("orders", tamara)
	stale.Write("description", "Written in a tab that was opened before.")
	stale.Choose("status", "reviewed")
	d.Write("rating_rate", "5")
	d.WantRefused("rating_rate", "Only a reviewed order has a rating")
	d.Write("rating_rate", "0")
	d.Choose("status", "cancelled")
	d.Write("cancel_text", "Исполнитель не успел. Закажите, пожалуйста, у другого.")
	d.DismissMessages()
	d.Save()
	if order := view(tamara, darya); order.Int("data", "status") != 3 || !strings.Contains(order.String("data", "cancel_text"), "не успел") || order.At("data", "cancel_date") == nil {
		t.Errorf("cancelled: %v", order)
	}
	wantPushes("boris order.cancelled", "darya order.cancelled")
	stale.WantRefused("status", "Somebody else has changed it meanwhile")
	if text := view(tamara, darya).String("data", "description"); !strings.Contains(text, "Тамаре") {
		t.Errorf("the stale tab has written %q", text)
	}
	d.DismissMessages()
	d.List("order_history", pageOfList)
	d.Until(fmt.Sprintf(`(() => { const row = document.querySelector('.page-content tbody tr.handle'); return row?.innerText.includes('cancelled') && row.innerText.includes(%q) })()`, moderator))

	// A performer with a new order.
	d.Form("users", misha.ID)
	d.TurnOn("banned")
	d.Write("ban_reason", "Three complaints in a week.")
	d.Save()
	s.Post("auth/login").JSON(map[string]any{"email": misha.Email, "password": demo.Password}).Do().Want(401)
	s.Get("order/search").As(misha.Token).Do().Want(401)
	if found := s.Get("user/search?text=" + url.QueryEscape("Миша")).As(jack.Token).Do().Want(200).Map(); found.Len("data") != 0 {
		t.Errorf("banned, and found: %v", found)
	}
	if order := view(cat, jack); order.Int("data", "status") != 3 {
		t.Errorf("the order of the banned performer: %v", order)
	}
	wantPushes("jack order.cancelled")
	d.DismissMessages()

	// A video that must be taken down.
	delivered := view(video, oleg)
	file := testkit.PathOf(delivered.String("data", "media", 0, "path_url"))
	s.Get(file).Do().Want(200)
	d.List("media", pageOfList)
	d.Form("media", delivered.Int("data", "media", 0, "id"))
	d.Remove()
	s.Get(file).Do().Want(404)
	if order := view(video, oleg); order.Int("data", "status") != 4 || order.Len("data", "media") != 0 {
		t.Errorf("without its video: %v", order)
	}

	// A client who wants to be erased.
	d.Form("users", jack.ID)
	d.Write("erase", "somebody@example.com")
	d.WantRefused("erase", "Type the user's e-mail")
	d.Write("erase", jack.Email)
	d.DismissMessages()
	d.Save()
	s.Post("auth/login").JSON(map[string]any{"email": jack.Email, "password": demo.Password}).Do().Want(401)
	if client := view(mia, max).String("data", "client", "nickname"); client != "Deleted user" {
		t.Errorf("erased, and called %q", client)
	}

	d.WantLoopback()
	stale.WantLoopback()
	s.WantCleanLog()
}
