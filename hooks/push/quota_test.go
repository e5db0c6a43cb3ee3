package push_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/privet/privet/routes/testkit"
	"github.com/privet/privet/routes/testkit/fakes"
)

// A device to which too much is sent delays its own pushes alone, and is asked seldom.
func TestNoisyDeviceWaitsAlone(t *testing.T) {
	fcm := fakes.NewFCM(t)
	fcm.Answer(func(m fakes.Message) fakes.Reply {
		if m.Token == "noisy" {
			return fakes.DeviceQuota(0)
		}
		return fakes.Reply{}
	})
	s := testkit.Start(t, fcm.Configure)
	client, noisy, quiet := s.Client(), s.Performer(), s.Performer()
	s.AddDevice(noisy, "noisy", "en")
	s.AddDevice(quiet, "quiet", "en")
	const orders = 100
	for range orders {
		s.Order(client, noisy)
	}
	began := time.Now()
	s.Order(client, quiet)
	if wait := fcm.Wait(1, testkit.Soon)[0].At.Sub(began); wait > time.Second {
		t.Errorf("another device's push takes %s", wait)
	}
	s.AwaitOutbox("delayed", func(rows []string) bool {
		return s.Count("pushes WHERE state = 'waiting' AND next_try > strftime('%Y-%m-%d %H:%M:%fZ', 'now', '+50 seconds')") == orders
	})
	if asked := fcm.Asked(); asked > 1+4 { // as many as are sent at once
		t.Errorf("%d messages were sent", asked)
	}
	s.FlushLog()
	if lines := strings.Count(s.Log.String(), "too many pushes to this device"); lines != 1 {
		t.Errorf("%d lines tell: %s", lines, s.Log)
	}
}

// The project's limit, or two devices over theirs at about the same time, let all wait.
func TestProjectOverQuotaWaits(t *testing.T) {
	for name, c := range map[string]struct {
		reply   fakes.Reply
		devices int
		wait    bool
	}{
		"the project":                        {fakes.ProjectQuota(600), 1, true},
		"the project, as a violation":        {fakes.Reply{Status: 429, Code: "QUOTA_EXCEEDED", RetryAfter: 600, Details: []any{map[string]any{"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": []any{map[string]string{"subject": "project:greetings"}}}}}, 1, true},
		"a device":                           {fakes.DeviceQuota(600), 1, false},
		"a device, as the code alone tells":  {fakes.Reply{Status: 429, Code: "QUOTA_EXCEEDED", RetryAfter: 600}, 1, false},
		"two devices at about the same time": {fakes.DeviceQuota(600), 2, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fcm := fakes.NewFCM(t)
			fcm.Answer(func(m fakes.Message) fakes.Reply {
				if strings.HasPrefix(m.Token, "noisy") {
					return c.reply
				}
				return fakes.Reply{}
			})
			s := testkit.Start(t, fcm.Configure)
			client, other := s.Client(), s.Performer()
			s.AddDevice(other, "other", "en")
			for i := range c.devices {
				noisy := s.Performer()
				s.AddDevice(noisy, fmt.Sprint("noisy", i), "en")
				s.Order(client, noisy)
			}
			s.AwaitOutbox("refused", func(rows []string) bool {
				return !slices.ContainsFunc(rows, func(row string) bool { return !strings.HasPrefix(row, "waiting Firebase asked") })
			})
			s.Order(client, other)
			if !c.wait {
				fcm.Wait(1, testkit.Soon)
				return
			}
			s.Pass(590 * time.Second)
			s.Order(client, other)
			fcm.Answer(nil)
			over := time.Now()
			s.Pass(131 * time.Second) // a fifth is jitter
			for _, m := range fcm.Wait(2+c.devices, 2*testkit.Soon) {
				if m.At.Before(over) {
					t.Error("another device's push does not wait")
				}
			}
		})
	}
}

// Apple's refusal of the project's key is one line, however many pushes meet it, and is asked for less and less often.
func TestAppleRefusesQuietly(t *testing.T) {
	fcm := fakes.NewFCM(t)
	fcm.Answer(fakes.Always(fakes.AppleRefuses("InvalidProviderToken")))
	s := testkit.Start(t, fcm.Configure)
	client, performer := s.Client(), s.Performer()
	s.AddDevice(performer, "iphone", "en")
	const orders = 30
	for range orders {
		s.Order(client, performer)
	}
	s.AwaitOutbox("refused", func(rows []string) bool { return s.Count("pushes WHERE tries = 1 AND error <> ''") == orders })
	s.Exec("UPDATE pushes SET tries = 6, next_try = created")
	s.Order(client, performer) // wakes the worker
	s.AwaitOutbox("refused again", func(rows []string) bool { return s.Count("pushes WHERE tries = 7 AND next_try > created") == orders })
	if n := s.Count("pushes WHERE tries = 7 AND next_try > strftime('%Y-%m-%d %H:%M:%fZ', 'now', '+59 minutes')"); n != orders {
		t.Error("it is tried again within the hour")
	}
	s.FlushLog()
	if lines := strings.Count(s.Log.String(), "Apple refuses"); lines != 1 {
		t.Errorf("%d lines tell: %s", lines, s.Log)
	}
}

// Nothing is forgotten for a fault of ours, and it is told once.
func TestOurFaultForgetsNothing(t *testing.T) {
	fcm, rustore := fakes.NewFCM(t), fakes.NewRuStore(t)
	fcm.Answer(fakes.Always(fakes.BadRequest("message.android.notification")))
	rustore.Answer(fakes.Always(fakes.Reply{Status: 400}))
	s := testkit.Start(t, fcm.Configure, rustore.Configure)
	client, performer := s.Client(), s.Performer()
	s.AddDevice(performer, "phone", "en")
	s.AddDevice(performer, "rustore:phone", "en")
	const orders = 20
	for range orders {
		s.Order(client, performer)
	}
	s.AwaitOutbox("refused", func(rows []string) bool { return s.Count("pushes WHERE state = 'failed'") == 2*orders })
	if n := s.Count("devices WHERE firebase_token IN ('phone', 'rustore:phone')"); n != 2 {
		t.Errorf("%d addresses are kept", n)
	}
	s.FlushLog()
	if lines := strings.Count(s.Log.String(), "level=ERROR"); lines != 2 {
		t.Errorf("%d lines tell: %s", lines, s.Log)
	}
}

// Installation ids arrive as such, and tokens as tokens.
func TestInstallationID(t *testing.T) {
	const fid, token = "eHWhVTRATZ-EZ-JBaD2Huf", "eHWhVTRATZ-EZ-JBaD2Huf:APA91b"
	fcm := fakes.NewFCM(t)
	s := testkit.Start(t, fcm.Configure)
	client, performer := s.Client(), s.Performer()
	s.AddDevice(performer, fid, "en")
	s.AddDevice(performer, token, "en")
	s.Order(client, performer)
	for _, m := range fcm.Wait(2, testkit.Soon) {
		if m.FID != "" && m.FID != fid || m.FID == "" && m.Token != token || m.Data["order_id"] == "" || m.Notification.Title == "" {
			t.Errorf("%+v", m)
		}
	}
}

// The badge is how many orders wait for the receiver: new ones for the performer, delivered ones for the client.
func TestBadge(t *testing.T) {
	fcm := fakes.NewFCM(t)
	s := testkit.Start(t, fcm.Configure)
	client, performer := s.Client(), s.Performer()
	s.AddDevice(client, "client", "en")
	s.AddDevice(performer, "performer", "en")
	want := func(messages []fakes.Message, badges ...int) {
		t.Helper()
		for i, badge := range badges {
			if got := messages[i].APNS.Payload.Aps.Badge; got == nil || *got != badge {
				t.Errorf("%s has the badge %v, want %d", messages[i].Type(), got, badge)
			}
		}
		fcm.Reset()
	}
	first := s.Order(client, performer)
	want(fcm.Wait(1, testkit.Soon), 1)
	second := s.Order(client, performer)
	want(fcm.Wait(1, testkit.Soon), 2)
	s.Finish(performer, first).Want(200)
	want(fcm.Wait(1, testkit.Soon), 1)
	s.Finish(performer, second).Want(200)
	want(fcm.Wait(1, testkit.Soon), 2)
	s.Post(fmt.Sprintf("order/update/%d", first)).As(client.Token).JSON(`{"rating_rate":5}`).Do().Want(200)
	messages := fcm.Wait(1, testkit.Soon)
	if channel := messages[0].Android.Notification.ChannelID; channel != "reviews" {
		t.Errorf("a review has the channel %s", channel)
	}
	want(messages, 0)
}

// Push tokens of devices that nobody uses are removed, and the devices stay signed in.
func TestOldAddressesGo(t *testing.T) {
	fcm := fakes.NewFCM(t)
	s := testkit.Start(t, fcm.Configure)
	client, performer := s.Client(), s.Performer()
	old := s.AddDevice(performer, "old", "en")
	s.AddDevice(performer, "used", "en")
	for device, days := range map[string]int{"old": 271, "used": 269} {
		s.Exec("UPDATE devices SET created = '2020-01-01 00:00:00.000Z', last_used = strftime('%%Y-%%m-%%d %%H:%%M:%%fZ', 'now', '-%d days') WHERE device_id = '%s'", days, device)
	}
	s.RunJob("privet_devices")
	s.Order(client, performer)
	if m := fcm.Wait(1, testkit.Soon)[0]; m.Token != "used" || len(s.Outbox()) != 1 {
		t.Errorf("%s received a push, of %d", m.Token, len(s.Outbox()))
	}
	if m := s.Get(performer.Path()).As(old).Do().Want(200).Map(); m.At("data", "firebase_token") != nil {
		t.Error("the old device has its push token still")
	}
}
