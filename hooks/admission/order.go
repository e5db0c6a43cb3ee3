package admission

import "time"

// Classes is the number of classes of callers.
const Classes = 5

// maxPassed is how many turns the callers of a level are passed over at most, so that none of them waits for ever.
const maxPassed = 6

// The order of turns. Each class has two levels: first those whose keys had no turn lately, then those with a key that
// had one, so that a sender who comes again and again goes behind the others. The first level with callers has the
// turn, but none is passed over more often than maxPassed times in a row.
//
// Within a level it is the turn of whoever's keys had their last turn first: keys take turns. Among equals it is the one
// who came first, while the line is short. Once the first has waited for a part of MaxIdle, more come than there are
// turns, and not all of them can be served in time. Then it is the one who came last: a person's request is served at once
// or refused soon, instead of both late, and a flood has no more from it than its share of the turns.

// overload is the part of MaxIdle after which more callers come than there are turns.
const overload = 3

// candidate is the first of a level's callers in the order of turns.
type candidate struct {
	*waiter
	first, last uint64 // turns of its keys: the first and the last one of those that they had
	overloaded  bool
}

// next returns the caller whose turn it is, nil if nobody can have one now. The caller holds q.mu.
func (q *Queue) next(now time.Time) *waiter {
	var levels [2 * Classes]candidate
	for _, w := range q.waiters {
		level, first, last, ok := q.rank(w)
		if !ok {
			continue
		}
		best := &levels[level]
		switch {
		case best.waiter == nil:
			best.overloaded = now.Sub(w.since) > q.limits.MaxIdle/overload // it is the one who came first
		case last > best.last, last == best.last && first > best.first:
			continue
		case last == best.last && first == best.first && !best.overloaded:
			continue
		}
		best.waiter, best.first, best.last = w, first, last
	}
	chosen := -1
	for level, c := range levels {
		if c.waiter != nil && (chosen < 0 || q.passed[level] >= maxPassed && q.passed[level] > q.passed[chosen]) {
			chosen = level
		}
	}
	if chosen < 0 {
		return nil
	}
	for level, c := range levels {
		if q.passed[level]++; level == chosen || c.waiter == nil {
			q.passed[level] = 0
		}
	}
	return levels[chosen].waiter
}

// rank returns a caller's level, and the first and the last of its keys' last turns, 0 for a key that had none. ok is
// false if a key of it has all the slots that it may have. The caller holds q.mu.
func (q *Queue) rank(w *waiter) (level int, first, last uint64, ok bool) {
	for i, s := range w.shares {
		if s.running >= q.limits.SlotsPerKey {
			return 0, 0, 0, false
		}
		if i == 0 || s.turn < first {
			first = s.turn
		}
		last = max(last, s.turn)
	}
	level = 2 * w.class
	if last > 0 {
		level++
	}
	return level, first, last, true
}

// last returns who of a class has to go when the class has too many callers: the last one of the key that has most of
// them; if none has more than one, the last one, or the first one if more come than there are turns, as it has
// waited in vain. The caller holds q.mu.
func (q *Queue) last(class int) (gone *waiter) {
	most := 0
	overloaded := false
	for _, w := range q.waiters {
		if w.class != class {
			continue
		}
		crowd := 1
		for _, s := range w.shares {
			crowd = max(crowd, s.waiting)
		}
		if gone == nil {
			overloaded = time.Since(w.since) > q.limits.MaxIdle/overload
		} else if crowd < most || (most == 1 && crowd == 1 && overloaded) {
			continue
		}
		gone, most = w, crowd
	}
	return gone
}
