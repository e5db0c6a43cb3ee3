package e2e

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/routes/testkit"

	"github.com/pocketbase/dbx"
)

// Of many concurrent sign-ups with one e-mail one succeeds, and the others leave nothing behind.
func TestSignupRace(t *testing.T) {
	if testing.Short() {
		t.Skip("hashes 200 passwords")
	}
	t.Parallel()
	p := testkit.Process(t) // a process, because the race detector makes bcrypt ten times slower
	answers := make([]*testkit.Answer, 200)
	testkit.Concurrently(len(answers), func(i int) {
		email := "star@example.com"
		if i%2 == 1 {
			email = "Star@Example.COM"
		}
		answers[i] = p.Post("auth/signup").Multipart([]testkit.File{testkit.Picture()},
			"email", email, "nickname", fmt.Sprint(i), "password", testkit.Password, "role", "1").Do()
	})
	winners := 0
	for _, answer := range answers {
		if answer.Status == http.StatusOK {
			winners++
			if m := answer.Map(); m.Int("data", "id") != 1 || m.Int("data", "media", 0, "id") != 1 || !strings.HasPrefix(m.String("token"), "1|") {
				t.Errorf("the winner: %s", answer.Body)
			}
			continue
		}
		answer.WantError("email", "The email has already been taken.")
	}
	if winners != 1 {
		t.Errorf("%d winners", winners)
	}
	if files := p.AwaitStored(2); len(files) != 2 {
		t.Errorf("stored are %v", files)
	}
	next := p.Client()
	if next.ID != 2 || next.Data.Int("data", "media", 0, "id") != 2 || !strings.HasPrefix(next.Token, "2|") {
		t.Errorf("the next user: %v", next.Data)
	}
}

// Of a client's cancelling and a performer's finishing at the same moment exactly one succeeds.
func TestOrderRace(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t)
	client, performer := s.Client(), s.Performer()
	ids := make([]int, 40)
	for i := range ids {
		ids[i] = s.Order(client, performer)
	}
	cancels, finishes := make([]*testkit.Answer, len(ids)), make([]*testkit.Answer, len(ids))
	testkit.Concurrently(2*len(ids), func(i int) {
		if id := ids[i/2]; i%2 == 0 {
			cancels[i/2] = s.Post(fmt.Sprintf("order/update/%d", id)).As(client.Token).JSON(`{"status":3,"cancel_text":"too late"}`).Do()
		} else {
			finishes[i/2] = s.Finish(performer, id)
		}
	})
	done := 0
	for i, id := range ids {
		won, lost, status, word := cancels[i], finishes[i], 3, "cancelled"
		if finishes[i].Status == http.StatusOK {
			won, lost, status, word = finishes[i], cancels[i], 2, "done"
			done++
		}
		won.Want(200)
		lost.WantError("status", "The selected status is invalid.")
		seen := s.Get(fmt.Sprintf("order/view/%d", id)).As(client.Token).Do().Want(200).Map()
		if seen.Int("data", "status") != status || seen.Len("data", "media") != 3-status || (seen.At("data", "cancel_date") != nil) != (status == 3) {
			t.Errorf("order %d: %v", id, seen)
		}
		var history []string
		err := s.App.DB().Select("to").From(store.OrderHistory).Where(dbx.HashExp{"order": fmt.Sprint(id)}).OrderBy("rowid").Column(&history)
		if err != nil || !slices.Equal(history, []string{"new", word}) {
			t.Errorf("order %d has the history %v (%v)", id, history, err)
		}
	}
	t.Logf("%d of %d were done, the others cancelled", done, len(ids))
	if files := s.AwaitStored(2 * (2 + done)); len(files) != 2*(2+done) {
		t.Errorf("stored are %v", files)
	}
	var media int
	if err := s.App.DB().NewQuery("SELECT max(CAST(id AS INTEGER)) FROM media").Row(&media); err != nil || media != 2+done {
		t.Errorf("the last media is %d (%v)", media, err)
	}
	s.WantCleanLog()
}

// Concurrent changes of different fields are all saved.
func TestUpdateRace(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t)
	user := s.Client()
	fields := []struct {
		name        string
		value, want any
	}{
		{"phone", "+7 900", "+7 900"}, {"name", "Иван", "Иван"}, {"nickname", "Vanya", "Vanya"}, {"description", "sings", "sings"},
		{"role", 2, 2.0}, {"price", 12.5, 12.5}, {"email", "vanya@example.com", "vanya@example.com"}, {"firebase_token", "push-1", "push-1"},
	}
	for round := range 3 {
		testkit.Concurrently(20, func(i int) {
			r := s.Post("user/update").As(user.Token)
			switch field := i % 10; {
			case field < len(fields):
				r.JSON(map[string]any{fields[field].name: fields[field].value})
			case field == 8:
				r.JSON(`{"category_ids":[1,2]}`)
			default:
				r.Multipart([]testkit.File{testkit.Clip(100)})
			}
			r.Do().Want(200)
		})
		seen := s.Get(fmt.Sprintf("user/view/%d", user.ID)).As(user.Token).Do().Want(200).Map()
		for _, field := range fields {
			if seen.At("data", field.name) != field.want {
				t.Errorf("round %d: %s is %v", round, field.name, seen.At("data", field.name))
			}
		}
		if seen.Len("data", "categories") != 2 || seen.Len("data", "media") != 1 || seen.Int("data", "media", 0, "type") != 2 {
			t.Errorf("round %d: %v", round, seen)
		}
		s.Post("user/update").As(user.Token).JSON(map[string]any{"phone": nil, "name": nil, "description": nil, "price": nil, "category_ids": nil,
			"firebase_token": nil, "nickname": "x", "email": "x@example.com", "role": 1}).Do().Want(200)
	}
	if files := s.AwaitStored(2); len(files) != 2 {
		t.Errorf("stored are %v", files)
	}
	s.WantCleanLog()
}

// devices returns the ids of the devices that match a condition.
func devices(t *testing.T, s *testkit.Server, where dbx.HashExp) []string {
	t.Helper()
	var ids []string
	if err := s.App.DB().Select("id").From(store.Devices).Where(where).OrderBy("rowid").Column(&ids); err != nil {
		t.Fatal(err)
	}
	return ids
}

// Concurrent sign-ins of an app leave one device with one valid token. Requests of a replaced device get a 401.
func TestDeviceRace(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t)
	user := s.Signup("role", "1", "device_id", "phone")
	tokens := make([]string, 20)
	testkit.Concurrently(2*len(tokens), func(i int) {
		if i >= len(tokens) {
			answer := s.Post("user/add-firebase-token").As(user.Token).JSON(map[string]any{"firebase_token": fmt.Sprint("push-", i)}).Do()
			if answer.Status != http.StatusCreated && answer.Status != http.StatusUnauthorized {
				t.Errorf("a device that is replaced meanwhile: %d %s", answer.Status, answer.Body)
			}
			return
		}
		tokens[i] = s.Post("auth/login").JSON(map[string]any{"email": user.Email, "password": testkit.Password, "device_id": "phone"}).
			Do().Want(200).Map().String("token")
	})
	if left := devices(t, s, dbx.HashExp{"user": fmt.Sprint(user.ID)}); len(left) != 1 {
		t.Errorf("devices %v", left)
	}
	valid := 0
	for _, token := range append(tokens, user.Token) {
		if answer := s.Get("order/search").As(token).Do(); answer.Status == http.StatusOK {
			valid++
		} else {
			answer.Want(401)
		}
	}
	if valid != 1 {
		t.Errorf("%d tokens are valid", valid)
	}
	s.WantCleanLog()
}

// A request whose device signs in again while it is in progress gets a 401.
func TestDeviceReplacedMeanwhile(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t)
	for _, path := range []string{"user/add-firebase-token", "user/update"} {
		user := s.Signup("role", "1", "device_id", "phone")
		const body = `{"firebase_token":"push"}`
		head := fmt.Sprintf("POST /api/v1/%s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n",
			path, user.Token, len(body))
		answer := s.Exchange(head, func() {
			s.Post("auth/login").JSON(map[string]any{"email": user.Email, "password": testkit.Password, "device_id": "phone"}).Do().Want(200)
		}, body)
		if answer.StatusCode != http.StatusUnauthorized {
			t.Errorf("%s of a replaced device: %s", path, answer.Status)
		}
	}
	s.WantCleanLog()
}

// The most recent device to register a push token owns it, whichever endpoint it uses.
func TestPushAddressRace(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t)
	first, second := s.Signup("role", "1", "firebase_token", "push"), s.Client()
	owner := func(want string) {
		t.Helper()
		if ids := devices(t, s, dbx.HashExp{"firebase_token": "push"}); len(ids) != 1 || ids[0] != want {
			t.Errorf("the push token is owned by devices %v, want %s", ids, want)
		}
	}
	device := func(token string) string { id, _, _ := strings.Cut(token, "|"); return id }
	owner(device(first.Token))
	s.Post("user/add-firebase-token").As(second.Token).JSON(`{"firebase_token":"push"}`).Do().Want(201)
	owner(device(second.Token))
	s.Post("user/update").As(first.Token).JSON(`{"firebase_token":"push"}`).Do().Want(200)
	owner(device(first.Token))
	third := s.Signup("role", "1", "firebase_token", "push")
	owner(device(third.Token))
	if seen := s.Get(fmt.Sprintf("user/view/%d", first.ID)).As(first.Token).Do().Want(200).Map(); seen.At("data", "firebase_token") != nil {
		t.Errorf("the first user still sees %v", seen)
	}
	people := []testkit.Person{first, second, third}
	testkit.Concurrently(21, func(i int) {
		s.Post("user/add-firebase-token").As(people[i%3].Token).JSON(`{"firebase_token":"push"}`).Do().Want(201)
	})
	if ids := devices(t, s, dbx.HashExp{"firebase_token": "push"}); len(ids) != 1 {
		t.Errorf("the push token is owned by devices %v", ids)
	}
	s.WantCleanLog()
}

// Ids of deleted rows are never reused, not even after a restart.
func TestNumbersAreNotUsedTwice(t *testing.T) {
	t.Parallel()
	p := testkit.Process(t)
	p.Run("superuser", "upsert", "owner@example.com", "a long password")
	moderator := p.Post("/api/collections/_superusers/auth-with-password").
		JSON(`{"identity":"owner@example.com","password":"a long password"}`).Do().Want(200).Map().String("token")
	client, performer, last := p.Client(), p.Performer(), p.Client()
	order := p.Order(client, performer)
	p.Request("DELETE", fmt.Sprint("/api/collections/users/records/", last.ID)).As(moderator).Do().Want(204)
	// Only the SQL console can delete orders.
	p.Post("/api/sql").As(moderator).JSON(map[string]any{"query": fmt.Sprintf(`DELETE FROM orders WHERE id = '%d'`, order)}).Do().Want(200)
	p.Get(fmt.Sprintf("user/view/%d", last.ID)).As(client.Token).Do().Want(404)
	for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGKILL} {
		p.Stop(signal)
		p.Start()
		next, nextOrder := p.Client(), p.Order(client, performer)
		if next.ID != last.ID+1 || next.Data.Int("data", "media", 0, "id") != last.ID+1 || !strings.HasPrefix(next.Token, fmt.Sprint(last.ID+1, "|")) {
			t.Errorf("after user %d: %v", last.ID, next.Data)
		}
		if nextOrder != order+1 {
			t.Errorf("after order %d: %d", order, nextOrder)
		}
		last, order = next, nextOrder
	}
}
