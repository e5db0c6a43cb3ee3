package push

import (
	"math/rand/v2"
	"sync"
	"time"
)

// outageResetAfter is how long after a failure of a service the next one begins a new outage, which is logged again.
const outageResetAfter = time.Minute

// breaker is a circuit breaker: it opens, and so pauses all pushes of a service, when that refuses the server itself. It
// also knows when the service last failed and last worked, for the log. lane.mu guards it.
type breaker struct {
	openings    int       // in a row
	openUntil   time.Time // the end of the last of them
	lastFailure time.Time
	lastSuccess time.Time
}

// openBreaker pauses all pushes of the service when the server's credentials, rights or project are wrong, longer with each
// time in a row, and returns when the pause ends. It logs one line for each pause, however many sends failed for the same
// reason.
func (l *lane) openBreaker(now time.Time, f *Failure) (until time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	b := &l.breaker
	if now.Before(b.openUntil) {
		return b.openUntil
	}
	half := min(maxDelay, initialDelay<<min(b.openings, 10)) / 2
	b.openings++
	b.openUntil = now.Add(half + rand.N(half))
	l.worker.Pause(b.openUntil)
	l.app.Logger().Error("no push gets through, and all wait: "+f.Reason, "sender", l.sender.Name(), "next_try", b.openUntil, "answer", f.Answer)
	return b.openUntil
}

// recordFailure notes that the service failed or could not be reached, and logs the beginning of an outage. A single
// failure between successes does not end one outage and begin another.
func (l *lane) recordFailure(now time.Time, f *Failure) {
	l.mu.Lock()
	defer l.mu.Unlock()
	b := &l.breaker
	begins := b.lastFailure.IsZero() || b.lastSuccess.After(b.lastFailure) && now.Sub(b.lastFailure) > outageResetAfter
	b.lastFailure = now
	if begins {
		l.app.Logger().Warn("pushes wait: "+f.Reason, "sender", l.sender.Name(), "answer", f.Answer)
	}
}

// recordSuccess notes that the service works: it answered, though it may have refused the push.
func (l *lane) recordSuccess(now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.breaker.openings = 0
	l.breaker.lastSuccess = now
}

// told remembers what was logged, so that a fault which each push meets is one line, and not a line for each push.
type told struct {
	mu    sync.Mutex
	until map[Verdict]time.Time
	left  map[Verdict]int
}

// again reports whether a line about a kind of failure is due, after which none is for the given time, and how many were
// left out since the last one.
func (t *told) again(v Verdict, now time.Time, silence time.Duration) (leftOut int, due bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.until == nil {
		t.until, t.left = map[Verdict]time.Time{}, map[Verdict]int{}
	}
	if now.Before(t.until[v]) {
		t.left[v]++
		return 0, false
	}
	leftOut = t.left[v]
	t.until[v], t.left[v] = now.Add(silence), 0
	return leftOut, true
}
