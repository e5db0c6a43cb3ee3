package routes_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/privet/privet/routes/testkit"
)

// Only a user with role performer can be ordered from. The order keeps the performer's price.
func TestOrderCreate(t *testing.T) {
	s := testkit.Start(t)
	client, performer := s.Client(), s.Performer()
	create := func(p testkit.Person, performer any) *testkit.Answer {
		return s.Post("order/create").As(p.Token).JSON(map[string]any{
			"performer_id": performer, "description": "Hi", "date_till": "0001-01-01 00:00:00"}).Do()
	}
	const invalid = "The selected performer id is invalid."
	create(performer, performer.ID).WantError("performer_id", invalid)
	create(performer, client.ID).WantError("performer_id", invalid)
	create(client, 999).WantError("performer_id", invalid)
	create(client, -1).WantError("performer_id", invalid)

	created := create(client, fmt.Sprint(performer.ID)).Want(200)
	m := created.Map()
	if m.Int("data", "id") != 1 || m.Int("data", "status") != 1 || m.At("data", "occasion_id") != nil ||
		m.String("data", "date_till") != "0001-01-01 00:00:00" || m.At("data", "cancel_date") != nil || m.At("data", "rating_rate") != nil {
		t.Errorf("created: %v", m)
	}
	for _, key := range []string{`"media"`, `"performer"`, `"client"`} {
		if strings.Contains(string(created.Body), key) {
			t.Errorf("a created order has %s", key)
		}
	}
	// A performer may be another performer's client.
	second := s.Performer()
	create(second, performer.ID).Want(200)
	if m := s.Get("order/view/2").As(second.Token).Do().Want(200).Map(); m.Int("data", "client_id") != second.ID {
		t.Errorf("%v", m)
	}
	// The order keeps the price of that time.
	price, err := s.App.FindRecordById("orders", "1")
	if err != nil || price.GetFloat("price") != 2.99 {
		t.Errorf("the order's price: %v %v", price, err)
	}
}

// The API enforces the rules of package order, whose own tests cover all transitions.
func TestOrderUpdate(t *testing.T) {
	s := testkit.Start(t)
	client, performer, stranger := s.Client(), s.Performer(), s.Client()
	order := s.Order(client, performer)
	update := func(p testkit.Person, body string) *testkit.Answer {
		return s.Post(fmt.Sprintf("order/update/%d", order)).As(p.Token).JSON(body).Do()
	}
	// Somebody else's order is not found, whatever the input.
	for _, path := range []string{fmt.Sprint(order), "999", "0", "abc", "-1", "1.5", "99999999999999999999"} {
		t.Run("not found "+path, func(t *testing.T) {
			s.WithT(t).Post("order/update/" + path).As(stranger.Token).JSON(`{"status":9}`).Do().Want(404).
				WantJSON(`{"status":"error","message":"Not found"}`)
		})
	}
	update(client, `{"status":9}`).WantError("status", "The selected status is invalid.")
	update(client, `{}`).Want(200)
	update(client, `{"status":1,"cancel_text":"ignored"}`).Want(200)
	update(client, `{"rating_rate":5}`).WantError("rating_rate", "The rating rate field is prohibited.")

	before := time.Now().UTC().Truncate(time.Second)
	m := update(client, `{"status":3,"cancel_text":" Changed my mind "}`).Want(200).Map()
	at, err := time.Parse(time.DateTime, m.String("data", "cancel_date"))
	if err != nil || at.Before(before) || at.After(time.Now().UTC()) || m.String("data", "cancel_text") != "Changed my mind" {
		t.Errorf("cancelled: %v %v", m, err)
	}
	again := update(performer, `{"status":3,"cancel_text":"Me too"}`).Want(200).Map()
	if again.String("data", "cancel_text") != "Changed my mind" {
		t.Errorf("cancelling again changed the order: %v", again)
	}
	s.Finish(performer, order).WantError("status", "The selected status is invalid.")
	s.Post(fmt.Sprintf("order/update/%d", order)).As(performer.Token).Multipart([]testkit.File{testkit.Picture()}).Do().
		WantError("media", "The media field is prohibited.")

	// Media are added to those that the order has. A client's are ignored and leave nothing behind.
	order = s.Order(client, performer)
	add := func(p testkit.Person) testkit.Map {
		return s.Post(fmt.Sprintf("order/update/%d", order)).As(p.Token).Multipart([]testkit.File{testkit.Clip(100)}).Do().Want(200).Map()
	}
	add(performer)
	if m := add(client); m.Len("data", "media") != 1 {
		t.Errorf("a client's media: %v", m)
	}
	s.Finish(performer, order).Want(200)
	if m = add(performer); m.Len("data", "media") != 3 {
		t.Errorf("the media are not added: %v", m)
	}
	update(performer, `{"rating_rate":5,"rating_text":"I am good"}`).Want(200)
	if m := update(client, `{"status":"4","rating_rate":"5.0","rating_text":"Yes"}`).Want(200).Map(); m.At("data", "rating_rate") != 5.0 || m.Int("data", "status") != 4 {
		t.Errorf("reviewed: %v", m)
	}
	update(client, `{"rating_rate":5,"rating_text":"Yes"}`).Want(200)
	update(client, `{"rating_rate":4}`).WantError("rating_rate", "The rating rate field is prohibited.")
}

// A moderator may set any status through PocketBase's own API; dates follow, the history records it, and stale forms
// are rejected.
func TestModeratorEdits(t *testing.T) {
	s := testkit.Start(t)
	client, performer := s.Client(), s.Performer()
	order := s.Order(client, performer)
	s.Finish(performer, order).Want(200)
	moderator := s.Owner()
	record := fmt.Sprintf("/api/collections/orders/records/%d", order)
	patch := func(body string) *testkit.Answer {
		return s.Request(http.MethodPatch, record).As(moderator).JSON(body).Do()
	}
	rev := s.Get(record).As(moderator).Do().Want(200).Map().Int("rev")
	patch(`{"status":"cancelled","cancel_text":"Rude"}`).Want(200)
	view := func() testkit.Map {
		return s.Get(fmt.Sprintf("order/view/%d", order)).As(client.Token).Do().Want(200).Map()
	}
	if m := view(); m.Int("data", "status") != 3 || m.String("data", "cancel_text") != "Rude" || m.At("data", "cancel_date") == nil {
		t.Errorf("cancelled by a moderator: %v", m)
	}
	stale := patch(fmt.Sprintf(`{"status":"new","rev":%d}`, rev)).Want(400)
	if !strings.Contains(string(stale.Body), "reload the page") {
		t.Errorf("a stale form: %s", stale.Body)
	}
	patch(fmt.Sprintf(`{"status":"new","rev":%d}`, rev+1)).Want(200)
	if m := view(); m.Int("data", "status") != 1 || m.At("data", "cancel_text") != nil || m.At("data", "cancel_date") != nil {
		t.Errorf("reopened: %v", m)
	}

	var history []struct {
		From, To, Actor, User, Moderator string
	}
	err := s.App.DB().NewQuery("SELECT `from`, `to`, actor, user, moderator FROM order_history ORDER BY time, rowid").All(&history)
	if err != nil {
		t.Fatal(err)
	}
	got := fmt.Sprint(history)
	want := "[{ new client 1 } {new done performer 2 } {done cancelled moderator  owner@example.com} {cancelled new moderator  owner@example.com}]"
	if got != want {
		t.Errorf("history\n%s, want\n%s", got, want)
	}
}

// PocketBase's own API is closed to everybody but superusers, and users can't sign in there.
func TestNativeAPIIsClosed(t *testing.T) {
	s := testkit.Start(t)
	p := s.Client()
	for _, collection := range []string{"users", "devices", "invite_tokens", "media", "orders", "order_history"} {
		t.Run(collection, func(t *testing.T) {
			s, path := s.WithT(t), "/api/collections/"+collection+"/records"
			s.Get(path).As(p.Token).Do().Want(401)
			s.Get(path + "/1").Do().Want(401)
			s.Post(path).JSON(`{"id":"7"}`).Do().Want(401)
			s.Request(http.MethodPatch, path+"/1").As(p.Token).JSON(`{}`).Do().Want(401)
			s.Request(http.MethodDelete, path+"/1").Do().Want(401)
		})
	}
	s.Post("/api/collections/users/auth-with-password").JSON(map[string]any{"identity": p.Email, "password": testkit.Password}).Do().Want(404)
}

// A superuser may choose an id that was never used. The sequence continues after it.
func TestIDs(t *testing.T) {
	s := testkit.Start(t)
	s.Client()
	moderator := s.Owner()
	created := 0
	create := func(id string) *testkit.Answer {
		created++
		return s.Post("/api/collections/users/records").As(moderator).JSON(map[string]any{
			"id": id, "email": fmt.Sprintf("by%d@moderator.example", created), "nickname": "N", "role": "client", "password": "secret", "passwordConfirm": "secret"}).Do()
	}
	for _, id := range []string{"1", "007", "abc", "-1", "1.5"} {
		t.Run("id "+id, func(t *testing.T) {
			if answer := create(id); answer.Status != http.StatusBadRequest {
				t.Errorf("status %d: %s", answer.Status, answer.Body)
			}
		})
	}
	if id := create("").Want(200).Map().String("id"); id != "2" {
		t.Errorf("the next id is %s", id)
	}
	create("10").Want(200)
	create("9").Want(400)
	if p := s.Client(); p.ID != 11 {
		t.Errorf("the id after 10 is %d", p.ID)
	}
	s.Request(http.MethodDelete, "/api/collections/users/records/11").As(moderator).Do().Want(204)
	if p := s.Client(); p.ID != 12 {
		t.Errorf("a deleted id was used again: %d", p.ID)
	}
	// A user created in the dashboard signs in by the API.
	s.Post("auth/login").JSON(`{"email":"BY6@moderator.example","password":"secret"}`).Do().Want(200)
}
