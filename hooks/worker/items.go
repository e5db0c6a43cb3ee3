package worker

import (
	"context"
	"time"

	"github.com/privet/privet/hooks/panics"
)

// panicDelay is the time to the next run of an item whose Run panicked.
const panicDelay = time.Minute

// runItem runs an item, and returns what Run does.
//
// A panic is logged with its stack, and the item is retried after panicDelay; the process goes on, as it does when an
// HTTP handler panics. The item is durable: if it ended the process, it would end each one that follows.
func (w *Worker) runItem(ctx context.Context, id string) (retryAfter time.Duration) {
	if panicked := panics.Try(func() { retryAfter = w.Queue.Run(ctx, id) }); panicked != nil {
		w.Logger().Error("an item of a queue panicked", "id", id, "error", panicked.Cause, "stack", panicked.Stack)
		return panicDelay
	}
	return retryAfter
}

// claim marks an item as running. It reports false for one that is running already, or must not be retried yet.
func (w *Worker) claim(id string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.running[id] || w.Now().Before(w.notBefore[id]) {
		return false
	}
	w.running[id] = true
	return true
}

// release ends a claim. A positive retryAfter keeps the item from being claimed again before that time.
func (w *Worker) release(id string, retryAfter time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.running, id)
	delete(w.notBefore, id)
	if retryAfter > 0 {
		w.notBefore[id] = w.Now().Add(retryAfter)
	}
}

// unavailable returns how many items can't be claimed. Due may return all of them: it is asked for as many more, so
// that they don't hide the items behind them.
func (w *Worker) unavailable() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.running) + len(w.notBefore)
}

// nextRetry returns the earliest time after looked at which an item may be retried; ok is false when there is none. It
// drops the times that have passed: their items may no longer exist.
func (w *Worker) nextRetry(looked time.Time) (next time.Time, ok bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for id, at := range w.notBefore {
		switch {
		case !at.After(looked):
			delete(w.notBefore, id)
		case !ok || at.Before(next):
			next, ok = at, true
		}
	}
	return next, ok
}
