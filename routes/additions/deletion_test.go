package additions_test

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/privet/privet/hooks/settings"
	"github.com/privet/privet/routes/testkit"
	"github.com/privet/privet/routes/testkit/fakes"
)

const wrongPassword = "The password is incorrect."

// deleteAccount sends a person's request to delete their account.
func deleteAccount(s *testkit.Server, p testkit.Person, password string) *testkit.Answer {
	return s.Post("user/delete").As(p.Token).JSON(map[string]any{"password": password}).Do()
}

// Only who knows the password deletes the account, and only their own.
func TestDeleteNeedsThePassword(t *testing.T) {
	s := testkit.Start(t)
	client, other := s.Client(), s.Client()
	invite := s.Post("user/get-by-invite").JSON(map[string]any{"invite": client.Data.String("data", "invite")}).Do().Want(200).Map().String("token")
	s.Post("user/delete").JSON(map[string]any{"password": testkit.Password}).Do().Want(401)
	s.Post("user/delete").As(invite).JSON(map[string]any{"password": testkit.Password}).Do().Want(401)
	s.Post("user/delete").As(client.Token).Do().WantError("password", "The password field is required.")
	s.Post("user/delete").As(client.Token).JSON(`{"password":[1]}`).Do().WantError("password", "The password field must be a string.")
	deleteAccount(s, client, " "+testkit.Password).WantError("password", wrongPassword)
	s.Post("user/delete").As(client.Token).JSON(map[string]any{"password": "x", "user_id": other.ID, "email": other.Email}).Do().WantError("password", wrongPassword)
	s.Get("order/search").As(client.Token).Do().Want(200)

	s.Post("user/delete").As(client.Token).Form("password", testkit.Password, "user_id", fmt.Sprint(other.ID)).Do().Want(200).WantJSON(done)

	deleteAccount(s, client, testkit.Password).Want(401)
	s.Get("order/search").As(other.Token).Do().Want(200)
	s.Get(client.Path()).As(other.Token).Do().Want(404)
	s.Post("auth/login").JSON(map[string]any{"email": client.Email, "password": testkit.Password}).Do().Want(401)
	s.Post("user/check-free").JSON(map[string]any{"email": client.Email}).Do().Want(200).WantJSON(`{"free":true}`)
	s.Signup("role", "1", "email", client.Email) // may come again, as somebody new
	s.WantCleanLog()
}

// A wrong password counts as one at a sign-in, and each deletion as a sign-in.
func TestDeleteIsLimited(t *testing.T) {
	s := testkit.Start(t, func(s *settings.Settings) { s.RateLimit = 30 })
	client := s.Client()
	for range 5 {
		deleteAccount(s, client, "wrong").WantError("password", wrongPassword)
	}
	if answer := deleteAccount(s, client, testkit.Password).Want(429); answer.Header.Get("Retry-After") == "" {
		t.Errorf("%s", answer.Body)
	}
	s.Get("order/search").As(client.Token).Do().Want(200)
	if answer := s.Post("auth/login").JSON(map[string]any{"email": client.Email, "password": "wrong"}).Do().Want(429); answer.Header.Get("Retry-After") == "" {
		t.Errorf("%s", answer.Body)
	}
}

// A deletion is the moderators' erasure: it cancels what is open, tells the other sides, and leaves them what was delivered.
func TestDeleteIsAnErasure(t *testing.T) {
	fcm := fakes.NewFCM(t)
	s, google, _ := testkit.StartSocial(t, fcm.Configure)
	client, performer := s.Client(), s.Performer()
	s.AddDevice(client, "client", "ru")
	s.AddDevice(performer, "performer", "en")
	p := s.Signup("role", "2", "email", "anna@home.example", "nickname", "Anna", "name", "Anna Karenina", "phone", "+79001234567",
		"description", "Annas words", "device_id", "phone", "firebase_token", "anna-push")
	s.Post("auth/social/connect").As(p.Token).JSON(map[string]any{"token": google.IDToken(fakes.GooglePerson{Sub: "77"}), "social_type": 1}).Do().Want(201)
	block(s, p, s.Client())
	delivered, placed, received, cancelled := s.Order(client, p), s.Order(p, performer), s.Order(client, p), s.Order(client, p)
	s.Finish(p, delivered).Want(200)
	s.Post(fmt.Sprintf("order/update/%d", cancelled)).As(p.Token).JSON(`{"status":3,"cancel_text":"Annas reason"}`).Do().Want(200)
	fcm.Wait(6, testkit.Soon)
	fcm.Reset()
	picture := testkit.PathOf(p.Data.String("data", "media", 0, "path_url"))

	deleteAccount(s, p, testkit.Password).Want(200)

	if got := fakes.Summary(fcm.Wait(2, testkit.Soon)); !strings.Contains(got, "client order.cancelled") || !strings.Contains(got, "performer order.cancelled") {
		t.Errorf("%s", got)
	}
	s.Get(picture).Do().Want(404)
	s.SocialSignIn(google.IDToken(fakes.GooglePerson{Sub: "77"}), 1).Want(400).WantJSON(testkit.UserNotExists)
	for order, want := range map[int]string{placed: "The client is no longer available.", received: "Исполнитель больше недоступен."} {
		who := client
		if order == placed {
			who = performer
		}
		m := s.Get(fmt.Sprintf("order/view/%d", order)).As(who.Token).Do().Want(200).Map()
		if m.Int("data", "status") != 3 || m.String("data", "cancel_text") != want || m.At("data", "cancel_date") == nil {
			t.Errorf("%v", m)
		}
	}
	m := s.Get(fmt.Sprintf("order/view/%d", delivered)).As(client.Token).Do().Want(200).Map()
	if m.Int("data", "status") != 2 || m.Len("data", "media") != 1 || m.String("data", "performer", "nickname") != "Deleted user" {
		t.Errorf("%v", m)
	}
	for _, table := range []string{
		fmt.Sprintf(`devices WHERE user = '%d'`, p.ID), `_externalAuths`, `blocks`, fmt.Sprintf(`pushes WHERE receiver = '%d'`, p.ID), `invite_tokens`,
		`orders WHERE cancel_text = 'Annas reason'`, `users WHERE name LIKE '%Anna%' OR email LIKE 'anna%' OR moderated_at <> ''`,
	} {
		if n := s.Count(table); n != 0 {
			t.Errorf("%d %s", n, table)
		}
	}
	if n := s.Count(fmt.Sprintf(`order_history WHERE "to" = 'cancelled' AND user = '%d' AND actor = iif("order" = '%d', 'client', 'performer')`, p.ID, placed)); n != 3 {
		t.Errorf("%d cancellations in the history", n)
	}
	s.WantCleanLog()
}

// Who has no password needs none; an account goes once, however many ask.
func TestDeleteWithoutPassword(t *testing.T) {
	s, google, _ := testkit.StartSocial(t)
	token := s.Post("auth/social/signup").JSON(map[string]any{"token": google.IDToken(fakes.GooglePerson{Sub: "1"}), "social_type": 1, "role": 1, "price": 1, "phone": "1",
		"email": "a@example.com"}).Do().Want(200).Map().String("token")
	var all sync.WaitGroup
	var mu sync.Mutex
	statuses := map[int]int{}
	for range 4 {
		all.Go(func() {
			answer := s.Post("user/delete").As(token).JSON(`{}`).Do()
			mu.Lock()
			defer mu.Unlock()
			statuses[answer.Status]++
		})
	}
	all.Wait()
	if statuses[200] != 1 || statuses[401] != 3 {
		t.Errorf("statuses %v", statuses)
	}
	s.SocialSignIn(google.IDToken(fakes.GooglePerson{Sub: "1"}), 1).Want(400).WantJSON(testkit.UserNotExists)
	s.WantCleanLog()
}

// No byte of who has deleted their account stays in the data folder, and a restart of the server changes nothing of that.
func TestDeleteLeavesNoBytes(t *testing.T) {
	p := testkit.Process(t)
	person := p.Signup("role", "2", "email", "vanishing@example.com", "nickname", "Vanishing nickname", "name", "Vanishing name",
		"phone", "+79990001122", "description", "A vanishing description", "device_id", "vanishing-device", "firebase_token", "vanishing-push", "terms", "vanishing-terms")
	client := p.Client()
	p.Order(client, person)
	p.Post("user/update").As(person.Token).Header("Idempotency-Key", "vanishing-key").JSON(`{"name":"Vanishing other name"}`).Do().Want(200)
	p.Get("user/search?text=vanishing").As(client.Token).Do().Want(200)
	deleteAccount(p.Server, person, testkit.Password).Want(200)
	p.Stop(syscall.SIGTERM)
	wantNoBytes(t, p.Dir, "vanishing", "+79990001122")
}

// wantNoBytes fails the test if a file of a folder holds one of the traces, in any case of letters.
func wantNoBytes(t *testing.T, dir string, traces ...string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, trace := range traces {
			if i := bytes.Index(bytes.ToLower(content), []byte(trace)); i >= 0 {
				t.Errorf("%s holds %q", path, content[max(0, i-40):min(len(content), i+60)])
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// The version of the terms is kept with the time; anything that is none is ignored.
func TestTerms(t *testing.T) {
	s, google, _ := testkit.StartSocial(t)
	dashboard := s.Dashboard()
	long := strings.Repeat("я", 64)
	for terms, want := range map[string]string{"": "", " 2026-11 ": "2026-11", long: long, long + "я": "", "\xff": ""} {
		user := dashboard.Open("users", s.Signup("role", "1", "terms", terms).ID)
		if user["terms"] != want || (user["terms_at"] == "") != (want == "") {
			t.Errorf("of %q is kept %q at %v", terms, user["terms"], user["terms_at"])
		}
	}
	for i, terms := range []any{"v1", 7, nil, []int{1}, true, map[string]any{"a": "b"}} {
		m := s.Post("auth/social/signup").JSON(map[string]any{"token": google.IDToken(fakes.GooglePerson{Sub: fmt.Sprint(i)}), "social_type": 1, "role": 1, "price": 1,
			"phone": "1", "email": fmt.Sprintf("terms%d@example.com", i), "terms": terms}).Do().Want(200).Map()
		want := ""
		if i == 0 {
			want = "v1"
		}
		if user := dashboard.Open("users", m.Int("data", "id")); user["terms"] != want {
			t.Errorf("of %v is kept %q", terms, user["terms"])
		}
	}
	dashboard.Change("users", 1, map[string]any{"terms": "other"}).WantFields("terms")
	s.WantCleanLog()
}
