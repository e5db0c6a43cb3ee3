package worker

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// A stop with a grace period lets running items end, starts no others, and returns as soon as nothing runs.
func TestStopLetsItemsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQueue(t)
		q.worker.Slots, q.worker.Grace = 1, 5*time.Second
		q.add("a", 0)
		q.add("b", 0) // waits for the slot
		cut := false
		q.run = func(ctx context.Context, _ string) time.Duration {
			select {
			case <-time.After(3 * time.Second):
			case <-ctx.Done():
				cut = true
			}
			return 0
		}
		stop := q.start()
		time.Sleep(time.Second)
		stop()
		if took := time.Since(q.began); took != 3*time.Second || cut || q.ran() != "a@0s" {
			t.Errorf("stopped after %s, ran %s, cut off: %v", took, q.ran(), cut)
		}
	})
}

// Items that outlast the grace period are cancelled.
func TestStopCancelsAfterTheGrace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQueue(t)
		q.worker.Grace = 5 * time.Second
		q.add("a", 0)
		q.run = func(ctx context.Context, _ string) time.Duration {
			<-ctx.Done()
			return 0
		}
		stop := q.start()
		time.Sleep(time.Second)
		stop()
		if took := time.Since(q.began); took != 6*time.Second {
			t.Errorf("stopped after %s", took)
		}
	})
}

// Without a grace period items are cancelled at once; the stop still waits for them.
func TestStopWithoutGrace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQueue(t)
		q.add("a", 0)
		ended := false
		q.run = func(ctx context.Context, _ string) time.Duration {
			<-ctx.Done()
			if took := time.Since(q.began); took != time.Second {
				t.Errorf("cancelled after %s", took)
			}
			time.Sleep(time.Second) // it cleans up
			ended = true
			return 0
		}
		stop := q.start()
		time.Sleep(time.Second)
		stop()
		if !ended {
			t.Error("the stop did not wait")
		}
	})
}

// A stop ends the sleep, the pause, and a look at the queue, whose error is none.
func TestStopWhileNothingRuns(t *testing.T) {
	for name, prepare := range map[string]func(q *queue){
		"asleep": func(*queue) {},
		"paused": func(q *queue) { q.worker.Pause(time.Now().Add(time.Hour)) },
		"reading": func(q *queue) {
			q.fail(context.Canceled, nil)
			q.afterDue = func() { time.Sleep(2 * time.Second) }
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				q := newQueue(t)
				q.worker.Grace = time.Hour
				prepare(q)
				stop := q.start()
				time.Sleep(time.Second)
				stop()
				if took := time.Since(q.began); took > 2*time.Second || q.logged() != "" {
					t.Errorf("stopped after %s, logged %s", took, q.logged())
				}
			})
		})
	}
}

// A worker that was stopped can be started again, and what it left is done then. Wakes in between are no trouble.
func TestStartAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQueue(t)
		q.worker.Wake()
		q.start()()
		q.worker.Wake()
		q.worker.Wake()
		q.add("a", 0)
		synctest.Wait()
		if got := q.ran(); got != "" {
			t.Errorf("ran %s", got)
		}
		defer q.start()()
		synctest.Wait()
		if got := q.ran(); !strings.HasPrefix(got, "a@") {
			t.Errorf("ran %q", got)
		}
	})
}
