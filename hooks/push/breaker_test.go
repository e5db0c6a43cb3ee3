package push_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/privet/privet/routes/testkit"
	"github.com/privet/privet/routes/testkit/fakes"
)

// A misconfigured server loses no push: all wait, one log line says why, and all are sent once the fault is corrected.
func TestPushesSurviveAWrongSetUp(t *testing.T) {
	const shortest, longest = 5 * time.Second, 10 * time.Second // of first pauses
	for name, c := range map[string]struct {
		reply   fakes.Reply
		noToken bool
		state   string // a prefix of a push's state and error in the outbox
	}{
		"401":      {fakes.Reply{Status: 401}, false, "waiting Firebase refuses this server (401)"},
		"403":      {fakes.Reply{Status: 403}, false, "waiting Firebase refuses this server (403)"},
		"404":      {fakes.Reply{Status: 404}, false, "waiting Firebase refuses this server (404)"},
		"no token": {fakes.Reply{}, true, "waiting Google refuses the service account (invalid_grant)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fcm := fakes.NewFCM(t)
			phones := int32(4) // as many as the worker sends at once
			if c.noToken {
				phones = 1 // the token is requested once, so that further phones would only wait
			}
			var requests atomic.Int32
			all := make(chan struct{})
			fcm.Answer(func(fakes.Message) fakes.Reply {
				if requests.Add(1) == phones {
					close(all)
				}
				<-all
				return c.reply
			})
			fcm.RefuseTokens(c.noToken)
			s := testkit.Start(t, fcm.Configure)
			client, performer := s.Client(), s.Performer()
			for i := range phones {
				s.AddDevice(performer, fmt.Sprint("phone", i), "en")
			}
			began := time.Now()
			s.Order(client, performer)
			s.AwaitOutbox(c.state, func(rows []string) bool {
				return !slices.ContainsFunc(rows, func(row string) bool { return !strings.HasPrefix(row, c.state) })
			})
			soonest := began.Add(shortest).UTC().Format("2006-01-02 15:04:05.000Z")
			if n := s.Count("pushes WHERE next_try < '" + soonest + "'"); n != 0 {
				t.Errorf("%d are tried again sooner than after %s", n, shortest)
			}
			fcm.Answer(nil)
			fcm.RefuseTokens(false)
			s.Order(client, performer)
			s.Pass(shortest - time.Second)
			s.Order(client, performer)
			for _, row := range s.Outbox() {
				if !strings.HasPrefix(row, "waiting") || strings.Contains(row, "http") {
					t.Errorf("the outbox holds %q", row)
				}
			}
			over := time.Now()
			s.Pass(longest)
			for _, m := range fcm.Wait(int(3*phones), 2*testkit.Soon) {
				if m.At.Before(over) {
					t.Error("a push was sent in the pause")
				}
			}
			s.FlushLog()
			if lines := strings.Count(s.Log.String(), "no push gets through"); lines != 1 {
				t.Errorf("%d lines say so: %s", lines, s.Log)
			}
		})
	}
}

// An outage of FCM is logged once, however many pushes fail by it.
func TestPushOutageIsToldOnce(t *testing.T) {
	fcm := fakes.NewFCM(t)
	fcm.Answer(fakes.Always(fakes.Reply{Status: 500}))
	s := testkit.Start(t, fcm.Configure)
	client, performer := s.Client(), s.Performer()
	s.AddDevice(performer, "phone", "en")
	const orders = 6
	for range orders {
		s.Order(client, performer)
	}
	s.AwaitOutbox("tried", func(rows []string) bool {
		return strings.Count(strings.Join(rows, "\n"), "waiting Firebase is not well (500).") == orders
	})
	s.FlushLog()
	if lines := strings.Count(s.Log.String(), "pushes wait: Firebase is not well"); lines != 1 {
		t.Errorf("%d lines say so: %s", lines, s.Log)
	}
}

// FCM's Retry-After is respected in every answer that may have one. A time that has passed doesn't shorten the backoff.
func TestPushWaitsNoShorter(t *testing.T) {
	const backoff = 5 * time.Second // the shortest first backoff
	for name, c := range map[string]struct {
		reply fakes.Reply
		least time.Duration
	}{
		"500":             {fakes.Reply{Status: 500, Code: "INTERNAL", RetryAfter: 100}, 100 * time.Second},
		"503":             {fakes.Reply{Status: 503, Code: "UNAVAILABLE", RetryAfter: 100}, 100 * time.Second},
		"502":             {fakes.Reply{Status: 502, RetryText: time.Now().Add(time.Hour).UTC().Format(http.TimeFormat)}, 30 * time.Minute},
		"500, at once":    {fakes.Reply{Status: 500, Code: "INTERNAL", RetryText: "0"}, backoff},
		"429, at once":    {fakes.Reply{Status: 429, RetryText: "0"}, backoff},
		"429, long since": {fakes.Reply{Status: 429, RetryText: "Wed, 21 Oct 2015 07:28:00 GMT"}, backoff},
		"429, no header":  {fakes.ProjectQuota(0), time.Minute},
		"429, the device": {fakes.DeviceQuota(0), time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fcm := fakes.NewFCM(t)
			var requests atomic.Int32
			fcm.Answer(func(fakes.Message) fakes.Reply {
				requests.Add(1)
				return c.reply
			})
			s := testkit.Start(t, fcm.Configure)
			client, performer := s.Client(), s.Performer()
			s.AddDevice(performer, "phone", "en")
			began := time.Now().Truncate(time.Millisecond)
			s.Order(client, performer)
			s.AwaitOutbox("tried", func(rows []string) bool { return strings.HasPrefix(rows[0], "waiting Firebase") })
			if times := requests.Load(); times != 1 && c.least > backoff {
				t.Errorf("%d requests for one try", times)
			}
			push, err := s.App.FindFirstRecordByFilter("pushes", "tries = 1")
			if err != nil {
				t.Fatal(err)
			}
			if wait := push.GetDateTime("next_try").Time().Sub(began); wait < c.least {
				t.Errorf("waits for %s, want %s", wait, c.least)
			}
		})
	}
}

// A push is not retried after a newer one about the same order, which it would replace on the phone.
func TestOlderPushStaysBehind(t *testing.T) {
	const replaced = "expired A newer push of the same order took its place."
	for name, c := range map[string]struct {
		newer fakes.Reply // to the newer push
		want  string      // state of the older one
	}{
		"the newer one was sent":    {fakes.Reply{}, replaced},
		"the newer one waits":       {fakes.Reply{Status: 500, Code: "INTERNAL"}, replaced},
		"the newer one was refused": {fakes.Reply{Status: 400}, "sent"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fcm := fakes.NewFCM(t)
			fcm.Answer(fakes.Always(fakes.Reply{Status: 500, Code: "INTERNAL"}))
			s := testkit.Start(t, fcm.Configure)
			client, performer, other := s.Client(), s.Performer(), s.Performer()
			s.AddDevice(performer, "phone", "en")
			s.AddDevice(other, "other", "en")
			tryAt := func(field string) {
				t.Helper()
				if _, err := s.App.DB().NewQuery("UPDATE pushes SET next_try = " + field + " WHERE type = 'order.created'").Execute(); err != nil {
					t.Fatal(err)
				}
			}
			order := s.Order(client, performer)
			s.AwaitOutbox("tried", func(rows []string) bool { return strings.HasPrefix(rows[0], "waiting Firebase") })
			tryAt("expires") // prevents a retry until the test allows it
			fcm.Answer(func(m fakes.Message) fakes.Reply {
				if m.Data["type"] == "order.cancelled" {
					return c.newer
				}
				return fakes.Reply{}
			})
			s.Post(fmt.Sprintf("order/update/%d", order)).As(client.Token).JSON(`{"status":3}`).Do().Want(200)
			s.AwaitOutbox("tried", func(rows []string) bool { return len(rows) == 2 && rows[1] != "waiting" })
			tryAt("created")
			s.Order(client, other) // wakes the worker
			s.AwaitOutbox(c.want, func(rows []string) bool { return rows[0] == c.want })
		})
	}
}

// Pushes about an order that have not been tried yet are sent in order.
func TestPushesOfAnOrderComeInTurn(t *testing.T) {
	fcm := fakes.NewFCM(t)
	fcm.Answer(fakes.Always(fakes.ProjectQuota(600)))
	s := testkit.Start(t, fcm.Configure)
	client, performer, other := s.Client(), s.Performer(), s.Performer()
	s.AddDevice(performer, "phone", "en")
	s.AddDevice(other, "other", "en")
	s.Order(client, other)
	s.AwaitOutbox("told to wait", func(rows []string) bool { return strings.HasPrefix(rows[0], "waiting Firebase asked") })
	fcm.Answer(nil)
	order := s.Order(client, performer)
	s.Post(fmt.Sprintf("order/update/%d", order)).As(client.Token).JSON(`{"status":3}`).Do().Want(200)
	s.Pass(721 * time.Second) // a fifth is jitter
	fcm.Wait(3, 2*testkit.Soon)
	s.AwaitOutbox("sent", func(rows []string) bool { return strings.Join(rows, " ") == "sent sent sent" })
}
