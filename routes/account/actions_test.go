package account_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/privet/privet/routes/testkit"
)

// Who is signed in signs all devices out. A session ends with what it was used for, and with a new password.
func TestSignOutEverywhere(t *testing.T) {
	s, _ := start(t)
	client := s.Client()
	answer, token := signIn(t, s, client)
	want(t, answer, 200, "Signed in now: 1 device")
	after := want(t, post(s, "sign-out", "session", token, "lang", "en"), 200, "All devices are signed out", "Signed in now: 0 devices")
	s.Get("order/search").As(client.Token).Do().Want(401)
	want(t, post(s, "sign-out", "session", token), 403)
	next := session(t, after)
	want(t, post(s, "view", "session", next, "lang", "ru"), 200, "Выйти на всех устройствах")
	again := s.Post("auth/login").JSON(map[string]any{"email": client.Email, "password": testkit.Password}).Do().Want(200).Map().String("token")
	s.Post("user/update").As(again).JSON(`{"password":"other password"}`).Do().Want(200)
	want(t, post(s, "view", "session", next), 403)
	s.WantCleanLog()
}

// The account goes as by user/delete, once, after a question with the numbers of what goes.
func TestDeletion(t *testing.T) {
	s, _ := start(t)
	client, performer := s.Client(), s.Performer()
	done, open := s.Order(client, performer), s.Order(client, performer)
	s.Finish(performer, done).Want(200)
	_, token := signIn(t, s, performer)
	want(t, post(s, "ask", "session", token, "lang", "en"), 200, "for good", "will be cancelled: 1", "without your name: 1", "of your profile: 1", "signed in: 1")
	want(t, post(s, "delete", "session", token, "lang", "en"), 422, "Tick the box")
	s.Get("order/search").As(performer.Token).Do().Want(200)

	want(t, post(s, "delete", "session", token, "sure", "yes", "lang", "en"), 200, "The account is deleted")

	want(t, post(s, "delete", "session", token, "sure", "yes"), 403)
	s.Get("order/search").As(performer.Token).Do().Want(401)
	want(t, post(s, "sign-in", "email", performer.Email, "password", testkit.Password), 401)
	m := s.Get(fmt.Sprintf("order/view/%d", open)).As(client.Token).Do().Want(200).Map()
	if m.Int("data", "status") != 3 || m.String("data", "performer", "nickname") != "Deleted user" {
		t.Errorf("%v", m)
	}
	if n := s.Count(fmt.Sprintf(`order_history WHERE "to" = 'cancelled' AND user = '%d' AND actor = 'performer'`, performer.ID)); n != 1 {
		t.Errorf("%d cancellations", n)
	}
	s.WantCleanLog()
}

// Who is banned reads why and until when, of no moderator, and may delete the account. The API's 401 stays, and so does the ban of
// whoever does not know the password.
func TestBanned(t *testing.T) {
	s, _ := start(t)
	client := s.Client()
	s.Dashboard().Change("users", client.ID, map[string]any{"banned": true, "ban_reason": "Insults & <b>threats</b>", "banned_until": "2040-05-01 12:00:00.000Z"}).Want(200)
	want(t, post(s, "sign-in", "email", client.Email, "password", "wrong", "lang", "en"), 401)
	answer, token := signIn(t, s, client)
	want(t, answer, 200, "This account is banned", "Until 1 May 2040, 12:00 (UTC)", "Insults & <b>threats</b>")
	want(t, post(s, "view", "session", token, "lang", "ru"), 200, "Этот аккаунт заблокирован", "До 01.05.2040, 12:00 (UTC)")
	if strings.Contains(string(answer.Body), testkit.ModeratorEmail) {
		t.Errorf("%s", answer.Body)
	}
	s.Post("auth/login").JSON(map[string]any{"email": client.Email, "password": testkit.Password}).Do().Want(401)
	want(t, post(s, "delete", "session", token, "sure", "yes"), 200, "The account is deleted")
	want(t, post(s, "sign-in", "email", client.Email, "password", testkit.Password), 401)
	s.WantCleanLog()
}

// Who is banned appeals once a ban, which is a case for moderators.
func TestAppeal(t *testing.T) {
	s, _ := start(t)
	client := s.Client()
	dashboard := s.Dashboard()
	ban := func() {
		t.Helper()
		dashboard.Change("users", client.ID, map[string]any{"banned": true, "ban_reason": "Insults"}).Want(200)
	}
	ban()
	page, token := signIn(t, s, client)
	want(t, page, 200, "One appeal for this ban")
	want(t, post(s, "appeal", "session", token, "lang", "en"), 422, "Write why")
	long := strings.Repeat("я", 2001)
	if refused := want(t, post(s, "appeal", "session", token, "text", long, "lang", "en"), 422, "longer than 2,000"); !strings.Contains(string(refused.Body), long) {
		t.Error("what was written is lost")
	}
	want(t, post(s, "appeal", "session", token, "text", "\xff", "lang", "en"), 400)
	sent := want(t, post(s, "appeal", "session", token, "text", "It was my brother", "lang", "en"), 200, "Your appeal is sent", "You have sent an appeal")
	want(t, post(s, "appeal", "session", token, "text", "Again", "lang", "en"), 403)
	want(t, post(s, "appeal", "session", session(t, sent), "text", "Again", "lang", "en"), 200, "You have sent an appeal")
	if n := s.Count(`cases WHERE state = 'open' AND kinds = '["appeal"]' AND quote = 'It was my brother' AND user = '` + fmt.Sprint(client.ID) + `'`); n != 1 || s.Count("cases") != 1 {
		t.Errorf("%v", dashboard.List("cases"))
	}
	dashboard.Change("users", client.ID, map[string]any{"banned": false}).Want(200)
	again, token := signIn(t, s, client)
	if strings.Contains(text(again), "banned") {
		t.Error(text(again))
	}
	want(t, post(s, "appeal", "session", token, "text", "Why?", "lang", "en"), 200, "not banned any more")
	ban()
	page, _ = signIn(t, s, client)
	want(t, page, 200, "One appeal for this ban")
	s.WantCleanLog()
}
