package reminders_test

import (
	"fmt"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/privet/privet/routes/testkit"
	"github.com/privet/privet/routes/testkit/fakes"
)

// noon returns the name of a zone in which it is between noon and one o'clock now, and the zone.
func noon(t *testing.T) (name string, zone *time.Location) {
	t.Helper()
	name = fmt.Sprintf("Etc/GMT%+d", time.Now().UTC().Hour()-12) // their signs are the other way round
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return name, zone
}

// awaitSent waits until the outbox says of all pushes that they were sent: before that, a kill sends them again.
func awaitSent(t *testing.T, p *testkit.Running) {
	t.Helper()
	dashboard := p.Dashboard()
	for deadline := time.Now().Add(2 * testkit.Soon); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if !slices.ContainsFunc(dashboard.List("pushes"), func(push map[string]any) bool { return push["state"] != "sent" }) {
			return
		}
	}
	t.Fatal("the outbox does not say that all was sent")
}

// A process that is killed reminds once: of what it has told not again, and of what was due meanwhile at its next start. While
// PRIVET_REMINDERS is 0 it tells nothing.
func TestKilled(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the binary")
	}
	t.Parallel()
	fcm := fakes.NewFCM(t)
	name, zone := noon(t)
	p := testkit.Process(t, append(fcm.Env(), "PRIVET_ORDER_ZONE="+name)...)
	client, performer := p.Client(), p.Performer()
	p.AddDevice(client, "client", "en")
	p.AddDevice(performer, "performer", "en")
	events := map[string]int{}
	take := func(messages []fakes.Message) {
		for _, m := range messages {
			if m.Type() == "order.overdue" {
				events[m.Token+" "+m.Data["order_id"]]++
			}
		}
	}
	first := place(p.Server, client, performer, till(zone, -time.Second))
	fcm.Wait(3, 2*testkit.Soon)
	awaitSent(t, p)
	p.Stop(syscall.SIGKILL)
	p.Start()
	dueAt := time.Now().Add(2 * time.Second)
	second := place(p.Server, client, performer, dueAt.In(zone).Format(time.DateTime))
	p.Stop(syscall.SIGKILL)
	take(fcm.Accepted()) // of the first one, and perhaps of the second
	fcm.Reset()
	time.Sleep(time.Until(dueAt))
	p.Start()
	third := place(p.Server, client, performer, till(zone, -time.Second))
	want := map[string]int{}
	for _, id := range []int{first, second, third} {
		want[fmt.Sprintf("client %d", id)], want[fmt.Sprintf("performer %d", id)] = 1, 1
	}
	for deadline := time.Now().Add(2 * testkit.Soon); len(events) < len(want) && time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		take(fcm.Accepted())
		fcm.Reset()
	}
	p.Stop(syscall.SIGTERM) // writes down what was sent
	take(fcm.Accepted())
	fcm.Reset()
	if fmt.Sprint(events) != fmt.Sprint(want) {
		t.Errorf("told %v, want %v", events, want)
	}

	off := testkit.ProcessOn(t, p.Dir, append(fcm.Env(), "PRIVET_ORDER_ZONE="+name, "PRIVET_REMINDERS=0")...)
	place(off.Server, client, performer, till(zone, -time.Second))
	fcm.Wait(1, testkit.Soon) // that it was ordered is told
	off.Stop(syscall.SIGTERM)
	if told := fcm.Accepted(); len(told) != 1 {
		t.Errorf("told with reminders off: %s", fakes.Summary(told))
	}
	fcm.Reset()
	p.Start()
	if got := fakes.Summary(fcm.Wait(2, 2*testkit.Soon)); got != "client order.overdue The date has passed\nperformer order.overdue The date has passed" {
		t.Errorf("told with reminders on again: %s", got)
	}
}
