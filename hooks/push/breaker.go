package push

import (
	"math/rand/v2"
	"time"
)

// outageResetAfter is how long after a failure of FCM the next one begins a new outage, which is logged again.
const outageResetAfter = time.Minute

// breaker is a circuit breaker: it opens, and so pauses all pushes, when Google or Firebase refuses the server
// itself. It also knows when FCM last failed and last worked, for the log. Worker.mu guards it.
type breaker struct {
	openings    int       // in a row
	openUntil   time.Time // the end of the last of them
	lastFailure time.Time
	lastSuccess time.Time
}

// openBreaker pauses all pushes when the server's credentials, rights or project are wrong, longer with each time in a
// row, and returns when the pause ends. It logs one line for each pause, however many sends failed for the same reason.
func (w *Worker) openBreaker(now time.Time, reason string, cause error) (until time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	b := &w.breaker
	if now.Before(b.openUntil) {
		return b.openUntil
	}
	half := min(maxDelay, initialDelay<<min(b.openings, 10)) / 2
	b.openings++
	b.openUntil = now.Add(half + rand.N(half))
	w.worker.Pause(b.openUntil)
	w.app.Logger().Error("no push gets through, and all wait: "+reason, "next_try", b.openUntil, "answer", truncate(cause.Error(), 300))
	return b.openUntil
}

// recordFailure notes that FCM failed or could not be reached, and logs the beginning of an outage. A single failure
// between successes does not end one outage and begin another.
func (w *Worker) recordFailure(now time.Time, reason string, cause error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	b := &w.breaker
	begins := b.lastFailure.IsZero() || b.lastSuccess.After(b.lastFailure) && now.Sub(b.lastFailure) > outageResetAfter
	b.lastFailure = now
	if begins {
		w.app.Logger().Warn("pushes wait: "+reason, "answer", truncate(cause.Error(), 300))
	}
}

// recordSuccess notes that FCM works: it answered, though it may have refused the push.
func (w *Worker) recordSuccess(now time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.breaker.openings = 0
	w.breaker.lastSuccess = now
}
