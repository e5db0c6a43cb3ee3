package admission

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// wantTurns lets all who wait have their turns, one after the other, and compares who they were.
func wantTurns(t *testing.T, release func(), order *[]string, want string) {
	t.Helper()
	ordering.Lock()
	*order = nil
	ordering.Unlock()
	release()
	synctest.Wait()
	if got := strings.Join(entries(order), " "); got != want {
		t.Errorf("the turns were %s, want %s", got, want)
	}
}

// Callers of a lower class go first, and the others have a turn after six of theirs at the latest.
func TestClasses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := New(Limits{Slots: 1, Waiters: 20, MaxWait: time.Minute})
		release := mustAcquire(t, q, "")
		var order []string
		for i := range 3 {
			enqueueAs(q, &order, "stranger", 1, Caller{Class: 2, Keys: []string{fmt.Sprint("stranger", i)}})
		}
		for i := range 15 {
			enqueueAs(q, &order, "a", 1, Caller{Class: 0, Keys: []string{fmt.Sprint("a", i)}})
		}
		enqueueAs(q, &order, "last", 1, Caller{Class: Classes - 1})
		wantTurns(t, release, &order, "a a a a a a stranger last a a a a a stranger a a a a stranger")
	})
}

// A class has a line of its own: who fills theirs takes no place of others.
func TestEachClassHasALine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := New(Limits{Slots: 1, Waiters: 2, MaxWait: time.Minute})
		release := mustAcquire(t, q, "")
		var order []string
		for i := range 4 {
			enqueueAs(q, &order, "first", 1, Caller{Keys: []string{fmt.Sprint(i)}})
		}
		enqueueAs(q, &order, "second", 2, Caller{Class: 1, Keys: []string{"x"}})
		if got := strings.Join(entries(&order), " "); got != "!first !first" {
			t.Errorf("refused were %s", got)
		}
		wantTurns(t, release, &order, "first first second second")
	})
}

// An account that is attacked from many networks, or a network that attacks many accounts, has one share of the turns.
func TestCallersShareByEachKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := New(Limits{Slots: 1, Waiters: 20, MaxWait: time.Minute})
		release := mustAcquire(t, q, "")
		var order []string
		for i := range 3 {
			enqueueAs(q, &order, "account", 1, Caller{Keys: []string{fmt.Sprint("network", i), "account"}})
		}
		for i := range 3 {
			enqueueAs(q, &order, "network", 1, Caller{Keys: []string{"network", fmt.Sprint("account", i)}})
		}
		enqueueAs(q, &order, "bystander", 1, Caller{Keys: []string{"bystander's network", "bystander's account"}})
		wantTurns(t, release, &order, "account network bystander account network account network")
	})
}

// With a memory, who had a turn lately goes behind those who had none, although nobody of theirs waited in between.
func TestMemory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for memory, want := range map[int]string{0: "again new", 2: "new again", 1: "again new"} {
			q := New(Limits{Slots: 1, Waiters: 20, MaxWait: time.Minute, Memory: memory})
			mustAcquire(t, q, "again")()
			release := mustAcquire(t, q, "")
			var order []string
			enqueue(q, &order, "again", 1)
			enqueue(q, &order, "new", 1)
			wantTurns(t, release, &order, want)
			for i := range 20 {
				mustAcquire(t, q, fmt.Sprint(i))()
			}
			if len(q.keys) > memory {
				t.Errorf("with a memory of %d there are %d keys", memory, len(q.keys))
			}
		}
	})
}

// When more come than there are turns, a newcomer is served at once, and who has waited in vain is refused soon.
func TestOverload(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := New(Limits{Slots: 1, Waiters: 5, MaxWait: time.Minute, MaxIdle: 3 * time.Second})
		release := mustAcquire(t, q, "")
		var order []string
		for _, key := range []string{"a", "b", "c"} {
			enqueue(q, &order, key, 1)
			time.Sleep(600 * time.Millisecond)
		}
		enqueue(q, &order, "person", 1)
		wantTurns(t, release, &order, "person c b a")
	})
}

// A full line of callers who waited in vain has room for a newcomer, and one of a short wait has none.
func TestOverloadedLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := New(Limits{Slots: 1, Waiters: 3, MaxWait: time.Minute, MaxIdle: 3 * time.Second})
		release := mustAcquire(t, q, "")
		var order []string
		for _, key := range []string{"a", "b", "c", "early"} {
			enqueue(q, &order, key, 1)
		}
		time.Sleep(1500 * time.Millisecond)
		enqueue(q, &order, "late", 1)
		if got := strings.Join(entries(&order), " "); got != "!early !a" {
			t.Errorf("refused were %s", got)
		}
		time.Sleep(1600 * time.Millisecond) // since the first ones came 3.1 seconds
		synctest.Wait()
		if got := slices.Sorted(slices.Values(entries(&order))); strings.Join(got, " ") != "!a !b !c !early" {
			t.Errorf("refused were %s", got)
		}
		wantTurns(t, release, &order, "late")
	})
}

// Those of a burst of one network wait for longer than MaxIdle while others of it have turns, but not for ever, and not
// longer than MaxIdle when they have none.
func TestABurstHasPatience(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := New(Limits{Slots: 1, Waiters: 30, MaxWait: 10 * time.Second, MaxIdle: 3 * time.Second})
		burst := func(n int, hold time.Duration) (admitted int, longest time.Duration) {
			began := time.Now()
			var counting sync.Mutex
			count := func(add func()) {
				counting.Lock()
				defer counting.Unlock()
				add()
			}
			var callers sync.WaitGroup
			for range n {
				callers.Go(func() {
					release, err := q.Acquire(t.Context(), "burst")
					if err == nil {
						count(func() { admitted++ })
						time.Sleep(hold)
						release()
					} else {
						count(func() { longest = max(longest, time.Since(began)) })
					}
				})
				synctest.Wait()
			}
			callers.Wait()
			return admitted, longest
		}
		if admitted, longest := burst(20, 1100*time.Millisecond); admitted != 10 || longest != 10*time.Second {
			t.Errorf("%d of a burst were admitted, the others waited for %v", admitted, longest)
		}
		if admitted, longest := burst(3, 20*time.Second); admitted != 1 || longest != 3*time.Second {
			t.Errorf("%d of a slow burst were admitted, the others waited for %v", admitted, longest)
		}
	})
}

func TestFamiliar(t *testing.T) {
	f := NewFamiliar(2)
	for i := range networksPerAccount + 1 {
		f.Note("a", fmt.Sprint("network", i))
		f.Note("a", "home")
	}
	f.Note("b", "home")
	for network, want := range map[string]bool{"home": true, "network0": false, "network1": false, "network2": true, "network4": true, "": false} {
		if f.Has(network) != want {
			t.Errorf("%q is familiar: %v", network, !want)
		}
	}
	f.Note("c", "x") // takes the place of a or b
	if len(f.seen) != 2 || !f.Has("x") || !f.Has("home") {
		t.Errorf("%d accounts", len(f.seen))
	}
	f.Note("d", "x")
	f.Note("e", "y")
	f.Note("f", "y")
	if len(f.networks) > 2*networksPerAccount {
		t.Errorf("%d networks of two accounts", len(f.networks))
	}
}
