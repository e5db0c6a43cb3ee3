package hooks_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/privet/privet/routes/testkit"
	"github.com/privet/privet/routes/testkit/fakes"
)

// Each state that can't be, typed into a user's or a media's form, is refused on its field, and nothing changes.
func TestDeskPeopleForms(t *testing.T) {
	s := testkit.Start(t)
	client, performer, other := s.Client(), s.Performer(), s.Performer()
	dashboard := s.Dashboard()
	order := s.Order(client, performer)
	s.Finish(performer, order).Want(200)
	s.Order(client, performer)
	long := strings.Repeat("x", 256)
	for _, c := range []struct {
		collection string
		id         int
		fields     map[string]any
		wrong      []string
	}{
		{"users", 1, map[string]any{"email": "no address"}, []string{"email"}},
		{"users", 1, map[string]any{"email": ""}, []string{"email"}},
		{"users", 1, map[string]any{"email": strings.ToUpper(performer.Email)}, []string{"email"}},
		{"users", 1, map[string]any{"nickname": ""}, []string{"nickname"}},
		{"users", 1, map[string]any{"nickname": long}, []string{"nickname"}},
		{"users", 1, map[string]any{"name": long, "phone": long}, []string{"name", "phone"}},
		{"users", 1, map[string]any{"role": ""}, []string{"role"}},
		{"users", 1, map[string]any{"role": "moderator"}, []string{"role"}},
		{"users", 2, map[string]any{"role": "client"}, []string{"role"}}, // an order waits
		{"users", 2, map[string]any{"categories": []string{"singer"}}, []string{"categories"}},
		{"users", 2, map[string]any{"price": -1}, []string{"price"}},
		{"users", 2, map[string]any{"price": 1.999}, []string{"price"}},
		{"users", 2, map[string]any{"price": 1e9}, []string{"price"}},
		{"users", 2, map[string]any{"price": "much"}, []string{"price"}},
		{"users", 1, map[string]any{"invite": "short"}, []string{"invite"}},
		{"users", 1, map[string]any{"invite": "????????"}, []string{"invite"}},
		{"users", 1, map[string]any{"invite": performer.Data.String("data", "invite")}, []string{"invite"}},
		{"users", 1, map[string]any{"password": "short", "passwordConfirm": "short"}, []string{"password"}},
		{"users", 1, map[string]any{"password": "long enough", "passwordConfirm": "another"}, []string{"passwordConfirm"}},
		{"users", 1, map[string]any{"verified": false}, []string{"verified"}},
		{"users", 1, map[string]any{"email_proven": true, "password_set": false}, []string{"email_proven", "password_set"}},
		{"users", 1, map[string]any{"erased": "2026-01-01 00:00:00"}, []string{"erased"}},
		{"users", 1, map[string]any{"moderated_by": "x", "moderated_at": "2026-01-01 00:00:00"}, []string{"moderated_by", "moderated_at"}},
		{"users", 1, map[string]any{"ban_reason": "Rude"}, []string{"ban_reason"}},
		{"users", 1, map[string]any{"banned_until": "2099-01-01 00:00:00"}, []string{"banned_until"}},
		{"users", 1, map[string]any{"banned": true, "banned_until": "2020-01-01 00:00:00"}, []string{"banned_until"}},
		{"users", 1, map[string]any{"banned": true, "banned_until": "tomorrow"}, []string{"banned_until"}},
		{"users", 1, map[string]any{"erase": "yes"}, []string{"erase"}},
		{"users", 1, map[string]any{"erase": performer.Email}, []string{"erase"}},
		{"media", 4, map[string]any{"order": "2"}, []string{"order"}},
		{"media", 4, map[string]any{"order": ""}, []string{"order"}},
		{"media", 4, map[string]any{"user": "1"}, []string{"user"}},
		{"media", 4, map[string]any{"type": "video"}, []string{"type"}},
		{"media", 1, map[string]any{"order": "1"}, []string{"order"}},
		{"media", 1, map[string]any{"file": ""}, []string{"file"}},
	} {
		before := dashboard.Open(c.collection, c.id)
		t.Logf("%s %d %.80v", c.collection, c.id, c.fields)
		dashboard.Change(c.collection, c.id, c.fields).WantFields(c.wrong...)
		same(t, dashboard, c.collection, c.id, before)
	}
	for _, media := range []struct{ user, order, wrong string }{
		{"1", "1", "order"}, {fmt.Sprint(other.ID), "1", "order"}, {"2", "999", "order"}, {"999", "", "user"}, {"", "", "user"},
	} {
		dashboard.Request(http.MethodPost, dashboard.Path("media", nil)).Multipart([]testkit.File{{Field: "file", Name: "a.png", Type: "image/png", Content: testkit.PNG()}},
			"user", media.user, "order", media.order).Do().WantFields(media.wrong)
	}
	if n := s.Count("media"); n != 4 {
		t.Errorf("%d media", n)
	}
	for field, value := range map[string]any{"banned_until": "2099-01-01 00:00:00", "erase": "new@example.com", "price": 0.001, "moderated_by": "x", "email": client.Email} {
		fields := map[string]any{"email": "new@example.com", "nickname": "New", "role": "client", "password": "secret", "passwordConfirm": "secret"}
		fields[field] = value
		dashboard.Create("users", fields).WantFields(field)
	}
	// A price that the API took with more decimals stays as it is.
	s.Post("user/update").As(other.Token).JSON(`{"price":1.999}`).Do().Want(200)
	dashboard.Change("users", other.ID, map[string]any{"name": "N"}).Want(200)
	s.WantCleanLog()
}

// A ban cancels what waits, for both roles, in one go with it; lifting it brings back all but the orders.
func TestDeskBan(t *testing.T) {
	fcm := fakes.NewFCM(t)
	s := testkit.Start(t, fcm.Configure)
	client, bad, performer := s.Client(), s.Performer(), s.Performer()
	phone := s.AddDevice(client, "client", "ru")
	s.AddDevice(bad, "bad", "en")
	s.AddDevice(performer, "performer", "en")
	asked, asks, over := s.Order(client, bad), s.Order(bad, performer), s.Order(client, bad)
	s.Finish(bad, over).Want(200)
	fcm.Wait(4, testkit.Soon)
	fcm.Reset()
	dashboard := s.Dashboard()
	dashboard.Change("users", bad.ID, map[string]any{"banned": true, "ban_reason": "Insults people"}).Want(200)
	if got := fakes.Summary(fcm.Wait(2, testkit.Soon)); got != "client order.cancelled Заказ отменён\nperformer order.cancelled Order cancelled" {
		t.Errorf("heard %s", got)
	}
	view := func(order int, token string) testkit.Map {
		return s.Get(fmt.Sprintf("order/view/%d", order)).As(token).Do().Want(200).Map()
	}
	if m := view(asked, phone); m.Int("data", "status") != 3 || m.String("data", "cancel_text") != "Исполнитель больше недоступен." || m.At("data", "cancel_date") == nil {
		t.Errorf("%v", m)
	}
	if m := view(asks, performer.Token); m.Int("data", "status") != 3 || m.String("data", "cancel_text") != "The client is no longer available." {
		t.Errorf("%v", m)
	}
	if m := view(over, phone); m.Int("data", "status") != 2 {
		t.Errorf("%v", m)
	}
	if n := s.Count(`order_history WHERE "to" = 'cancelled' AND actor = 'moderator' AND moderator = 'moderator@example.com'`); n != 2 {
		t.Errorf("%d rows of the history name the moderator", n)
	}
	if user := dashboard.Open("users", bad.ID); user["ban_reason"] != "Insults people" || user["moderated_by"] != "moderator@example.com" || user["moderated_at"] == "" {
		t.Errorf("banned: %v", user)
	}
	s.Get("order/search").As(bad.Token).Do().Want(401)

	dashboard.Change("users", bad.ID, map[string]any{"banned": false}).Want(200) // the form still holds the reason
	if user := dashboard.Open("users", bad.ID); user["ban_reason"] != "" || user["banned_until"] != "" {
		t.Errorf("lifted: %v", user)
	}
	if m := view(asked, phone); m.Int("data", "status") != 3 {
		t.Errorf("%v", m)
	}
	s.Order(client, bad)
	s.Login(bad)
	s.WantCleanLog()
}

// A ban with an end is over at that moment: for sign-in by itself, for the rest by the clock, or by the job that
// stands in for it.
func TestDeskBanEnds(t *testing.T) {
	s := testkit.Start(t)
	client, performer := s.Client(), s.Performer()
	dashboard := s.Dashboard()
	found := func() int {
		return s.Get("user/search?role=2").As(client.Token).Do().Want(200).Map().Int("meta", "total")
	}
	enter := func() int {
		return s.Post("auth/login").JSON(map[string]any{"email": performer.Email, "password": testkit.Password}).Do().Status
	}
	until := time.Now().UTC().Add(time.Hour)
	ban := func() {
		dashboard.Change("users", performer.ID, map[string]any{"banned": true, "ban_reason": "A pause", "banned_until": until.Format(time.RFC3339Nano)}).Want(200)
	}
	ban()
	if enter() != 401 || found() != 0 {
		t.Error("the ban does not hold")
	}
	until = time.Now().UTC().Add(2 * time.Second) // a moderator changes their mind
	ban()
	time.Sleep(time.Until(until))
	for deadline := time.Now().Add(testkit.Soon); found() != 1; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the ban does not end")
		}
	}
	t.Logf("found %s after the end", time.Since(until))
	if enter() != 200 {
		t.Error("the ban does not end for sign-in")
	}
	user := dashboard.Open("users", performer.ID)
	if user["banned"] != false || user["banned_until"] != "" || user["ban_reason"] != "" || user["moderated_by"] != "" {
		t.Errorf("after the end: %v", user)
	}

	// Nobody has wound the clock.
	s.Exec(`UPDATE users SET banned = 1, banned_until = '2020-01-01 00:00:00.000Z' WHERE id = '%d'`, performer.ID)
	s.Order(client, performer)
	if enter() != 200 {
		t.Error("sign-in does not look at the end")
	}
	// Who is banned again before the flag is gone is out again.
	token := s.Login(performer)
	dashboard.Change("users", performer.ID, map[string]any{"banned_until": "2099-01-01 00:00:00"}).Want(200)
	s.Get("order/search").As(token).Do().Want(401)
	s.Exec(`UPDATE users SET banned_until = '2020-01-01 00:00:00.000Z' WHERE id = '%d'`, performer.ID)
	if found() != 0 {
		t.Error("the search looks at the end: the job is not needed")
	}
	s.RunJob("privet_bans")
	if found() != 1 || dashboard.Open("users", performer.ID)["banned"] != false {
		t.Error("the job does not lift the ban")
	}
	s.WantCleanLog()
}

// Who is shut out while a request of theirs is under way gets nothing by it.
func TestDeskBanRace(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t)
	performer := s.Performer()
	dashboard := s.Dashboard()
	for range 3 {
		bad := s.Client()
		invite := map[string]any{"invite": bad.Data.String("data", "invite")}
		testkit.Concurrently(13, func(i int) {
			switch {
			case i == 0:
				// The user's own change may come in between, and the moderator is told.
				for tries := 0; dashboard.Request(http.MethodPatch, dashboard.Path("users", bad.ID)).JSON(`{"banned":true}`).Do().Status != 200 && tries < 20; tries++ {
					continue
				}
			case i < 4:
				s.Post("auth/login").JSON(map[string]any{"email": bad.Email, "password": testkit.Password}).Do()
			case i < 7:
				s.Post("user/get-by-invite").JSON(invite).Do()
			case i < 10:
				s.Post("user/update").As(bad.Token).JSON(`{"name":"N"}`).Do()
			default:
				s.Post("order/create").As(bad.Token).JSON(map[string]any{"performer_id": performer.ID, "description": "x", "date_till": "2030-01-01 00:00:00"}).Do()
			}
		})
		for _, left := range []string{`devices WHERE user = '%d'`, `invite_tokens WHERE user = '%d'`, `orders WHERE client = '%d' AND status = 'new'`} {
			if n := s.Count(fmt.Sprintf(left, bad.ID)); n != 0 {
				t.Errorf("%d %s", n, fmt.Sprintf(left, bad.ID))
			}
		}
	}
	s.WantCleanLog()
}

// An upload that was under way when its performer was banned delivers nothing.
func TestDeskBanDuringUpload(t *testing.T) {
	s := testkit.Start(t)
	client, performer := s.Client(), s.Performer()
	dashboard := s.Dashboard()
	order := s.Order(client, performer)
	s.Finish(performer, order).Want(200)
	half := s.Post(fmt.Sprintf("order/update/%d", order)).As(performer.Token).SendHalf(1 << 20)
	dashboard.Change("users", performer.ID, map[string]any{"banned": true}).Want(200)
	half.Finish().Want(401)
	if m := s.Get(fmt.Sprintf("order/view/%d", order)).As(client.Token).Do().Want(200).Map(); m.Len("data", "media") != 1 {
		t.Errorf("%v", m)
	}
	if files := s.AwaitStored(6); len(files) != 6 {
		t.Errorf("stored are %v", files)
	}
	s.WantCleanLog()
}

// Bulk and single deletion: not of who has orders; of others all goes.
func TestDeskDeleteUser(t *testing.T) {
	s, google, _ := testkit.StartSocial(t)
	client, performer, lonely := s.Client(), s.Performer(), s.Client()
	s.Post("auth/social/connect").As(lonely.Token).JSON(map[string]any{"token": google.IDToken(fakes.GooglePerson{Sub: "7"}), "social_type": 1}).Do().Want(201)
	s.Post("user/get-by-invite").JSON(map[string]any{"invite": lonely.Data.String("data", "invite")}).Do().Want(200)
	s.Order(client, performer)
	dashboard := s.Dashboard()
	for _, p := range []testkit.Person{client, performer} {
		dashboard.Delete("users", p.ID).WantMessage("erase them instead")
		s.Get("order/search").As(p.Token).Do().Want(200)
	}
	before := len(s.StoredFiles())
	dashboard.Delete("users", lonely.ID).Want(204)
	for _, table := range []string{"devices WHERE user = '3'", "media WHERE user = '3'", "invite_tokens", "_externalAuths"} {
		if n := s.Count(table); n != 0 {
			t.Errorf("%d %s", n, table)
		}
	}
	if files := s.AwaitStored(before - 2); len(files) != before-2 {
		t.Errorf("stored are %v", files)
	}
}

// What is blank is empty in the forms as it is in the API, and a slip of the hand in a number uses none up.
func TestDeskTypedTexts(t *testing.T) {
	s := testkit.Start(t)
	dashboard := s.Dashboard()
	client, performer := s.Client(), s.Performer()
	order := s.Order(client, performer)
	dashboard.Change("users", client.ID, map[string]any{"nickname": " \t "}).WantFields("nickname")
	dashboard.Change("orders", order, map[string]any{"description": "  "}).WantFields("description")
	dashboard.Change("users", client.ID, map[string]any{"nickname": " Anna ", "name": " "}).Want(200)
	if m := s.Get(fmt.Sprintf("user/view/%d", client.ID)).As(client.Token).Do().Want(200).Map(); m.String("data", "nickname") != "Anna" || m.At("data", "name") != nil {
		t.Errorf("%v", m)
	}
	fields := map[string]any{"id": "999999999999999", "email": "new@example.com", "nickname": "New", "role": "client", "password": "secret", "passwordConfirm": "secret"}
	dashboard.Create("users", fields).WantFields("id")
	fields["id"] = "5000"
	dashboard.Create("users", fields).Want(200)
	if p := s.Client(); p.ID != 5001 {
		t.Errorf("the next one is %d", p.ID)
	}
}
