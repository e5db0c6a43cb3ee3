package e2e

import (
	"fmt"
	"syscall"
	"testing"
	"time"

	"github.com/privet/privet/routes/testkit"
)

// A process that is killed between the commit and the answer has stored the answer with the change: after the restart
// the retry gets it, and nothing is done twice.
func TestIdempotencyKilled(t *testing.T) {
	if testing.Short() {
		t.Skip("restarts a process several times")
	}
	t.Parallel()
	p := testkit.Process(t)
	client, performer := p.Client(), p.Performer()
	for round := 1; round <= 3; round++ {
		key := fmt.Sprint("round ", round)
		// Many at once, so that the kill comes in the middle of them, whatever they are at.
		abandoned := make(chan struct{}, 20)
		for n := range cap(abandoned) {
			go func() {
				_, _ = keyed(p.Server, client, "order/create", fmt.Sprint(key, n)).JSON(draft(performer, key)).Try()
				abandoned <- struct{}{}
			}()
		}
		before := 20 * (round - 1)
		testkit.Await(t, 10*time.Second, "nothing is ordered", func() bool { return orders(p, client) > before })
		p.Stop(syscall.SIGKILL)
		for range cap(abandoned) {
			<-abandoned
		}
		p.Start()
		committed := orders(p, client) - before
		for n := range cap(abandoned) {
			first := keyed(p.Server, client, "order/create", fmt.Sprint(key, n)).JSON(draft(performer, key)).Do().Want(200)
			wantSame(t, first, keyed(p.Server, client, "order/create", fmt.Sprint(key, n)).JSON(draft(performer, key)).Do())
			view := p.Get(fmt.Sprintf("order/view/%d", first.Map().Int("data", "id"))).As(client.Token).Do().Want(200).Map()
			if view.String("data", "created_at") != first.Map().String("data", "created_at") {
				t.Errorf("the answer %s is of another order than %v", first.Body, view)
			}
		}
		t.Logf("%d of 20 were committed before the kill", committed)
		if now := orders(p, client); now-before != 20 {
			t.Errorf("20 taps made %d orders", now-before)
		}
	}
}

// orders returns the number of a person's orders.
func orders(p *testkit.Running, person testkit.Person) int {
	return p.Get("order/search").As(person.Token).Do().Want(200).Map().Int("meta", "total")
}

// An upload whose answer waits for the preview of its video is committed: killed then, the retry adds nothing.
func TestIdempotencyKilledAfterUpload(t *testing.T) {
	if testing.Short() {
		t.Skip("restarts a process")
	}
	t.Parallel()
	p := testkit.Process(t)
	client, performer := p.Client(), p.Performer()
	id := p.Order(client, performer)
	deliver := func() *testkit.Request {
		return keyed(p.Server, performer, fmt.Sprintf("order/update/%d", id), "deliver").
			Multipart([]testkit.File{testkit.Clip(1 << 20)}, "status", "2")
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_, _ = deliver().Try()
	}()
	view := func() testkit.Map {
		return p.Get(fmt.Sprintf("order/view/%d", id)).As(client.Token).Do().Want(200).Map()
	}
	testkit.Await(t, 10*time.Second, "nothing is delivered", func() bool { return view().Int("data", "status") == 2 })
	p.Stop(syscall.SIGKILL)
	<-ended
	p.Start()
	stored := p.StoredFiles()
	first := deliver().Do().Want(200)
	wantSame(t, first, deliver().Do())
	if m := first.Map(); m.Len("data", "media") != 1 || m.Int("data", "status") != 2 || view().Len("data", "media") != 1 {
		t.Errorf("%v", m)
	}
	if files := p.AwaitStored(len(stored)); len(files) != len(stored) {
		t.Errorf("stored were %v, and are %v", stored, files)
	}
}
