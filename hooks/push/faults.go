package push

import (
	"math/rand/v2"
	"time"
)

// calm is how long FCM must have been well for the next failure to be news.
const calm = time.Minute

// faults is what the worker knows of the times when nothing gets through. Worker.mu guards it.
type faults struct {
	holds     int       // in a row, for the server's set-up
	heldUntil time.Time // the last of them
	failed    time.Time // FCM was unwell the last time
	well      time.Time // FCM did its work the last time
}

// hold pauses everything for a fault of the server's set-up, longer with each in a row, and returns until when. It
// says so once for each pause, however many pushes met the fault.
func (w *Worker) hold(now time.Time, words string, cause error) time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	f := &w.faults
	if now.Before(f.heldUntil) {
		return f.heldUntil
	}
	half := min(longest, firstDelay<<min(f.holds, 10)) / 2
	f.holds++
	f.heldUntil = now.Add(half + rand.N(half))
	if f.heldUntil.After(w.pausedUntil) {
		w.pausedUntil = f.heldUntil
	}
	w.app.Logger().Error("no push gets through, and all wait: "+words, "next_try", f.heldUntil, "answer", cut(cause.Error(), 300))
	return f.heldUntil
}

// unwell notes that FCM fails, and says so when that begins. A single failure between successes is no outage that
// ends and begins again.
func (w *Worker) unwell(now time.Time, words string, cause error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	f := &w.faults
	news := f.failed.IsZero() || f.well.After(f.failed) && now.Sub(f.failed) > calm
	f.failed = now
	if news {
		w.app.Logger().Warn("pushes wait: "+words, "answer", cut(cause.Error(), 300))
	}
}

// well notes that FCM does its work, whatever it says of a push.
func (w *Worker) well(now time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.faults.holds = 0
	w.faults.well = now
}
