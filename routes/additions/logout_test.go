package additions_test

import (
	"strings"
	"sync"
	"testing"

	"github.com/privet/privet/routes/testkit"
	"github.com/privet/privet/routes/testkit/fakes"
)

const done = `{"status":"success"}`

// Who is signed out on one device stays signed in on the others; only a device's own token signs it out.
func TestLogout(t *testing.T) {
	s := testkit.Start(t)
	client, other := s.Client(), s.Client()
	tablet := s.AddDevice(client, "tablet", "en")
	s.Post("auth/logout").Do().Want(401)
	invite := s.Post("user/get-by-invite").JSON(map[string]any{"invite": client.Data.String("data", "invite")}).Do().Want(200).Map().String("token")
	s.Post("auth/logout").As(invite).Do().Want(401)
	s.Get(client.Path()).As(invite).Do().Want(200)
	s.Post("auth/logout").As(client.Token).JSON(`{"a"`).Do().Want(400)
	s.Get("auth/logout").As(client.Token).Do().Want(405)
	s.Get("order/search").As(client.Token).Do().Want(200) // so far it is signed in, and cached

	s.Post("auth/logout").As(client.Token).Do().Want(200).WantJSON(done)

	for range 2 {
		s.Post("auth/logout").As(client.Token).Do().Want(401)
		s.Get("order/search").As(client.Token).Do().Want(401)
		s.Post("user/add-firebase-token").As(client.Token).JSON(`{"firebase_token":"x"}`).Do().Want(401)
	}
	s.Get("order/search").As(tablet).Do().Want(200)
	s.Get("order/search").As(other.Token).Do().Want(200)
	s.Get("order/search").As(s.Login(client)).Do().Want(200)
	s.WantCleanLog()
}

// Of many requests that sign one device out at once, one does.
func TestLogoutAtOnce(t *testing.T) {
	s := testkit.Start(t)
	client := s.Client()
	var all sync.WaitGroup
	var mu sync.Mutex
	statuses := map[int]int{}
	for range 8 {
		all.Go(func() {
			answer := s.Post("auth/logout").As(client.Token).Header("Idempotency-Key", "tap").Do()
			mu.Lock()
			defer mu.Unlock()
			statuses[answer.Status]++
		})
	}
	all.Wait()
	// A request with the same key that was authorized before the first one's commit gets its answer.
	if statuses[200] == 0 || statuses[200]+statuses[401] != 8 {
		t.Errorf("statuses %v", statuses)
	}
	s.Post("auth/logout").As(client.Token).Header("Idempotency-Key", "tap").Do().Want(401)
	if n := s.Count("devices"); n != 0 {
		t.Errorf("%d devices", n)
	}
	s.WantCleanLog()
}

// A key that was used for another request does not sign out.
func TestLogoutWithUsedKey(t *testing.T) {
	s := testkit.Start(t)
	client := s.Client()
	s.Post("user/update").As(client.Token).Header("Idempotency-Key", "tap").JSON(`{"name":"A"}`).Do().Want(200)
	s.Post("auth/logout").As(client.Token).Header("Idempotency-Key", "tap").Do().Want(409)
	s.Get("order/search").As(client.Token).Do().Want(200)
}

// After the sign-out nothing is pushed to the device, neither what waited for it nor what happens later; the person's
// other devices get both.
func TestLogoutEndsPushes(t *testing.T) {
	fcm := fakes.NewFCM(t)
	fcm.Answer(fakes.Always(fakes.Reply{Status: 500, Code: "INTERNAL"}))
	s := testkit.Start(t, fcm.Configure)
	client, performer := s.Client(), s.Performer()
	phone := s.AddDevice(performer, "phone", "en")
	s.AddDevice(performer, "tablet", "en")
	s.Order(client, performer)
	s.AwaitOutbox("tried", func(rows []string) bool {
		return len(rows) == 2 && strings.HasPrefix(rows[0], "waiting F") && strings.HasPrefix(rows[1], "waiting F")
	})

	s.Post("auth/logout").As(phone).Do().Want(200)

	if n := s.Count("pushes WHERE state = 'expired' AND error = 'The device signed out.' AND next_try = ''"); n != 1 {
		t.Errorf("%d pushes have ended: %v", n, s.Outbox())
	}
	fcm.Answer(nil)
	s.Exec("UPDATE pushes SET next_try = '2020-01-01 00:00:00.000Z' WHERE state = 'waiting'")
	s.Order(client, performer) // wakes the worker
	s.AwaitOutbox("sent", func(rows []string) bool { return strings.Count(strings.Join(rows, "\n"), "sent") == 2 })
	for _, m := range fcm.Wait(2, testkit.Soon) {
		if m.Token != "tablet" {
			t.Errorf("%s received the push about order %s", m.Token, m.Data["order_id"])
		}
	}
	if n := s.Count("devices WHERE firebase_token = 'phone'"); n != 0 {
		t.Errorf("%d devices have the address", n)
	}
	s.WantCleanLog()
}
