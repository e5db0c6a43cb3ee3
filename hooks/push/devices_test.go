package push_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/privet/privet/routes/testkit"
	"github.com/privet/privet/routes/testkit/fakes"
)

// Two devices with pushes about the same events in the outbox may be removed one after the other, in every way that
// there is: the outbox keeps nobody from signing in.
func TestDevicesOfOneEventGo(t *testing.T) {
	for name, remove := range map[string]func(s *testkit.Server, dashboard *testkit.Dashboard, p testkit.Person){
		"sign-in again": func(s *testkit.Server, _ *testkit.Dashboard, p testkit.Person) {
			s.AddDevice(p, "phone", "en")
			s.AddDevice(p, "tablet", "en")
		},
		"new password": func(s *testkit.Server, _ *testkit.Dashboard, p testkit.Person) {
			s.Post("user/update").As(p.Token).JSON(`{"password":"another one"}`).Do().Want(200)
			if n := s.Count(fmt.Sprintf("devices WHERE user = '%d'", p.ID)); n != 1 {
				t.Errorf("%d devices are signed in", n)
			}
		},
		"signed out by a moderator": func(_ *testkit.Server, dashboard *testkit.Dashboard, _ testkit.Person) {
			for _, row := range dashboard.List("devices") {
				dashboard.Delete("devices", row["id"]).Want(204)
			}
		},
		"ban": func(_ *testkit.Server, dashboard *testkit.Dashboard, p testkit.Person) {
			dashboard.Change("users", p.ID, map[string]any{"banned": true}).Want(200)
		},
		"erasure": func(_ *testkit.Server, dashboard *testkit.Dashboard, p testkit.Person) {
			dashboard.Change("users", p.ID, map[string]any{"erase": p.Email}).Want(200)
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := testkit.Start(t)
			dashboard := s.Dashboard()
			client, performer := s.Client(), s.Performer()
			s.AddDevice(performer, "phone", "en")
			s.AddDevice(performer, "tablet", "en")
			s.AddDevice(client, "client", "en")
			dashboard.Change("orders", s.Order(client, performer), map[string]any{"status": "cancelled"}).Want(200)
			if n := s.Count("pushes"); n != 5 {
				t.Fatalf("%d pushes", n)
			}
			remove(s, dashboard, performer)
			s.AddDevice(client, "client", "en")
			s.WantCleanLog()
		})
	}
}

// A device that signs in again receives the pushes that were waiting for it, at its new push token.
func TestPushesWaitForWhoComesAgain(t *testing.T) {
	fcm := fakes.NewFCM(t)
	fcm.Answer(fakes.Always(fakes.Reply{Status: 500, Code: "INTERNAL"}))
	s := testkit.Start(t, fcm.Configure)
	client, performer := s.Client(), s.Performer()
	s.AddDevice(performer, "phone", "en")
	s.Order(client, performer)
	s.AwaitOutbox("tried", func(rows []string) bool { return len(rows) == 1 && strings.HasPrefix(rows[0], "waiting Firebase") })
	again := s.Post("auth/login").JSON(map[string]any{
		"email": performer.Email, "password": testkit.Password, "device_id": "phone", "firebase_token": "new address"}).Do().Want(200).Map()
	fcm.Answer(nil)
	if _, err := s.App.DB().NewQuery("UPDATE pushes SET next_try = '2020-01-01 00:00:00.000Z'").Execute(); err != nil {
		t.Fatal(err)
	}
	s.Order(client, performer) // wakes the worker
	if got := s.AwaitOutbox("sent", func(rows []string) bool {
		return len(rows) == 2 && strings.HasPrefix(rows[0], "sent") && strings.HasPrefix(rows[1], "sent")
	}); len(got) != 2 {
		t.Error(got)
	}
	orders := map[string]bool{}
	for _, m := range fcm.Wait(2, testkit.Soon) {
		if m.Token != "new address" {
			t.Errorf("%s received the push about order %s", m.Token, m.Data["order_id"])
		}
		orders[m.Data["order_id"]] = true
	}
	if len(orders) != 2 {
		t.Errorf("pushes about the orders %v", orders)
	}
	s.Get("order/search").As(again.String("token")).Do().Want(http.StatusOK)
}

// A performer who has signed in more than a thousand times, with an app that sends no device_id, can still be ordered
// from.
func TestPushesToManyDevices(t *testing.T) {
	s := testkit.Start(t)
	client, performer := s.Client(), s.Performer()
	_, err := s.App.DB().NewQuery(fmt.Sprintf(`WITH RECURSIVE many (value) AS (SELECT 1000 UNION ALL SELECT value + 1 FROM many WHERE value < 5999)
		INSERT INTO devices (id, user, device_id, firebase_token, language, last_used, token, created, updated)
		SELECT value, '%d', '', 'address ' || value, 'en', '', 'token ' || value, '', '' FROM many`, performer.ID)).Execute()
	if err != nil {
		t.Fatal(err)
	}
	id := s.Order(client, performer)
	if n := s.Count("pushes"); n != 1000 {
		t.Errorf("%d pushes", n)
	}
	if n := s.Count("pushes WHERE device = '5999'"); n != 1 {
		t.Error("the newest device gets no push")
	}
	s.Post(fmt.Sprintf("order/update/%d", id)).As(client.Token).JSON(`{"status":3,"cancel_text":"no"}`).Do().Want(200)
}
