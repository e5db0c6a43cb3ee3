package push_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/privet/privet/routes/testkit"
	"github.com/privet/privet/routes/testkit/fakes"
)

// RuStore's pushes go to the addresses that are its own, by the same outbox, in its own form.
func TestRuStore(t *testing.T) {
	fcm, rustore := fakes.NewFCM(t), fakes.NewRuStore(t)
	s := testkit.Start(t, fcm.Configure, rustore.Configure)
	client, performer := s.Client(), s.Performer()
	s.AddDevice(performer, "rustore:one", "ru")
	s.AddDevice(performer, "phone", "en")
	order := s.Order(client, performer)
	m := rustore.Wait(1, testkit.Soon)[0]
	if got := fakes.Summary([]fakes.Message{m}); got != "one order.created Новый заказ" {
		t.Error(got)
	}
	if m.Data["order_id"] != fmt.Sprint(order) || m.Data["event_id"] == "" || !strings.HasSuffix(m.Android.TTL, "s") || m.Notification.Body == "" ||
		m.Android.Notification.ChannelID != "orders" || m.Android.Notification.Title != m.Notification.Title {
		t.Errorf("%+v", m)
	}
	if got := fakes.Summary(fcm.Wait(1, testkit.Soon)); got != "phone order.created New order" {
		t.Error(got)
	}
	if m := s.Get("push").As(s.AddDevice(performer, "rustore:one", "ru")).Do().Want(200).Map(); m.String("status") != "success" {
		t.Error(m)
	}
	if m := rustore.Wait(2, testkit.Soon)[1]; m.Type() != "test" {
		t.Errorf("%+v", m)
	}
}

// Each of RuStore's answers has its consequences for the push and for the device's address.
func TestRuStoreErrors(t *testing.T) {
	for _, c := range []struct {
		name    string
		reply   fakes.Reply
		state   string
		forgets bool
		log     string
	}{
		{"unknown", fakes.Reply{Status: 404}, "failed The app was removed", true, ""},
		{"gone", fakes.Reply{Status: 410}, "failed The app was removed", true, ""},
		{"another server's page", fakes.Reply{Status: 404, Text: "<html>Not Found</html>"}, "waiting RuStore refuses this server (404)", false, "no push gets through"},
		{"a wrong token", fakes.Reply{Status: 401}, "waiting RuStore refuses this server (401)", false, "no push gets through"},
		{"no right", fakes.Reply{Status: 403}, "waiting RuStore refuses this server (403)", false, "no push gets through"},
		{"moved", fakes.Reply{Status: 308, Text: "elsewhere"}, "waiting RuStore refuses this server (308)", false, "no push gets through"},
		{"our fault", fakes.Reply{Status: 400}, "failed RuStore refused the push (400)", false, "a push was refused"},
		{"quota", fakes.Reply{Status: 429, RetryAfter: 600}, "waiting RuStore asked to wait", false, "a push was refused"},
		{"internal", fakes.Reply{Status: 500}, "waiting RuStore is not well (500)", false, "pushes wait"},
		{"garbage", fakes.Reply{Status: 200, Text: "<html>Welcome</html>"}, "waiting The answer is not RuStore's", false, "pushes wait"},
		{"an error with the status 200", fakes.Reply{Status: 200}, "waiting The answer is not RuStore's", false, "pushes wait"},
		{"no answer", fakes.Reply{Drop: true}, "waiting RuStore could not be reached", false, "pushes wait"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			rustore := fakes.NewRuStore(t)
			rustore.Answer(fakes.Always(c.reply))
			s := testkit.Start(t, rustore.Configure)
			client, performer := s.Client(), s.Performer()
			s.AddDevice(performer, "rustore:phone", "en")
			s.Order(client, performer)
			s.AwaitOutbox(c.state, func(rows []string) bool { return strings.HasPrefix(rows[0], c.state) })
			if kept := s.Count("devices WHERE firebase_token = 'rustore:phone'") == 1; kept == c.forgets {
				t.Errorf("the address is kept: %t", kept)
			}
			if c.log != "" {
				s.WantLog(c.log)
			}
			if strings.Contains(s.Log.String(), "service-token") {
				t.Error("the log holds the token")
			}
		})
	}
}

// One service's outage, wrong set-up or limit takes nothing from the other one.
func TestSendersPauseByThemselves(t *testing.T) {
	for name, reply := range map[string]fakes.Reply{
		"down":     {Drop: true},
		"hangs":    {Hang: true},
		"set-up":   {Status: 401},
		"overload": {Status: 429, RetryAfter: 600},
	} {
		for _, downs := range []string{"rustore", "fcm"} {
			t.Run(downs+" "+name, func(t *testing.T) {
				t.Parallel()
				fcm, rustore := fakes.NewFCM(t), fakes.NewRuStore(t)
				up, answer := fcm.Wait, rustore.Answer
				if downs == "fcm" {
					up, answer = rustore.Wait, fcm.Answer
				}
				ended := make(chan struct{})
				answer(func(fakes.Message) fakes.Reply {
					if reply.Hang {
						<-ended
						return fakes.Reply{}
					}
					return reply
				})
				s := testkit.Start(t, fcm.Configure, rustore.Configure)
				t.Cleanup(func() { // the stop of the server waits for tries in progress
					close(ended)
					answer(nil)
				})
				client, performer := s.Client(), s.Performer()
				s.AddDevice(performer, "rustore:phone", "en")
				s.AddDevice(performer, "phone", "en")
				for range 8 {
					s.Order(client, performer)
				}
				began := time.Now()
				s.Order(client, performer)
				if late := up(9, testkit.Soon)[8].At.Sub(began); late > time.Second {
					t.Errorf("the other's push takes %s", late)
				}
			})
		}
	}
}

// A push goes to the service of the address that the device has now, whichever it had when it was written.
func TestPushFollowsTheAddress(t *testing.T) {
	fcm, rustore := fakes.NewFCM(t), fakes.NewRuStore(t)
	fcm.Answer(fakes.Always(fakes.Reply{Status: 500, Code: "INTERNAL"}))
	s := testkit.Start(t, fcm.Configure, rustore.Configure)
	client, performer := s.Client(), s.Performer()
	token := s.AddDevice(performer, "phone", "en")
	s.Order(client, performer)
	s.AwaitOutbox("tried", func(rows []string) bool { return strings.HasPrefix(rows[0], "waiting Firebase") })
	s.Post("user/add-firebase-token").As(token).JSON(`{"firebase_token":"rustore:phone"}`).Do().Want(201)
	s.Exec("UPDATE pushes SET next_try = created")
	s.Order(client, performer) // wakes the worker
	if got := fakes.Summary(rustore.Wait(2, testkit.Soon)); got != "phone order.created New order\nphone order.created New order" {
		t.Error(got)
	}
}

// Addresses of a service that is not configured are off, also where another one is.
func TestRuStoreOff(t *testing.T) {
	fcm := fakes.NewFCM(t)
	s := testkit.Start(t, fcm.Configure)
	client, performer := s.Client(), s.Performer()
	s.AddDevice(performer, "rustore:phone", "en")
	s.AddDevice(performer, "phone", "en")
	s.Order(client, performer)
	fcm.Wait(1, testkit.Soon)
	s.AwaitOutbox("sent", func(rows []string) bool { return slices.Contains(rows, "sent") && slices.Contains(rows, "off") })
}

// Each service delivers every event once, whoever writes meanwhile.
func TestManyDevicesOfBothServices(t *testing.T) {
	fcm, rustore := fakes.NewFCM(t), fakes.NewRuStore(t)
	s := testkit.Start(t, fcm.Configure, rustore.Configure)
	client, performer := s.Client(), s.Performer()
	s.AddDevice(performer, "rustore:phone", "en")
	s.AddDevice(performer, "phone", "en")
	var writers sync.WaitGroup
	for range 4 {
		writers.Go(func() {
			for range 10 {
				s.Order(client, performer)
			}
		})
	}
	writers.Wait()
	for _, received := range [][]fakes.Message{fcm.Wait(40, testkit.Soon), rustore.Wait(40, testkit.Soon)} {
		events := map[string]bool{}
		for _, m := range received {
			events[m.Data["event_id"]] = true
		}
		if len(events) != 40 {
			t.Errorf("%d events", len(events))
		}
	}
}
