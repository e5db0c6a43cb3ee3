package dashboard_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/privet/privet/routes/testkit"
	"github.com/privet/privet/routes/testkit/fakes"
)

// A ban cancels the user's new orders in both roles, in the same transaction. Lifting it restores everything but the
// orders.
func TestDeskBan(t *testing.T) {
	fcm := fakes.NewFCM(t)
	s := testkit.Start(t, fcm.Configure)
	client, banned, performer := s.Client(), s.Performer(), s.Performer()
	phone := s.AddDevice(client, "client", "ru")
	s.AddDevice(banned, "bad", "en")
	s.AddDevice(performer, "performer", "en")
	received, placed, finished := s.Order(client, banned), s.Order(banned, performer), s.Order(client, banned)
	s.Finish(banned, finished).Want(200)
	fcm.Wait(4, testkit.Soon)
	fcm.Reset()
	dashboard := s.Dashboard()
	dashboard.Change("users", banned.ID, map[string]any{"banned": true, "ban_reason": "Insults people"}).Want(200)
	if got := fakes.Summary(fcm.Wait(2, testkit.Soon)); got != "client order.cancelled Заказ отменён\nperformer order.cancelled Order cancelled" {
		t.Errorf("the pushes are %s", got)
	}
	view := func(order int, token string) testkit.Map {
		return s.Get(fmt.Sprintf("order/view/%d", order)).As(token).Do().Want(200).Map()
	}
	if m := view(received, phone); m.Int("data", "status") != 3 || m.String("data", "cancel_text") != "Исполнитель больше недоступен." || m.At("data", "cancel_date") == nil {
		t.Errorf("%v", m)
	}
	if m := view(placed, performer.Token); m.Int("data", "status") != 3 || m.String("data", "cancel_text") != "The client is no longer available." {
		t.Errorf("%v", m)
	}
	if m := view(finished, phone); m.Int("data", "status") != 2 {
		t.Errorf("%v", m)
	}
	if n := s.Count(`order_history WHERE "to" = 'cancelled' AND actor = 'moderator' AND moderator = 'owner@example.com'`); n != 2 {
		t.Errorf("%d rows of the history name the moderator", n)
	}
	if user := dashboard.Open("users", banned.ID); user["ban_reason"] != "Insults people" || user["moderated_by"] != "owner@example.com" || user["moderated_at"] == "" {
		t.Errorf("banned: %v", user)
	}
	s.Get("order/search").As(banned.Token).Do().Want(401)

	dashboard.Change("users", banned.ID, map[string]any{"banned": false}).Want(200) // the form still has the reason
	if user := dashboard.Open("users", banned.ID); user["ban_reason"] != "" || user["banned_until"] != "" {
		t.Errorf("lifted: %v", user)
	}
	if m := view(received, phone); m.Int("data", "status") != 3 {
		t.Errorf("%v", m)
	}
	s.Order(client, banned)
	s.Login(banned)
	s.WantCleanLog()
}

// A temporary ban ends on time: sign-in compares the times itself; everything else waits for the worker that lifts the
// ban, or for the cron job that does the same every minute.
func TestDeskBanEnds(t *testing.T) {
	s := testkit.Start(t)
	client, performer := s.Client(), s.Performer()
	dashboard := s.Dashboard()
	found := func() int {
		return s.Get("user/search?role=2").As(client.Token).Do().Want(200).Map().Int("meta", "total")
	}
	signIn := func() int {
		return s.Post("auth/login").JSON(map[string]any{"email": performer.Email, "password": testkit.Password}).Do().Status
	}
	until := time.Now().UTC().Add(time.Hour)
	ban := func() {
		dashboard.Change("users", performer.ID, map[string]any{"banned": true, "ban_reason": "A pause", "banned_until": until.Format(time.RFC3339Nano)}).Want(200)
	}
	ban()
	if signIn() != 401 || found() != 0 {
		t.Error("the ban does not hold")
	}
	until = time.Now().UTC().Add(5 * time.Second) // a moderator changes their mind, and has that long for it
	ban()
	for deadline := until.Add(time.Minute); found() != 1; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the ban does not end")
		}
	}
	if early := time.Until(until); early > 0 {
		t.Errorf("found %s before the end", early)
	}
	if signIn() != 200 {
		t.Error("the ban does not end for sign-in")
	}
	user := dashboard.Open("users", performer.ID)
	if user["banned"] != false || user["banned_until"] != "" || user["ban_reason"] != "" || user["moderated_by"] != "" {
		t.Errorf("after the end: %v", user)
	}

	// A ban that the worker doesn't know of.
	s.Exec(`UPDATE users SET banned = 1, banned_until = '2020-01-01 00:00:00.000Z' WHERE id = '%d'`, performer.ID)
	s.Order(client, performer)
	if signIn() != 200 {
		t.Error("sign-in ignores the end of the ban")
	}
	// A ban that is renewed before it was lifted is in force again.
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

// A user who is banned while requests of theirs are in progress gains nothing by them.
func TestDeskBanRace(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t)
	performer := s.Performer()
	dashboard := s.Dashboard()
	for range 3 {
		banned := s.Client()
		invite := map[string]any{"invite": banned.Data.String("data", "invite")}
		testkit.Concurrently(13, func(i int) {
			switch {
			case i == 0:
				dashboard.Request(http.MethodPatch, dashboard.Path("users", banned.ID)).JSON(`{"banned":true}`).Do().Want(200)
			case i < 4:
				s.Post("auth/login").JSON(map[string]any{"email": banned.Email, "password": testkit.Password}).Do()
			case i < 7:
				s.Post("user/get-by-invite").JSON(invite).Do()
			case i < 10:
				s.Post("user/update").As(banned.Token).JSON(`{"name":"N"}`).Do()
			default:
				s.Post("order/create").As(banned.Token).JSON(map[string]any{"performer_id": performer.ID, "description": "x", "date_till": "2030-01-01 00:00:00"}).Do()
			}
		})
		for _, left := range []string{`devices WHERE user = '%d'`, `invite_tokens WHERE user = '%d'`, `orders WHERE client = '%d' AND status = 'new'`} {
			if n := s.Count(fmt.Sprintf(left, banned.ID)); n != 0 {
				t.Errorf("%d %s", n, fmt.Sprintf(left, banned.ID))
			}
		}
	}
	s.WantCleanLog()
}

// An upload that is in progress when its performer is banned adds nothing to the order.
func TestDeskBanDuringUpload(t *testing.T) {
	s := testkit.Start(t)
	client, performer := s.Client(), s.Performer()
	dashboard := s.Dashboard()
	order := s.Order(client, performer)
	s.Finish(performer, order).Want(200)
	upload := s.Post(fmt.Sprintf("order/update/%d", order)).As(performer.Token).SendHalf(1 << 20)
	dashboard.Change("users", performer.ID, map[string]any{"banned": true}).Want(200)
	upload.Finish().Want(401)
	if m := s.Get(fmt.Sprintf("order/view/%d", order)).As(client.Token).Do().Want(200).Map(); m.Len("data", "media") != 1 {
		t.Errorf("%v", m)
	}
	if files := s.AwaitStored(6); len(files) != 6 {
		t.Errorf("stored are %v", files)
	}
	s.WantCleanLog()
}
