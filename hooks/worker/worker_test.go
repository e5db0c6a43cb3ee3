package worker

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// A change that is announced while the worker looks at the queue, or while it is busy, is found by the next look.
func TestWakeIsNotLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQueue(t)
		added := false
		q.afterDue = func() { // the look has read the queue, and found nothing
			if !added {
				added = true
				q.add("late", 0)
				q.worker.Wake()
			}
		}
		stop := q.start()
		defer stop()
		synctest.Wait()
		if got := q.ran(); got != "late@0s" {
			t.Errorf("ran %s", got)
		}
		for range 10 { // more than one wake, of which the worker keeps one
			q.worker.Wake()
		}
		q.add("next", 0)
		q.worker.Wake()
		synctest.Wait()
		if got := q.ran(); got != "late@0s next@0s" {
			t.Errorf("ran %s", got)
		}
	})
}

// An item that becomes due between the look at the queue and the question for the next one runs then, and not only
// after the longest sleep.
func TestItemThatBecomesDueDuringALook(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQueue(t)
		q.add("a", time.Second)
		q.afterDue = func() { time.Sleep(2 * time.Second) } // a slow database
		defer q.start()()
		time.Sleep(10 * time.Second)
		if got := q.ran(); got != "a@4s" {
			t.Errorf("ran %s", got)
		}
	})
}

// Items run when they are due, without a wake.
func TestItemsRunWhenTheyAreDue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQueue(t)
		for i, after := range []time.Duration{0, 3 * time.Second, 5 * time.Second} {
			q.add(fmt.Sprint(i), after)
		}
		defer q.start()()
		time.Sleep(time.Second)
		q.add("unannounced", time.Second)
		time.Sleep(time.Minute)
		if got := q.ran(); got != "0@0s unannounced@3s 1@3s 2@5s" && got != "0@0s 1@3s unannounced@3s 2@5s" {
			t.Errorf("ran %s", got)
		}
		q.add("unannounced", 0)
		time.Sleep(idle)
		if got := q.ran(); !strings.Contains(got, "2@5s unannounced@1m25s") {
			t.Errorf("ran %s", got)
		}
	})
}

// The look that follows the end of an item finds the item free: one that is still due runs again at once.
func TestClaimEndsBeforeTheWake(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQueue(t)
		q.add("a", 0)
		runs := 0
		q.run = func(context.Context, string) time.Duration {
			time.Sleep(time.Second)
			if runs++; runs < 3 {
				q.add("a", 0)
			}
			return 0
		}
		defer q.start()()
		time.Sleep(4 * time.Second)
		if got := q.ran(); got != "a@0s a@1s a@2s" {
			t.Errorf("ran %s", got)
		}
	})
}

// An item never runs twice at the same time, though the queue lists it as due while it runs.
func TestRunningItemIsSkipped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQueue(t)
		q.keep = true
		q.add("a", 0)
		q.run = func(context.Context, string) time.Duration {
			time.Sleep(time.Minute)
			q.remove("a")
			return 0
		}
		defer q.start()()
		for range 50 {
			time.Sleep(time.Second)
			q.worker.Wake()
		}
		if got := q.ran(); got != "a@0s" {
			t.Errorf("ran %s", got)
		}
	})
}

// The slots bound how many items run at the same time, and all of them are used.
func TestSlots(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const slots, items = 3, 200 // more than one look returns
		q := newQueue(t)
		q.worker.Slots = slots
		for i := range items {
			q.add(fmt.Sprint(i), 0)
		}
		q.run = func(context.Context, string) time.Duration {
			time.Sleep(time.Second)
			return 0
		}
		stop := q.start()
		time.Sleep(2*time.Hour - time.Nanosecond)
		stop()
		if len(q.runs()) != items || q.most != slots {
			t.Errorf("%d items ran, at most %d at the same time", len(q.runs()), q.most)
		}
		if last := q.runs()[items-1]; !strings.HasSuffix(last, fmt.Sprintf("@%s", (items-1)/slots*time.Second)) {
			t.Errorf("the last item: %s", last)
		}
	})
}

// A pause keeps everything back until it ends, and no longer; a shorter one does not end it.
func TestPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQueue(t)
		q.worker.Slots = 1
		for _, id := range []string{"a", "b", "c"} {
			q.add(id, 0)
		}
		q.run = func(_ context.Context, id string) time.Duration {
			if id == "a" { // b waits for the slot
				q.worker.Pause(time.Now().Add(time.Hour))
				q.worker.Pause(time.Now().Add(time.Minute))
			}
			return 0
		}
		defer q.start()()
		for range 30 {
			time.Sleep(time.Minute)
			q.worker.Wake()
		}
		if got := q.ran(); got != "a@0s" {
			t.Errorf("ran %s", got)
		}
		time.Sleep(time.Hour)
		if got := q.ran(); got != "a@0s b@1h0m0s c@1h0m0s" {
			t.Errorf("ran %s", got)
		}
		q.worker.Pause(time.Now().Add(-time.Hour))
		q.add("d", 0)
		q.worker.Wake()
		synctest.Wait()
		if got := q.ran(); !strings.HasSuffix(got, " d@1h30m0s") {
			t.Errorf("ran %s", got)
		}
	})
}

// Errors of the queue are logged, and it is read again.
func TestErrorsOfTheQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQueue(t)
		q.add("a", 0)
		q.fail(errors.New("no due"), errors.New("no next"))
		defer q.start()()
		time.Sleep(idle / 2)
		if got := q.logged(); !strings.Contains(got, `level=ERROR msg="the queue can't be read" error="no due"`) || !strings.Contains(got, "no next") {
			t.Errorf("logged %s", got)
		}
		q.fail(nil, nil)
		time.Sleep(idle)
		if got := q.ran(); got != fmt.Sprint("a@", idle) {
			t.Errorf("ran %s", got)
		}
		// A wake does not have to wait for that.
		q.fail(errors.New("no due"), nil)
		q.add("b", 0)
		q.worker.Wake()
		synctest.Wait()
		q.fail(nil, nil)
		q.worker.Wake()
		synctest.Wait()
		if got := q.ran(); got != fmt.Sprint("a@", idle, " b@", idle*3/2) {
			t.Errorf("ran %s", got)
		}
	})
}

// Of several due items the most urgent start first.
func TestOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQueue(t)
		q.worker.Slots = 1
		var want []string
		for i := range 3 * batch {
			id := fmt.Sprint(i)
			q.add(id, time.Duration(i)*time.Millisecond)
			want = append(want, id)
		}
		time.Sleep(time.Minute)
		defer q.start()()
		synctest.Wait()
		var got []string
		for _, line := range q.runs() {
			id, _, _ := strings.Cut(line, "@")
			got = append(got, id)
		}
		if !slices.Equal(got, want) {
			t.Errorf("ran %v", got)
		}
	})
}
