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
	Waiters     int           // callers of a class that wait at once; 0 means that nobody waits
	MaxWait     time.Duration // how long one waits
	MaxIdle     time.Duration // how long one waits while nobody with a key of theirs has a turn; 0 means MaxWait
	Memory      int           // for how many turns the queue remembers who had one; 0 means for as long as the key has callers
}

// Caller is who asks for a slot.
type Caller struct {
	Class int      // from 0, who goes before the others, to Classes-1
	Keys  []string // with whom the caller shares its turns, such as all of its network, or of an account
}

// Busy is the error of a caller that is not admitted: too many wait already, or the wait was too long.
type Busy struct {
	RetryAfter time.Duration // when it is worth another try, at least a second
}

// Error implements error.
func (b *Busy) Error() string { return fmt.Sprintf("too busy, try again in %v", b.RetryAfter) }

// Queue admits callers to a number of slots. In which order is said in order.go. When the line of a class is full, a
// newcomer takes the place of a caller whose key has more waiters, or else waits longer than is of use. A Queue is safe
// for concurrent use.
type Queue struct {
	limits Limits

	mu       sync.Mutex
	running  int
	waiters  []*waiter // in the order in which they came
	waiting  [Classes]int
	keys     map[string]*share
	passed   [2 * Classes]int // for each level, see order.go
	history  [][]*share       // whose turn each of the last turns was, as a ring
	admitted uint64
	refused  uint64
}

// share is what the queue knows of a key.
type share struct {
	key     string
	running int       // slots in use
	waiting int       // callers in the line
	turn    uint64    // number of its last turn, 0 for none
	at      time.Time // of that turn
}

// waiter is a caller in the line. Its verdict is sent once it has left the line: true if a slot is its own now.
type waiter struct {
	class   int
	shares  []*share
	since   time.Time
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
	if limits.MaxIdle <= 0 {
		limits.MaxIdle = limits.MaxWait
	}
	return &Queue{limits: limits, keys: map[string]*share{}, history: make([][]*share, limits.Memory)}
}

// Stats returns the current numbers.
func (q *Queue) Stats() Stats {
	q.mu.Lock()
	defer q.mu.Unlock()
	return Stats{q.limits.Slots, q.running, len(q.waiters), q.admitted, q.refused}
}

// Acquire waits for a slot, as a caller of the first class with a single key. See AcquireAs.
func (q *Queue) Acquire(ctx context.Context, key string) (release func(), err error) {
	return q.AcquireAs(ctx, Caller{Keys: []string{key}})
}

// AcquireAs waits for a slot. The caller calls release when the operation has ended; further calls of release do
// nothing. The error is a *Busy if the caller is not admitted, or that of ctx if it ends before.
func (q *Queue) AcquireAs(ctx context.Context, caller Caller) (release func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	w := q.enter(caller)
	if w == nil {
		return nil, q.busy()
	}
	timeout := time.NewTimer(min(q.limits.MaxIdle, q.limits.MaxWait))
	defer timeout.Stop()
	for {
		select {
		case admitted := <-w.verdict:
			if !admitted {
				return nil, q.busy()
			}
			return q.releaser(w), nil
		case <-timeout.C:
			if more := q.patience(w); more > 0 {
				timeout.Reset(more)
				continue
			}
			err = q.busy()
		case <-ctx.Done():
			err = ctx.Err()
		}
		if q.leave(w, ctx.Err() == nil) {
			return nil, err
		}
		if <-w.verdict { // it came at the same moment
			return q.releaser(w), nil
		}
		return nil, err
	}
}

func (q *Queue) busy() error {
	return &Busy{RetryAfter: max(time.Second, q.limits.MaxIdle)}
}

func (q *Queue) releaser(w *waiter) func() {
	return sync.OnceFunc(func() {
		q.mu.Lock()
		defer q.mu.Unlock()
		q.running--
		for _, s := range w.shares {
			s.running--
			q.forget(s)
		}
		q.admit()
	})
}

// enter adds a caller to the line and admits whoever has a turn. It returns nil if there is no place.
func (q *Queue) enter(caller Caller) *waiter {
	q.mu.Lock()
	defer q.mu.Unlock()
	added := &waiter{class: caller.Class, since: time.Now(), verdict: make(chan bool, 1)}
	for _, key := range caller.Keys {
		s := q.keys[key]
		if s == nil {
			s = &share{key: key}
			q.keys[key] = s
		}
		s.waiting++
		added.shares = append(added.shares, s)
	}
	q.waiters = append(q.waiters, added)
	q.waiting[added.class]++
	q.admit()
	if q.waiting[added.class] <= q.limits.Waiters {
		return added
	}
	q.refused++
	last := q.last(added.class)
	q.remove(last)
	if last == added {
		return nil
	}
	last.verdict <- false
	return added
}

// patience returns how much longer it makes sense to wait: nothing if the caller, and all who share a key with it, had
// no turn for MaxIdle, or if it has waited for MaxWait.
func (q *Queue) patience(w *waiter) time.Duration {
	q.mu.Lock()
	defer q.mu.Unlock()
	last := w.since
	for _, s := range w.shares {
		if s.at.After(last) {
			last = s.at
		}
	}
	return min(time.Until(last.Add(q.limits.MaxIdle)), time.Until(w.since.Add(q.limits.MaxWait)))
}

// leave takes a waiter out of the line. It reports false if the waiter had left it already, with a verdict.
func (q *Queue) leave(w *waiter, refused bool) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if !slices.Contains(q.waiters, w) {
		return false
	}
	q.remove(w)
	if refused {
		q.refused++
	}
	return true
}

// admit gives free slots to those who have the next turns. The caller holds q.mu.
func (q *Queue) admit() {
	for q.running < q.limits.Slots {
		w := q.next(time.Now())
		if w == nil {
			return
		}
		q.running++
		q.admitted++
		for _, s := range w.shares {
			s.running++
			s.turn, s.at = q.admitted, time.Now()
		}
		q.remove(w)
		q.remember(w.shares)
		w.verdict <- true
	}
}

// remember notes whose turn it was, and forgets whose turn it was Memory turns ago. The caller holds q.mu.
func (q *Queue) remember(shares []*share) {
	if len(q.history) == 0 {
		return
	}
	oldest := &q.history[q.admitted%uint64(len(q.history))]
	before := *oldest
	*oldest = shares
	for _, s := range before {
		q.forget(s)
	}
}

// forget drops what is known of a key without callers, unless its last turn is to be remembered. The caller holds q.mu.
func (q *Queue) forget(s *share) {
	remembered := s.turn > 0 && q.admitted-s.turn < uint64(len(q.history))
	if s.running == 0 && s.waiting == 0 && !remembered && q.keys[s.key] == s {
		delete(q.keys, s.key)
	}
}

// remove takes a waiter out of the line. The caller holds q.mu.
func (q *Queue) remove(w *waiter) {
	q.waiters = slices.DeleteFunc(q.waiters, func(other *waiter) bool { return other == w })
	q.waiting[w.class]--
	for _, s := range w.shares {
		s.waiting--
		q.forget(s)
	}
}
