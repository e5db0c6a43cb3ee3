package push_test

import (
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/privet/privet/routes/testkit"
	"github.com/privet/privet/routes/testkit/fakes"
)

// recordDelay is a little more than the time before another try to write to the outbox.
const recordDelay = 3100 * time.Millisecond

// No push is sent twice while the database can't be written to, and none whose sending can't be written down. When it can be
// again, all that waited are sent.
func TestPushesNeedTheirOutbox(t *testing.T) {
	for _, c := range []struct {
		name, fails string // an update of the outbox that fails
		meanwhile   int    // how many may be sent all the same
	}{
		{"claim", "new.tries > old.tries", 0},
		{"outcome", "new.state <> old.state", 4},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			fcm := fakes.NewFCM(t)
			var updates atomic.Int32
			s := testkit.StartWatched(t, func(statement string) {
				if strings.HasPrefix(strings.TrimSpace(statement), "UPDATE") && strings.Contains(statement, "pushes") {
					updates.Add(1)
				}
			}, fcm.Configure)
			client, performer := s.Client(), s.Performer()
			s.AddDevice(performer, "phone", "en")
			execute := func(statement string) {
				t.Helper()
				if _, err := s.App.NonconcurrentDB().NewQuery(statement).Execute(); err != nil {
					t.Fatal(err)
				}
			}
			execute(`CREATE TRIGGER full BEFORE UPDATE ON pushes WHEN ` + c.fails + ` BEGIN SELECT RAISE(ABORT, 'the disk is full'); END`)
			const orders = 10
			for range orders {
				s.Order(client, performer)
			}
			s.WantLog("no push is sent")
			for range 3 { // it is tried again
				before := updates.Load()
				s.Pass(recordDelay)
				for deadline := time.Now().Add(testkit.Soon); updates.Load() == before && time.Now().Before(deadline); {
					time.Sleep(5 * time.Millisecond)
				}
				if updates.Load() == before {
					t.Fatal("it is not tried again")
				}
			}
			if sent := len(fcm.Accepted()); sent > c.meanwhile {
				t.Errorf("%d pushes were sent", sent)
			}
			execute(`DROP TRIGGER full`)
			s.Pass(recordDelay)
			events := map[string]int{}
			for _, push := range fcm.Wait(orders, testkit.Soon) {
				events[push.Data["event_id"]]++
			}
			for event, times := range events {
				if times != 1 {
					t.Errorf("%s was sent %d times", event, times)
				}
			}
			for deadline := time.Now().Add(testkit.Soon); s.Count(`pushes WHERE state = 'sent'`) < orders && time.Now().Before(deadline); {
				time.Sleep(10 * time.Millisecond)
			}
			if n := s.Count(`pushes WHERE state = 'sent' AND tries = 1`); n != orders {
				t.Errorf("%d of %d are recorded as sent by one try", n, orders)
			}
			s.WantLog("pushes are sent again")
			if n := strings.Count(s.Log.String(), "no push is sent"); n != 1 {
				t.Errorf("it was told %d times", n)
			}
		})
	}
}
