package push_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/privet/privet/hooks/settings"
	"github.com/privet/privet/routes/testkit"
	"github.com/privet/privet/routes/testkit/fakes"
)

// Each event is pushed to the right devices, in their languages, wherever the change was made (contract section 4).
func TestPushesReachTheRightDevices(t *testing.T) {
	fcm := fakes.NewFCM(t)
	s := testkit.Start(t, fcm.Configure)
	client, performer, stranger := s.Client(), s.Performer(), s.Client()
	s.AddDevice(client, "client-ru", "ru-RU,ru;q=0.9,en;q=0.5")
	s.AddDevice(client, "client-en", "de, en;q=0.3")
	s.AddDevice(performer, "performer-ru", "ru")
	s.AddDevice(stranger, "stranger", "en")
	moderator := s.Owner()

	order := s.Order(client, performer)
	path := fmt.Sprintf("order/update/%d", order)
	record := fmt.Sprintf("/api/collections/orders/records/%d", order)
	next := func(count int, want ...string) []fakes.Message {
		t.Helper()
		messages := fcm.Wait(count, testkit.Soon)
		if got := fakes.Summary(messages); got != strings.Join(want, "\n") {
			t.Errorf("the pushes are\n%s\nwant\n%s", got, strings.Join(want, "\n"))
		}
		fcm.Reset()
		return messages
	}

	created := next(1, "performer-ru order.created Новый заказ")[0]
	nickname := client.Data.String("data", "nickname")
	if created.Data["order_id"] != fmt.Sprint(order) || created.Data["event_id"] == "" || len(created.Data) != 3 ||
		created.Notification.Body != nickname+" заказывает у вас поздравление" {
		t.Errorf("%+v", created)
	}
	if a := created.Android; a.Priority != "high" || a.TTL == "" || a.Notification.ChannelID != "orders" || a.Notification.Tag != fmt.Sprintf("order-%d", order) ||
		a.Notification.TitleLocKey != "" || a.Notification.BodyLocKey != "" {
		t.Errorf("Android: %+v", a)
	}
	if a := created.APNS; a.Headers["apns-collapse-id"] != fmt.Sprintf("order-%d", order) || a.Headers["apns-expiration"] == "" ||
		a.Payload.Aps.Sound != "default" || a.Payload.Aps.ThreadID == "" || a.Payload.Aps.Category != "ORDER" {
		t.Errorf("APNs: %+v", a)
	}
	if strings.Contains(fmt.Sprint(created), "aunt") {
		t.Error("a push holds the order's text")
	}

	s.Finish(performer, order).Want(200)
	next(2, "client-en order.done Your greeting is ready", "client-ru order.done Поздравление готово")

	s.Post(path).As(client.Token).JSON(`{"rating_rate":5}`).Do().Want(200)
	next(1, "performer-ru order.reviewed Новый отзыв")
	s.Post(path).As(client.Token).JSON(`{"rating_rate":5}`).Do().Want(200) // a retry is no event

	// A moderator cancels: both participants.
	s.Request(http.MethodPatch, record).As(moderator).JSON(`{"status":"cancelled"}`).Do().Want(200)
	next(3, "client-en order.cancelled Order cancelled", "client-ru order.cancelled Заказ отменён", "performer-ru order.cancelled Заказ отменён")
	s.Request(http.MethodPatch, record).As(moderator).JSON(`{"status":"new"}`).Do().Want(200) // reopened: no push

	// Code without an actor cancels, such as a cron job: both participants.
	o, err := s.App.FindRecordById("orders", fmt.Sprint(order))
	if err != nil {
		t.Fatal(err)
	}
	o.Set("status", "cancelled")
	if err := s.App.Save(o); err != nil {
		t.Fatal(err)
	}
	next(3, "client-en order.cancelled Order cancelled", "client-ru order.cancelled Заказ отменён", "performer-ru order.cancelled Заказ отменён")

	// A participant cancels: the other one.
	second := s.Order(client, performer)
	next(1, "performer-ru order.created Новый заказ")
	s.Post(fmt.Sprintf("order/update/%d", second)).As(performer.Token).JSON(`{"status":3}`).Do().Want(200)
	next(2, "client-en order.cancelled Order cancelled", "client-ru order.cancelled Заказ отменён")

	// A rejected change is no event.
	s.Post(fmt.Sprintf("order/update/%d", second)).As(client.Token).JSON(`{"status":4,"rating_rate":1}`).Do().Want(429)
	time.Sleep(300 * time.Millisecond)
	if rest := fcm.Accepted(); len(rest) != 0 {
		t.Errorf("more pushes: %s", fakes.Summary(rest))
	}
}

// A device that has signed out, or now belongs to another user, receives nothing, not even pushes written before.
func TestPushesMissWhoIsGone(t *testing.T) {
	fcm := fakes.NewFCM(t)
	hold, held := make(chan struct{}), make(chan struct{}, 10)
	fcm.Answer(func(m fakes.Message) fakes.Reply {
		if m.Token == "first" {
			held <- struct{}{}
			<-hold
		}
		return fakes.Reply{}
	})
	s := testkit.Start(t, fcm.Configure)
	client, performer, other := s.Client(), s.Performer(), s.Client()
	s.AddDevice(performer, "first", "en")
	for range 4 { // as many as the worker sends at once
		s.Order(client, performer)
	}
	for range 4 {
		<-held
	}
	s.AddDevice(performer, "gone", "en")
	s.AddDevice(performer, "moved", "en")
	s.Order(client, performer)
	if _, err := s.App.DB().NewQuery("DELETE FROM devices WHERE device_id = 'gone'").Execute(); err != nil {
		t.Fatal(err)
	}
	s.AddDevice(other, "moved", "en")
	close(hold)
	s.AwaitOutbox("settled", func(rows []string) bool {
		return len(rows) == 7 && !slices.ContainsFunc(rows, func(r string) bool { return strings.HasPrefix(r, "waiting") })
	})
	for _, m := range fcm.Accepted() {
		if m.Token != "first" {
			t.Errorf("%s received %s", m.Token, m.Data["type"])
		}
	}
}

// Each of FCM's errors has its consequences for the push and for the device's push token.
func TestPushErrors(t *testing.T) {
	for _, c := range []struct {
		name    string
		reply   fakes.Reply
		state   string
		forgets bool
		log     string
	}{
		{"unregistered", fakes.Reply{Status: 404, Code: "UNREGISTERED"}, "failed The app was removed", true, ""},
		{"another project's", fakes.Reply{Status: 403, Code: "SENDER_ID_MISMATCH"}, "failed The push address belongs", true, ""},
		{"a bad address", fakes.Reply{Status: 400, Code: "INVALID_ARGUMENT"}, "failed Firebase does not take", true, ""},
		{"a bad address that is named", fakes.BadRequest("message.token"), "failed Firebase does not take", true, ""},
		{"our fault", fakes.Reply{Status: 400}, "failed Firebase refused", false, "a push was refused"},
		{"our fault that is named", fakes.BadRequest("message.android.ttl"), "failed Firebase refused", false, "a push was refused"},
		{"Apple's credentials", fakes.AppleRefuses("InvalidProviderToken"), "waiting Apple refuses the credentials that Firebase has for it (InvalidProviderToken)", false, "a push was refused"},
		{"garbage", fakes.Reply{Status: 200, Text: "<html>Welcome</html>"}, "waiting The answer is not Firebase's", false, "pushes wait"},
		{"internal", fakes.Reply{Status: 500, Code: "INTERNAL"}, "waiting Firebase is not well", false, ""},
		{"a 200 of something else", fakes.Reply{Status: 200}, "waiting The answer is not Firebase's", false, "pushes wait"},
		{"quota", fakes.Reply{Status: 429, Code: "QUOTA_EXCEEDED", RetryAfter: 600}, "waiting Firebase asked to wait", false, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			fcm := fakes.NewFCM(t)
			fcm.Answer(fakes.Always(c.reply))
			s := testkit.Start(t, fcm.Configure)
			client, performer := s.Client(), s.Performer()
			token := s.AddDevice(performer, "phone", "en")
			s.Order(client, performer)
			s.AwaitOutbox(c.state, func(rows []string) bool { return strings.HasPrefix(rows[0], c.state) })
			m := s.Get(fmt.Sprintf("user/view/%d", performer.ID)).As(token).Do().Want(200).Map()
			if forgot := m.At("data", "firebase_token") == nil; forgot != c.forgets {
				t.Errorf("the push token was removed: %v", forgot)
			}
			if c.forgets { // and no more pushes are written for the device
				s.Order(client, performer)
				if rows := s.Outbox(); len(rows) != 1 {
					t.Errorf("the outbox holds %q", rows)
				}
			}
			if c.log != "" {
				s.WantLog(c.log)
			}
		})
	}
}

// After a 429 all pushes wait as long as Retry-After says, and are sent then.
func TestPushWaitsAsAsked(t *testing.T) {
	fcm := fakes.NewFCM(t)
	fcm.Answer(fakes.Always(fakes.ProjectQuota(600)))
	s := testkit.Start(t, fcm.Configure)
	client, performer := s.Client(), s.Performer()
	s.AddDevice(performer, "phone", "en")
	s.Order(client, performer)
	s.AwaitOutbox("told to wait", func(rows []string) bool { return strings.HasPrefix(rows[0], "waiting Firebase asked") })
	fcm.Answer(nil)
	s.Order(client, performer)
	s.Pass(590 * time.Second)
	s.Order(client, performer)
	over := time.Now()
	s.Pass(131 * time.Second) // a fifth is jitter
	for _, m := range fcm.Wait(3, 2*testkit.Soon) {
		if m.At.Before(over) {
			t.Error("a push was sent before the time that was asked for")
		}
	}
}

// Without credentials pushes are recorded as off, and will not be sent later.
func TestPushOff(t *testing.T) {
	s := testkit.Start(t)
	client, performer := s.Client(), s.Performer()
	token := s.AddDevice(performer, "phone", "en")
	s.Order(client, performer)
	if rows := s.Outbox(); len(rows) != 1 || rows[0] != "off" {
		t.Errorf("the outbox holds %q", rows)
	}
	const want = `{"message":"Invalid service account: no Firebase credentials are configured"}`
	s.Get("push").As(token).Do().Want(500).WantJSON(want)
	s.Get("push").Do().Want(500).WantJSON(want)
}

// GET push sends a test to the caller's own devices, at most once a minute.
func TestPushTest(t *testing.T) {
	fcm := fakes.NewFCM(t)
	s := testkit.Start(t, fcm.Configure, func(c *settings.Settings) { c.RateLimit = 60 })
	me, other := s.Client(), s.Client()
	token := s.AddDevice(me, "mine", "ru")
	s.AddDevice(other, "theirs", "en")
	answer := s.Get("push").Do().Want(401)
	if answer.Header.Get("X-RateLimit-Limit") != "" {
		t.Error("a 401 for want of a token has throttle headers")
	}
	s.Get("push").As(token).Do().Want(200).WantJSON(`{"status":"success"}`)
	if m := fcm.Wait(1, testkit.Soon)[0]; m.Token != "mine" || m.Data["type"] != "test" || m.Notification.Title != "Проверка" || len(m.Data) != 2 {
		t.Errorf("%+v", m)
	}
	again := s.Get("push").As(me.Token).Do().Want(429)
	again.WantJSON(`{"message":"Too Many Attempts."}`)
	if again.Header.Get("Retry-After") == "" || again.Header.Get("X-RateLimit-Reset") == "" {
		t.Errorf("headers %v", again.Header)
	}
	s.Get("user/search").As(token).Do().Want(200)
}
