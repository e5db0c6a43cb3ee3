package push_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/privet/privet/routes/testkit"
	"github.com/privet/privet/routes/testkit/fakes"

	"github.com/pocketbase/dbx"
)

// A thousand orders while FCM fails at random and the process is killed five times: of every committed order there is
// at least one push, of hardly any two, and of none that was rolled back.
func TestPushesSurvive(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a minute")
	}
	const orders, kills = 1000, 5
	fcm := fakes.NewFCM(t)
	fcm.Answer(func(fakes.Message) fakes.Reply {
		switch n := rand.IntN(100); {
		case n < 1:
			return fakes.Reply{Status: 429, Code: "QUOTA_EXCEEDED", RetryAfter: 1}
		case n < 3:
			return fakes.Reply{Status: 500, Code: "INTERNAL"}
		case n < 5:
			return fakes.Reply{Status: 503, Code: "UNAVAILABLE"}
		case n < 7:
			return fakes.Reply{Drop: true}
		}
		return fakes.Reply{}
	})
	p := testkit.Process(t, fcm.Env()...)
	client, performer, stranger := p.Client(), p.Performer(), p.Client()
	p.AddDevice(performer, "phone", "en")
	p.AddDevice(stranger, "stranger", "en")

	acknowledged := map[int]bool{}
	for kill := range kills {
		killed := orders * (kill + 1) / kills
		for len(acknowledged) < killed {
			acknowledged[p.Order(client, performer)] = true
			if len(acknowledged)%50 == 0 { // a change that is rejected and rolled back
				p.Post("order/create").As(client.Token).JSON(map[string]any{"performer_id": client.ID, "description": "x", "date_till": "2030-01-01 00:00:00"}).Do().Want(429)
			}
		}
		p.Stop(syscall.SIGKILL)
		if kill == kills-1 { // what has failed so far is not waited for
			fcm.Answer(nil)
			tryNow(t, filepath.Join(p.Dir, "data.db"))
		}
		p.Start()
	}

	pushes, messages := map[string]int{}, 0
	deadline := time.Now().Add(3 * time.Minute)
	for len(pushes) < orders && time.Now().Before(deadline) {
		time.Sleep(200 * time.Millisecond)
		pushes, messages = map[string]int{}, 0
		for _, m := range fcm.Accepted() {
			messages++
			if m.Token != "phone" || m.Data["type"] != "order.created" {
				t.Fatalf("%s received %v", m.Token, m.Data)
			}
			pushes[m.Data["order_id"]]++
		}
	}
	for id := range acknowledged {
		if pushes[fmt.Sprint(id)] == 0 {
			t.Errorf("there is no push about order %d", id)
		}
	}
	for id := range pushes {
		var number int
		if _, err := fmt.Sscan(id, &number); err != nil || !acknowledged[number] {
			t.Errorf("there is a push about order %s, which does not exist", id)
		}
	}
	if twice := messages - len(pushes); twice*100 >= orders {
		t.Errorf("%d of %d pushes were sent twice", twice, orders)
	} else {
		t.Logf("pushes about %d orders, %d of them twice", len(pushes), twice)
	}
}

// tryNow makes all waiting pushes of a database due that no server uses.
func tryNow(t *testing.T, file string) {
	t.Helper()
	db, err := dbx.Open("sqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	_, err = db.NewQuery("UPDATE pushes SET next_try = created WHERE state = 'waiting'").Execute()
	if err = errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
}

// While FCM hangs, orders are as fast as usual, the server stops within ten seconds, and the pushes wait.
func TestPushesWaitForFCM(t *testing.T) {
	fcm := fakes.NewFCM(t)
	p := testkit.Process(t, fcm.Env()...)
	client, performer := p.Client(), p.Performer()
	p.AddDevice(performer, "phone", "en")
	slowest := func(count int) (worst time.Duration) {
		for range count {
			began := time.Now()
			p.Order(client, performer)
			worst = max(worst, time.Since(began))
		}
		return worst
	}
	fcm.Answer(fakes.Always(fakes.Reply{Hang: true}))
	const count = 30
	if worst := slowest(count); worst > time.Second {
		t.Errorf("an order took %s while FCM hangs", worst)
	}
	began := time.Now()
	if code := p.Stop(syscall.SIGTERM); code != 0 {
		t.Errorf("exit code %d", code)
	}
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("the stop took %s", took)
	}
	fcm.Answer(nil)
	p.Start()
	if sent := fcm.Wait(count, 30*time.Second); len(sent) != count {
		t.Errorf("%d pushes about %d orders", len(sent), count)
	}
}

// BenchmarkPush measures how many pushes per second the worker sends to an FCM on the loopback interface, and how long
// one takes on an idle server from the start of the order's request, before its commit, to FCM.
func BenchmarkPush(b *testing.B) {
	b.Run("throughput", func(b *testing.B) {
		fcm := fakes.NewFCM(b)
		s := testkit.Start(b, fcm.Configure)
		client, performer := s.Client(), s.Performer()
		s.AddDevice(performer, "phone", "en")
		b.ResetTimer()
		var writers sync.WaitGroup
		for part := range 4 {
			writers.Go(func() {
				for i := part; i < b.N; i += 4 {
					s.Order(client, performer)
				}
			})
		}
		writers.Wait()
		fcm.Wait(b.N, 5*time.Minute)
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "pushes/s")
	})
	b.Run("delay", func(b *testing.B) {
		fcm := fakes.NewFCM(b)
		s := testkit.Start(b, fcm.Configure)
		client, performer := s.Client(), s.Performer()
		s.AddDevice(performer, "phone", "en")
		var delays []time.Duration
		for i := 0; b.Loop(); i++ {
			began := time.Now()
			s.Order(client, performer)
			delays = append(delays, fcm.Wait(i+1, testkit.Soon)[i].At.Sub(began))
			time.Sleep(5 * time.Millisecond) // idle again
		}
		b.ReportMetric(float64(median(delays).Microseconds())/1000, "ms/median")
	})
}

func median(durations []time.Duration) time.Duration {
	return slices.Sorted(slices.Values(durations))[len(durations)/2]
}

// The server prints at its start which features are enabled or disabled, and why.
func TestStartSaysWhatIsOn(t *testing.T) {
	p := testkit.Process(t)
	text := p.Log.String()
	for _, want := range []string{p.URL + "/api/v1", p.URL + "/_/", "push", "off: GOOGLE_APPLICATION_CREDENTIALS is not set", "PRIVET_GOOGLE_CLIENT_IDS", "PRIVET_VK_APPS"} {
		if !strings.Contains(text, want) {
			t.Errorf("the start does not print %q:\n%s", want, text)
		}
	}
	if answer := p.Get("/").Do(); answer.Status != http.StatusOK {
		t.Errorf("/ answers %d", answer.Status)
	}
}
