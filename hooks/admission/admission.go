// Package admission bounds how many expensive operations (hashing a password, cleaning a file, calling a provider) run
// at once and how many wait for their turn, and shares both among those who ask for them: one sender's flood delays
// the sender, not the others.
package admission

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"
)

// Limits are the bounds of a Queue.
type Limits struct {
	Slots       int           // operations at once, at least 1
	SlotsPerKey int           // operations of one key at once; 0 means all slots
	Waiters     int           // callers that wait at once; 0 means that nobody waits
	MaxWait     time.Duration // how long one waits
}

// Busy is the error of a caller that is not admitted: too many wait already, or the wait was too long.
type Busy struct {
	RetryAfter time.Duration // when it is worth another try, at least a second
}

// Error implements error.
func (b *Busy) Error() string { return fmt.Sprintf("too busy, try again in %v", b.RetryAfter) }

// Queue admits callers to a number of slots. Each caller belongs to a key, such as a user or a client's network.
// Keys take turns (round-robin), so the callers of one key wait behind each other more than behind other keys. When the
// line is full, a newcomer takes the place of the last caller of the key with the most waiters, unless it would have as
// many itself. A Queue is safe for concurrent use.
type Queue struct {
	limits Limits

	mu       sync.Mutex
	running  int
	used     map[string]int // slots in use, by key
	lines    []*line        // of the keys with waiters; the first has the next turn
	waiting  int
	admitted uint64
	refused  uint64
}

// line are the waiters of a key, the one that has waited longest first.
type line struct {
	key     string
	waiters []*waiter
}

// waiter is a caller in a line. Its verdict is sent once it has left the line: true if a slot is its own now.
type waiter struct {
	verdict chan bool
}

// Stats are the numbers of a Queue at one moment.
type Stats struct {
	Slots    int    // that there are
	Running  int    // slots in use
	Waiting  int    // callers in the line
	Admitted uint64 // callers that got a slot, since the start
	Refused  uint64 // callers that were refused with Busy, since the start
}

// New returns an empty Queue.
func New(limits Limits) *Queue {
	limits.Slots = max(1, limits.Slots)
	if limits.SlotsPerKey <= 0 {
		limits.SlotsPerKey = limits.Slots
	}
	return &Queue{limits: limits, used: map[string]int{}}
}

// Stats returns the current numbers.
func (q *Queue) Stats() Stats {
	q.mu.Lock()
	defer q.mu.Unlock()
	return Stats{q.limits.Slots, q.running, q.waiting, q.admitted, q.refused}
}

// Acquire waits for a slot. The caller calls release when the operation has ended; further calls of release do nothing.
// The error is a *Busy if the caller is not admitted, or that of ctx if it ends before.
func (q *Queue) Acquire(ctx context.Context, key string) (release func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	waiter := q.enter(key)
	if waiter == nil {
		return nil, q.busy()
	}
	timeout := time.NewTimer(q.limits.MaxWait)
	defer timeout.Stop()
	select {
	case admitted := <-waiter.verdict:
		if !admitted {
			return nil, q.busy()
		}
		return q.releaser(key), nil
	case <-timeout.C:
		err = q.busy()
	case <-ctx.Done():
		err = ctx.Err()
	}
	if q.leave(key, waiter, ctx.Err() == nil) {
		return nil, err
	}
	if <-waiter.verdict { // it came at the same moment
		return q.releaser(key), nil
	}
	return nil, err
}

func (q *Queue) busy() error {
	return &Busy{RetryAfter: max(time.Second, q.limits.MaxWait)}
}

func (q *Queue) releaser(key string) func() {
	return sync.OnceFunc(func() {
		q.mu.Lock()
		defer q.mu.Unlock()
		q.running--
		if q.used[key]--; q.used[key] == 0 {
			delete(q.used, key)
		}
		q.admit()
	})
}

// enter adds a caller to its key's line and admits whoever has a turn. It returns nil if there is no place.
func (q *Queue) enter(key string) *waiter {
	q.mu.Lock()
	defer q.mu.Unlock()
	added := &waiter{verdict: make(chan bool, 1)}
	own := q.line(key)
	if own == nil {
		own = &line{key: key}
		q.lines = append(q.lines, own)
	}
	own.waiters = append(own.waiters, added)
	q.waiting++
	q.admit()
	if q.waiting <= q.limits.Waiters {
		return added
	}
	q.refused++
	longest := own
	for _, other := range q.lines {
		if len(other.waiters) > len(longest.waiters) {
			longest = other
		}
	}
	last := longest.waiters[len(longest.waiters)-1]
	q.remove(longest, last)
	if last == added {
		return nil
	}
	last.verdict <- false
	return added
}

// leave takes a waiter out of its line. It reports false if the waiter had left it already, with a verdict.
func (q *Queue) leave(key string, w *waiter, refused bool) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	own := q.line(key)
	if own == nil || !slices.Contains(own.waiters, w) {
		return false
	}
	q.remove(own, w)
	if refused {
		q.refused++
	}
	return true
}

// admit gives free slots to the lines in turn. A line that was served goes to the end. The caller holds q.mu.
func (q *Queue) admit() {
	for q.running < q.limits.Slots {
		next := slices.IndexFunc(q.lines, func(l *line) bool { return q.used[l.key] < q.limits.SlotsPerKey })
		if next < 0 {
			return
		}
		served := q.lines[next]
		q.lines = append(slices.Delete(q.lines, next, next+1), served)
		first := served.waiters[0]
		q.remove(served, first)
		q.running++
		q.used[served.key]++
		q.admitted++
		first.verdict <- true
	}
}

// line returns the line of a key, nil if nobody of it waits. The caller holds q.mu.
func (q *Queue) line(key string) *line {
	for _, l := range q.lines {
		if l.key == key {
			return l
		}
	}
	return nil
}

// remove takes a waiter out of a line, and the line out of the queue if it was the last. The caller holds q.mu.
func (q *Queue) remove(l *line, w *waiter) {
	q.waiting--
	l.waiters = slices.DeleteFunc(l.waiters, func(other *waiter) bool { return other == w })
	if len(l.waiters) == 0 {
		q.lines = slices.DeleteFunc(q.lines, func(other *line) bool { return other == l })
	}
}
