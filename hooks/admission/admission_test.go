package admission

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// mustAcquire takes a slot that is free.
func mustAcquire(t *testing.T, q *Queue, key string) (release func()) {
	t.Helper()
	release, err := q.Acquire(t.Context(), key)
	if err != nil {
		t.Fatalf("%s: %v", key, err)
	}
	return release
}

// ordering is held while an order, which callers of several keys share, is read or added to.
var ordering sync.Mutex

// entries returns what an order holds.
func entries(order *[]string) []string {
	ordering.Lock()
	defer ordering.Unlock()
	return slices.Clone(*order)
}

// enqueue lets n callers of a key wait, and returns when they do. Each adds its key to order once it has a slot, and
// to order with "!" before it if it is refused.
func enqueue(q *Queue, order *[]string, key string, n int) {
	enqueueAs(q, order, key, n, Caller{Keys: []string{key}})
}

// enqueueAs is enqueue for callers by the name of key.
func enqueueAs(q *Queue, order *[]string, key string, n int, caller Caller) {
	for range n {
		go func() {
			release, err := q.AcquireAs(context.Background(), caller)
			ordering.Lock()
			if err != nil {
				*order = append(*order, "!"+key)
			} else {
				*order = append(*order, key)
			}
			ordering.Unlock()
			if err == nil {
				release()
			}
		}()
		synctest.Wait()
	}
}

func wantStats(t *testing.T, q *Queue, want Stats) {
	t.Helper()
	if got := q.Stats(); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}

func TestKeysTakeTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := New(Limits{Slots: 1, Waiters: 20, MaxWait: time.Minute})
		release := mustAcquire(t, q, "flood")
		var order []string
		enqueue(q, &order, "flood", 4)
		enqueue(q, &order, "a", 1)
		enqueue(q, &order, "b", 2)
		wantStats(t, q, Stats{Slots: 1, Running: 1, Waiting: 7, Admitted: 1})
		release()
		release() // once is enough
		synctest.Wait()
		if got := strings.Join(entries(&order), " "); got != "a b flood b flood flood flood" {
			t.Errorf("the turns were %s", got)
		}
		wantStats(t, q, Stats{Slots: 1, Admitted: 8})
	})
}

func TestAKeyHasAShareOfTheSlots(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := New(Limits{Slots: 3, SlotsPerKey: 2, Waiters: 5, MaxWait: time.Minute})
		var order []string
		release := mustAcquire(t, q, "flood")
		mustAcquire(t, q, "flood")
		enqueue(q, &order, "flood", 1)
		wantStats(t, q, Stats{Slots: 3, Running: 2, Waiting: 1, Admitted: 2})
		mustAcquire(t, q, "a")()
		release()
		synctest.Wait()
		if !slices.Equal(entries(&order), []string{"flood"}) {
			t.Errorf("admitted were %s", entries(&order))
		}
	})
}

// A flood of one key fills the line, and makes room for others.
func TestAKeyHasAShareOfTheLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := New(Limits{Slots: 1, Waiters: 3, MaxWait: time.Minute})
		release := mustAcquire(t, q, "flood")
		var order []string
		enqueue(q, &order, "flood", 5)
		if !slices.Equal(entries(&order), []string{"!flood", "!flood"}) {
			t.Fatal(entries(&order))
		}
		enqueue(q, &order, "a", 1)
		enqueue(q, &order, "b", 1)
		enqueue(q, &order, "b", 1) // has as many as the others
		wantStats(t, q, Stats{Slots: 1, Running: 1, Waiting: 3, Admitted: 1, Refused: 5})
		if got := strings.Join(entries(&order), " "); got != "!flood !flood !flood !flood !b" {
			t.Errorf("refused were %s", got)
		}
		release()
		synctest.Wait()
		wantStats(t, q, Stats{Slots: 1, Admitted: 4, Refused: 5})
	})
}

func TestBusyAfterTheLongestWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := New(Limits{Slots: 1, Waiters: 3, MaxWait: 5 * time.Second})
		release := mustAcquire(t, q, "a")
		begin := time.Now()
		_, err := q.Acquire(t.Context(), "b")
		var busy *Busy
		if !errors.As(err, &busy) || busy.RetryAfter != 5*time.Second || time.Since(begin) != 5*time.Second {
			t.Errorf("%v after %v", err, time.Since(begin))
		}
		wantStats(t, q, Stats{Slots: 1, Running: 1, Admitted: 1, Refused: 1})
		release()
		mustAcquire(t, q, "b")()
	})
}

// Whoever hangs up leaves the line, and is not counted as refused.
func TestTheEndOfAContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := New(Limits{Slots: 1, Waiters: 3, MaxWait: time.Minute})
		release := mustAcquire(t, q, "a")
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		for range 2 { // while waiting, and from the beginning
			if _, err := q.Acquire(ctx, "b"); !errors.Is(err, context.DeadlineExceeded) {
				t.Error(err)
			}
		}
		wantStats(t, q, Stats{Slots: 1, Running: 1, Admitted: 1})
		release()
		wantStats(t, q, Stats{Slots: 1, Admitted: 1})
	})
}

func TestWithoutALine(t *testing.T) {
	q := New(Limits{})
	release := mustAcquire(t, q, "a")
	var busy *Busy
	if _, err := q.Acquire(t.Context(), "b"); !errors.As(err, &busy) || busy.RetryAfter != time.Second {
		t.Error(err)
	}
	release()
	mustAcquire(t, q, "b")()
	wantStats(t, q, Stats{Slots: 1, Admitted: 2, Refused: 1})
}

// Under load, with waits that run out at the moment of their turn, no slot is lost or given twice.
func TestNoSlotIsLost(t *testing.T) {
	const slots = 3
	q := New(Limits{Slots: slots, SlotsPerKey: 2, Waiters: 20, MaxWait: 200 * time.Microsecond})
	var running, most atomic.Int64
	var callers sync.WaitGroup
	for i := range 40 {
		callers.Go(func() {
			key := string(rune('a' + i%5))
			for range 50 {
				ctx, cancel := context.WithTimeout(t.Context(), time.Duration(i)*20*time.Microsecond)
				if release, err := q.Acquire(ctx, key); err == nil {
					now := running.Add(1)
					for old := most.Load(); now > old && !most.CompareAndSwap(old, now); old = most.Load() {
					}
					time.Sleep(50 * time.Microsecond)
					running.Add(-1)
					release()
				}
				cancel()
			}
		})
	}
	callers.Wait()
	if most.Load() > slots {
		t.Errorf("%d ran at once", most.Load())
	}
	if got := q.Stats(); got.Running != 0 || got.Waiting != 0 || len(q.keys) != 0 {
		t.Errorf("left over: %+v, %d keys", got, len(q.keys))
	}
}
