package dashboard_test

import (
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/privet/privet/routes/testkit"
	"github.com/privet/privet/routes/testkit/fakes"
)

// An order's form with an impossible state is rejected with a message on the field, and the order doesn't change.
func TestDeskOrderForms(t *testing.T) {
	s := testkit.Start(t)
	client, performer, other, banned := s.Client(), s.Performer(), s.Performer(), s.Client()
	dashboard := s.Dashboard()
	dashboard.Change("users", banned.ID, map[string]any{"banned": true}).Want(200)
	fresh, done, reviewed, cancelled := s.Order(client, performer), s.Order(client, performer), s.Order(client, performer), s.Order(client, performer)
	for _, order := range []int{done, reviewed} {
		s.Finish(performer, order).Want(200)
	}
	s.Post(fmt.Sprintf("order/update/%d", reviewed)).As(client.Token).JSON(`{"rating_rate":4.5,"rating_text":"Good"}`).Do().Want(200)
	s.Post(fmt.Sprintf("order/update/%d", cancelled)).As(client.Token).JSON(`{"status":3}`).Do().Want(200)

	changes := []struct {
		order  int
		fields map[string]any
		wrong  []string
	}{
		{fresh, map[string]any{"client": fmt.Sprint(other.ID)}, []string{"client"}},
		{fresh, map[string]any{"client": ""}, []string{"client"}},
		{fresh, map[string]any{"performer": fmt.Sprint(other.ID), "client": fmt.Sprint(other.ID)}, []string{"performer", "client"}},
		{fresh, map[string]any{"performer": fmt.Sprint(client.ID)}, []string{"performer"}},
		{fresh, map[string]any{"status": "nonsense"}, []string{"status"}},
		{fresh, map[string]any{"status": ""}, []string{"status"}},
		{fresh, map[string]any{"occasion": "wedding"}, []string{"occasion"}},
		{fresh, map[string]any{"description": ""}, []string{"description"}},
		{fresh, map[string]any{"description": strings.Repeat("x", 1<<20+1)}, []string{"description"}},
		{fresh, map[string]any{"date_till": "nonsense"}, []string{"date_till"}},
		{fresh, map[string]any{"date_till": "2030-02-31 99:00:00"}, []string{"date_till"}},
		{fresh, map[string]any{"date_till": ""}, []string{"date_till"}},
		{fresh, map[string]any{"price": -1}, []string{"price"}},
		{fresh, map[string]any{"price": 3}, []string{"price"}},
		{fresh, map[string]any{"price": "much"}, []string{"price"}},
		{fresh, map[string]any{"rating_rate": 5}, []string{"rating_rate"}},
		{fresh, map[string]any{"rating_text": "Good"}, []string{"rating_text"}},
		{fresh, map[string]any{"cancel_text": "No"}, []string{"cancel_text"}},
		{fresh, map[string]any{"cancel_date": "2026-01-01 00:00:00"}, []string{"cancel_date"}},
		{fresh, map[string]any{"status": "reviewed"}, []string{"rating_rate"}},
		{done, map[string]any{"status": "reviewed", "rating_rate": 0.5}, []string{"rating_rate"}},
		{done, map[string]any{"status": "reviewed", "rating_rate": 5.1}, []string{"rating_rate"}},
		{done, map[string]any{"status": "reviewed", "rating_rate": -1}, []string{"rating_rate"}},
		{reviewed, map[string]any{"rating_rate": 0}, []string{"rating_rate"}},
		{reviewed, map[string]any{"rating_rate": 6}, []string{"rating_rate"}},
		{cancelled, map[string]any{"cancel_date": ""}, []string{"cancel_date"}},
		{cancelled, map[string]any{"rating_rate": 3}, []string{"rating_rate"}},
	}
	for _, c := range changes {
		t.Run(fmt.Sprint("order ", c.order, " ", caseName(c.fields)), func(t *testing.T) {
			dashboard := dashboard.WithT(t)
			before := dashboard.Open("orders", c.order)
			dashboard.Change("orders", c.order, c.fields).WantFields(c.wrong...)
			wantUnchanged(t, dashboard, "orders", c.order, before)
		})
	}

	good := map[string]any{"client": fmt.Sprint(client.ID), "performer": fmt.Sprint(performer.ID), "status": "new", "description": "d", "date_till": "2030-01-01 00:00:00"}
	creations := []struct {
		fields map[string]any
		wrong  string
	}{
		{map[string]any{"client": "999"}, "client"},
		{map[string]any{"client": ""}, "client"},
		{map[string]any{"client": fmt.Sprint(banned.ID)}, "client"},
		{map[string]any{"performer": fmt.Sprint(other.ID), "client": fmt.Sprint(other.ID)}, "performer"},
		{map[string]any{"performer": fmt.Sprint(banned.ID)}, "performer"},
		{map[string]any{"performer": "999"}, "performer"},
		{map[string]any{"performer": ""}, "performer"},
		{map[string]any{"description": ""}, "description"},
		{map[string]any{"date_till": "soon"}, "date_till"},
		{map[string]any{"date_till": nil}, "date_till"},
		{map[string]any{"status": "reviewed"}, "rating_rate"},
		{map[string]any{"rating_rate": 5}, "rating_rate"},
		{map[string]any{"cancel_text": "x"}, "cancel_text"},
		{map[string]any{"status": "nonsense"}, "status"},
	}
	for _, c := range creations {
		t.Run("create "+caseName(c.fields), func(t *testing.T) {
			fields := maps.Clone(good)
			maps.Copy(fields, c.fields)
			dashboard.WithT(t).Create("orders", fields).WantFields(c.wrong)
		})
	}
	if n := s.Count("orders"); n != 4 {
		t.Errorf("%d orders", n)
	}
	id := dashboard.Create("orders", good).Want(200).Map().String("id")
	if made := dashboard.Open("orders", id); made["price"] != 2.99 || id != "5" {
		t.Errorf("made by a moderator: %v", made)
	}
	// By whatever way an order is delivered, it has the moment, and keeps it until it is new again.
	delivered := func(id string, change map[string]any) string {
		t.Helper()
		if change != nil {
			dashboard.Change("orders", id, change).Want(200)
		}
		row := dashboard.Open("orders", id)
		if row["took"] != 0.0 {
			t.Errorf("order %s took %v", id, row["took"])
		}
		return fmt.Sprint(row["delivered"])
	}
	for _, first := range []map[string]any{{"status": "done"}, {"status": "reviewed", "rating_rate": 5}, {"status": "cancelled", "cancel_text": "x"}} {
		fields := maps.Clone(good)
		maps.Copy(fields, first)
		id := dashboard.Create("orders", fields).Want(200).Map().String("id")
		if at := delivered(id, nil); (at == "") != (first["status"] == "cancelled") {
			t.Errorf("created as %s: delivered %q", first["status"], at)
		}
		at := delivered(id, map[string]any{"status": "done"})
		if at == "" || delivered(id, map[string]any{"status": "cancelled", "cancel_text": "y"}) != at || delivered(id, map[string]any{"status": "new"}) != "" {
			t.Errorf("created as %s: delivered %q when it was done", first["status"], at)
		}
	}
	s.WantCleanLog()
}

// A moderator may set any status. The fields of the former status are cleared, both participants see the change and are
// notified, and the history names the moderator.
func TestDeskStatuses(t *testing.T) {
	fcm := fakes.NewFCM(t)
	s := testkit.Start(t, fcm.Configure)
	client, performer := s.Client(), s.Performer()
	s.AddDevice(client, "client", "en")
	s.AddDevice(performer, "performer", "en")
	dashboard := s.Dashboard()
	order := s.Order(client, performer)
	fcm.Wait(1, testkit.Soon)
	fcm.Reset()
	view := func(p testkit.Person) testkit.Map {
		return s.Get(fmt.Sprintf("order/view/%d", order)).As(p.Token).Do().Want(200).Map()
	}
	setStatus := func(fields map[string]any, status int, pushes ...string) testkit.Map {
		t.Helper()
		dashboard.Change("orders", order, fields).Want(200)
		m := view(client)
		if m.Int("data", "status") != status || (status != 3) != (m.At("data", "cancel_date") == nil) || (status != 4) != (m.At("data", "rating_rate") == nil) {
			t.Errorf("after %v: %v", fields, m)
		}
		if got := fakes.Summary(fcm.Wait(len(pushes), testkit.Soon)); got != strings.Join(pushes, "\n") {
			t.Errorf("after %v the pushes are %s", fields, got)
		}
		fcm.Reset()
		return m
	}
	setStatus(map[string]any{"status": "done"}, 2, "client order.done Your greeting is ready")
	m := setStatus(map[string]any{"status": "reviewed", "rating_rate": 2, "rating_text": "Meh"}, 4, "performer order.reviewed New review")
	if m.String("data", "rating_text") != "Meh" {
		t.Errorf("%v", m)
	}
	setStatus(map[string]any{"rating_rate": 3, "rating_text": "So so"}, 4)
	m = setStatus(map[string]any{"status": "cancelled", "cancel_text": "Insults"}, 3,
		"client order.cancelled Order cancelled", "performer order.cancelled Order cancelled")
	if m.String("data", "cancel_text") != "Insults" || m.At("data", "rating_text") != nil {
		t.Errorf("%v", m)
	}
	// A browser that focuses the date field cuts the date to seconds.
	at := fmt.Sprint(dashboard.Open("orders", order)["cancel_date"])
	setStatus(map[string]any{"cancel_text": "Insults, twice", "occasion": "", "cancel_date": at[:19] + "Z"}, 3)
	m = setStatus(map[string]any{"status": "new"}, 1)
	if m.At("data", "cancel_text") != nil || m.At("data", "occasion_id") != nil {
		t.Errorf("%v", m)
	}
	// The participants continue as with any new order.
	s.Finish(performer, order).Want(200)
	s.Post(fmt.Sprintf("order/update/%d", order)).As(client.Token).JSON(`{"rating_rate":5}`).Do().Want(200)

	var rows []string
	for _, row := range dashboard.List("order_history") {
		rows = append(rows, fmt.Sprint(row["from"], ">", row["to"], " ", row["actor"], row["moderator"]))
	}
	const by = " moderatorowner@example.com"
	want := []string{">new client", "new>done" + by, "done>reviewed" + by, "reviewed>cancelled" + by, "cancelled>new" + by, "new>done performer", "done>reviewed client"}
	if got := strings.Join(rows, "\n"); got != strings.Join(want, "\n") {
		t.Errorf("history\n%s\nwant\n%s", got, strings.Join(want, "\n"))
	}
}

// Nobody can delete orders or their history, and nobody can edit the collections that the server maintains.
func TestDeskSealed(t *testing.T) {
	s := testkit.Start(t)
	client, performer := s.Signup("role", "1", "device_id", "phone", "firebase_token", "push"), s.Performer()
	s.AddDevice(performer, "performer", "en")
	dashboard := s.Dashboard()
	order := s.Order(client, performer)
	s.Post("user/get-by-invite").JSON(map[string]any{"invite": client.Data.String("data", "invite")}).Do().Want(200)
	history, push := dashboard.List("order_history")[0]["id"], dashboard.List("pushes")[0]["id"]
	invite := dashboard.List("invite_tokens")[0]["id"]

	dashboard.Delete("orders", order).WantMessage("can't be deleted")
	dashboard.Delete("order_history", history).WantMessage("can't be deleted")
	for _, collection := range []string{"orders", "order_history", "users"} {
		dashboard.Request(http.MethodDelete, "collections/"+collection+"/truncate").Do().Want(400)
	}
	o, err := s.App.FindRecordById("orders", fmt.Sprint(order))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.App.Delete(o); err == nil {
		t.Error("a program deletes an order")
	}
	row, err := s.App.FindRecordById("order_history", fmt.Sprint(history))
	if err != nil {
		t.Fatal(err)
	}
	row.Set("to", "done")
	if err := s.App.Save(row); err == nil {
		t.Error("a program rewrites the history")
	}

	for _, c := range []struct {
		collection string
		id         any
		fields     map[string]any
		wrong      []string
	}{
		{"order_history", history, map[string]any{"to": "done"}, []string{"to"}},
		{"order_history", history, map[string]any{"actor": "moderator", "moderator": "x", "from": "new"}, []string{"actor", "moderator", "from"}},
		{"pushes", push, map[string]any{"state": "sent"}, []string{"state"}},
		{"pushes", push, map[string]any{"expires": ""}, []string{"expires"}},
		{"pushes", push, map[string]any{"receiver": fmt.Sprint(client.ID)}, []string{"receiver"}},
		{"devices", 1, map[string]any{"token": strings.Repeat("0", 64)}, []string{"token"}},
		{"devices", 1, map[string]any{"user": fmt.Sprint(performer.ID)}, []string{"user"}},
		{"devices", 1, map[string]any{"firebase_token": "other", "language": "ru"}, []string{"firebase_token", "language"}},
		{"invite_tokens", invite, map[string]any{"expires": "2099-01-01 00:00:00"}, []string{"expires"}},
		{"invite_tokens", invite, map[string]any{"expires": "never"}, []string{"expires"}},
		{"invite_tokens", invite, map[string]any{"token": "x"}, []string{"token"}},
	} {
		t.Run(c.collection+" "+caseName(c.fields), func(t *testing.T) {
			dashboard := dashboard.WithT(t)
			before := dashboard.Open(c.collection, c.id)
			dashboard.Change(c.collection, c.id, c.fields).WantFields(c.wrong...)
			wantUnchanged(t, dashboard, c.collection, c.id, before)
		})
	}
	user := fmt.Sprint(client.ID)
	dashboard.Create("order_history", map[string]any{"order": fmt.Sprint(order), "to": "done", "actor": "client"}).WantFields("order")
	dashboard.Create("devices", map[string]any{"user": user, "token": strings.Repeat("0", 64)}).WantFields("user")
	dashboard.Create("invite_tokens", map[string]any{"user": user, "token": "0", "expires": "2099-01-01 00:00:00"}).WantFields("user")
	dashboard.Create("pushes", map[string]any{"receiver": user, "state": "waiting", "type": "test", "event": "e"}).WantFields("state")

	// Pushes, invite tokens and devices may be deleted.
	dashboard.Delete("pushes", push).Want(204)
	dashboard.Delete("invite_tokens", invite).Want(204)
	dashboard.Delete("devices", 1).Want(204)
	s.Get("order/search").As(client.Token).Do().Want(401)
	s.WantCleanLog()
}

// A moderator can't do on behalf of a disabled participant what the participant can't: an order doesn't become new
// again while one of its participants is disabled, and an erased client gets no new texts.
func TestDeskOrdersOfTheGone(t *testing.T) {
	s := testkit.Start(t)
	dashboard := s.Dashboard()
	client, performer, erased := s.Client(), s.Performer(), s.Client()
	one, two := s.Order(client, performer), s.Order(erased, performer)
	dashboard.Change("users", performer.ID, map[string]any{"banned": true}).Want(200)
	dashboard.Change("orders", one, map[string]any{"status": "new"}).WantFields("status")
	dashboard.Change("users", performer.ID, map[string]any{"banned": false}).Want(200)
	dashboard.Change("orders", one, map[string]any{"status": "new"}).Want(200)
	dashboard.Change("users", erased.ID, map[string]any{"erase": erased.Email}).Want(200)
	dashboard.Change("orders", two, map[string]any{"status": "new"}).WantFields("status")
	dashboard.Change("orders", two, map[string]any{"description": "Words"}).WantFields("description")
	dashboard.Change("orders", two, map[string]any{"status": "reviewed", "rating_rate": 1, "rating_text": "Words"}).WantFields("rating_text")
	dashboard.Change("orders", two, map[string]any{"status": "done"}).Want(200)
}
