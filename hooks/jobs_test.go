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

// Devices that were not used for a year are signed out, and what waits for them is never sent; a device that was used
// since, or was added since and never used, stays, though without its push address.
func TestUnusedDevicesGo(t *testing.T) {
	fcm := fakes.NewFCM(t)
	fcm.Answer(fakes.Always(fakes.Reply{Status: 500, Code: "INTERNAL"}))
	s := testkit.Start(t, fcm.Configure)
	client, performer := s.Client(), s.Performer()
	const day = 24 * time.Hour
	stamp := func(age time.Duration) string { return time.Now().UTC().Add(-age).Format("2006-01-02 15:04:05.000Z") }
	tokens := map[string]string{}
	for name, times := range map[string][2]string{
		"unused": {stamp(400 * day), stamp(366 * day)}, "never used": {stamp(366 * day), ""},
		"used": {stamp(900 * day), stamp(364 * day)}, "new": {stamp(364 * day), ""},
	} {
		tokens[name] = s.AddDevice(performer, name, "en")
		s.Exec(`UPDATE devices SET created = '%s', last_used = '%s' WHERE device_id = '%s'`, times[0], times[1], name)
	}
	s.Order(client, performer)
	s.AwaitOutbox("delayed", func([]string) bool { return s.Count(`pushes WHERE error != ''`) == 4 }) // a try is counted before it is made
	s.RunJob("privet_devices")
	for name, token := range tokens {
		status, devices := 200, 1
		if name == "unused" || name == "never used" {
			status, devices = 401, 0
		}
		s.Get("user/view/1").As(token).Do().Want(status)
		if n := s.Count(`devices WHERE device_id = '` + name + `'`); n != devices {
			t.Errorf("%d devices %s", n, name)
		}
	}
	s.Get("user/view/1").As(performer.Token).Do().Want(200)
	fcm.Answer(nil)
	s.Exec(`UPDATE pushes SET next_try = '2020-01-01 00:00:00.000Z'`)
	s.Order(client, performer) // wakes the worker
	s.AwaitOutbox("settled", func([]string) bool { return s.Count(`pushes WHERE state = 'waiting'`) == 0 })
	if accepted := fcm.Accepted(); len(accepted) != 0 { // those who stay have lost their address, after 270 days
		t.Errorf("pushes went out: %v", accepted)
	}
	if n := s.Count(`pushes WHERE state = 'failed' AND device = ''`); n != 2 {
		t.Errorf("%d pushes ended with their device", n)
	}
}

// More devices than one transaction deletes are signed out, and their tokens are forgotten at once.
func TestManyUnusedDevicesGo(t *testing.T) {
	s := testkit.Start(t)
	p := s.Client()
	s.Get("user/view/1").As(p.Token).Do().Want(200) // it is cached now
	s.Exec(`WITH RECURSIVE n(i) AS (SELECT 1000 UNION ALL SELECT i + 1 FROM n WHERE i < 1249)
		INSERT INTO devices (id, user, device_id, firebase_token, language, last_used, token, created, updated)
		SELECT CAST(i AS TEXT), '%d', '', '', 'en', '', 'hash ' || i, '2020-01-01 00:00:00.000Z', '' FROM n`, p.ID)
	s.Exec(`UPDATE devices SET created = '2020-01-01 00:00:00.000Z', last_used = '' WHERE id < '1000' OR length(id) < 4`)
	s.RunJob("privet_devices")
	if n := s.Count(`devices`); n != 0 {
		t.Errorf("%d devices are left", n)
	}
	s.Get("user/view/1").As(p.Token).Do().Want(401)
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
