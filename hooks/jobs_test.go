package hooks_test

import (
	"testing"
	"time"

	"github.com/privet/privet/routes/testkit"
	"github.com/privet/privet/routes/testkit/fakes"
)

// The outbox keeps pushes for thirty days.
func TestOldPushesGo(t *testing.T) {
	s := testkit.Start(t)
	client, performer := s.Client(), s.Performer()
	s.AddDevice(performer, "phone", "en")
	s.Order(client, performer)
	s.Order(client, performer)
	const day = 24 * time.Hour
	for i, age := range []time.Duration{29 * day, 31 * day} {
		s.Exec(`UPDATE pushes SET created = '%s' WHERE "order" = '%d'`, time.Now().UTC().Add(-age).Format("2006-01-02 15:04:05.000Z"), i+1)
	}
	s.RunJob("privet_pushes")
	if n := s.Count(`pushes`); n != 1 {
		t.Errorf("%d pushes are kept", n)
	}
	if n := s.Count(`pushes WHERE "order" = '1'`); n != 1 {
		t.Error("the younger one was deleted")
	}
}

// A push that could not be sent in time expires.
func TestPushExpires(t *testing.T) {
	fcm := fakes.NewFCM(t)
	fcm.Answer(fakes.Always(fakes.Reply{Status: 500, Code: "INTERNAL"}))
	s := testkit.Start(t, fcm.Configure)
	client, performer := s.Client(), s.Performer()
	s.AddDevice(performer, "phone", "en")
	s.Order(client, performer)
	s.AwaitOutbox("delayed", func(rows []string) bool { return rows[0] != "waiting" })
	fcm.Answer(nil)
	if n := s.Count(`pushes WHERE tries = 1 AND next_try > updated AND expires > '` + time.Now().UTC().Add(23*time.Hour).Format("2006-01-02 15:04:05") + `'`); n != 1 {
		t.Error("a day's time to live, or the backoff, is missing")
	}
	s.Exec(`UPDATE pushes SET expires = '2020-01-01 00:00:00.000Z', next_try = '2020-01-01 00:00:00.000Z'`)
	s.Order(client, performer) // wakes the worker
	fcm.Wait(1, testkit.Soon)
	s.AwaitOutbox("expired", func(rows []string) bool { return rows[0] == "expired It could not be sent in time." })
	if accepted := fcm.Accepted(); len(accepted) != 1 || accepted[0].Data["order_id"] != "2" {
		t.Errorf("FCM has %v", accepted)
	}
}

// Expired invite tokens are deleted.
func TestInviteTokensGo(t *testing.T) {
	s := testkit.Start(t)
	invite := s.Client().Data.String("data", "invite")
	for range 2 {
		s.Post("user/get-by-invite").JSON(map[string]any{"invite": invite}).Do().Want(200)
	}
	s.Exec(`UPDATE invite_tokens SET expires = '2020-01-01 00:00:00.000Z' WHERE id = '2'`)
	s.RunJob("privet_invite_tokens")
	if n := s.Count(`invite_tokens`); n != 1 {
		t.Errorf("%d are kept", n)
	}
}

// The time of a device's last use is written once a minute.
func TestLastUsed(t *testing.T) {
	s := testkit.Start(t)
	p := s.Client()
	s.Get("user/view/1").As(p.Token).Do().Want(200)
	s.RunJob("privet_last_used")
	if n := s.Count(`devices WHERE last_used > '2026'`); n != 1 {
		t.Error("nothing was written")
	}
}
