package worker

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pocketbase/pocketbase/core"
)

// An item that asks for a later retry is not run earlier, whatever wakes the worker, and does not hide others.
func TestRetryAfter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQueue(t)
		q.keep = true
		var ids []string
		for i := range 2 * batch { // all stay due, and fill more than one look
			ids = append(ids, fmt.Sprint(i))
			q.add(ids[i], 0)
		}
		q.run = func(_ context.Context, id string) time.Duration {
			if id == "new" || len(q.runs()) > 2*batch {
				q.remove(id)
				return 0
			}
			return 10 * time.Second
		}
		defer q.start()()
		for range 5 {
			time.Sleep(time.Second)
			q.worker.Wake()
		}
		if len(q.runs()) != 2*batch {
			t.Errorf("%d runs", len(q.runs()))
		}
		q.add("new", 0)
		q.worker.Wake()
		time.Sleep(time.Second)
		if last := q.runs()[len(q.runs())-1]; last != "new@5s" {
			t.Errorf("the last item: %s", last)
		}
		time.Sleep(time.Hour)
		if len(q.runs()) != 4*batch+1 {
			t.Errorf("%d runs", len(q.runs()))
		}
		for _, line := range q.runs()[2*batch+1:] {
			if !strings.HasSuffix(line, "@10s") {
				t.Errorf("retried: %s", line)
			}
		}
		if q.worker.unavailable() != 0 {
			t.Errorf("%d items are remembered", q.worker.unavailable())
		}
	})
}

// What is known of an item that no longer exists is forgotten.
func TestRetryOfAnItemThatIsGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQueue(t)
		q.add("a", 0)
		q.run = func(context.Context, string) time.Duration { return time.Second }
		defer q.start()()
		time.Sleep(time.Minute)
		if got := q.ran(); got != "a@0s" || q.worker.unavailable() != 0 {
			t.Errorf("ran %s, %d items are remembered", got, q.worker.unavailable())
		}
	})
}

// A panic is logged and the item retried later; the other items and the process go on.
func TestPanic(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQueue(t)
		q.worker.Slots = 1
		q.keep = true
		q.add("a", 0)
		q.add("b", 0)
		panicked := false
		q.run = func(_ context.Context, id string) time.Duration {
			if id == "a" && !panicked {
				panicked = true
				panic("a broken row")
			}
			q.remove(id)
			return 0
		}
		defer q.start()()
		time.Sleep(time.Hour)
		if got := q.ran(); got != fmt.Sprint("a@0s b@0s a@", panicDelay) {
			t.Errorf("ran %s", got)
		}
		got := q.logged()
		for _, want := range []string{`msg="an item of a queue panicked" id=a error="a broken row"`, "worker.TestPanic"} {
			if !strings.Contains(got, want) {
				t.Errorf("logged %s, not %s", got, want)
			}
		}
	})
}

// A look at the queue that panics is one that failed: it is logged, and the worker looks again.
func TestLookPanics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQueue(t)
		q.add("a", 0)
		q.fail(errPanics, errPanics)
		defer q.start()()
		time.Sleep(idle / 2)
		if got := q.ran(); got != "" || strings.Count(q.logged(), `msg="the queue can't be read" error="panic: a broken row`) != 2 {
			t.Errorf("ran %s, logged %s", got, q.logged())
		}
		q.fail(nil, nil)
		time.Sleep(idle)
		if got := q.ran(); got != fmt.Sprint("a@", idle) {
			t.Errorf("ran %s", got)
		}
	})
}

// What runs at intervals runs again after a panic.
func TestEveryPanics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		app, calls := core.NewBaseApp(core.BaseAppConfig{DataDir: t.TempDir()}), 0
		Every(app, time.Minute, func(context.Context) {
			calls++
			panic("a broken row")
		})
		if err := app.OnServe().Trigger(&core.ServeEvent{}); err != nil {
			t.Fatal(err)
		}
		app.Cron().Stop() // PocketBase has started it
		time.Sleep(150 * time.Second)
		if err := app.OnTerminate().Trigger(&core.TerminateEvent{}); err != nil || calls != 2 {
			t.Errorf("called %d times: %v", calls, err)
		}
	})
}
