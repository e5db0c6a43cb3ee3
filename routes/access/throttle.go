package access

import (
	"sync"
	"time"
)

// window is how long a throttle counts, as Laravel's throttle:60,1.
const window = time.Minute

// Throttle counts hits of keys in windows of a minute that begin with the first hit, as Laravel's rate limiter.
// It is safe for concurrent use.
type Throttle struct {
	now func() time.Time

	mu      sync.Mutex
	windows map[string]*counted
	swept   time.Time
}

type counted struct {
	hits int
	ends time.Time
}

// NewThrottle makes one that goes by the clock now.
func NewThrottle(now func() time.Time) *Throttle {
	return &Throttle{now: now, windows: map[string]*counted{}, swept: now()}
}

// Verdict is what a throttle says of a hit.
type Verdict struct {
	Allowed    bool
	Limit      int
	Remaining  int           // hits left in this window
	RetryAfter time.Duration // to the end of the window, where the hit was refused
	Reset      time.Time     // the end of the window
}

// Hit counts a hit of a key that may have limit hits a window. A refused hit is not counted.
func (t *Throttle) Hit(key string, limit int) Verdict {
	now := t.now()
	t.mu.Lock()
	defer t.mu.Unlock()
	t.sweep(now)
	w := t.windows[key]
	if w == nil || !now.Before(w.ends) {
		w = &counted{ends: now.Add(window)}
		t.windows[key] = w
	}
	if w.hits >= limit {
		return Verdict{Limit: limit, RetryAfter: w.ends.Sub(now), Reset: w.ends}
	}
	w.hits++
	return Verdict{Allowed: true, Limit: limit, Remaining: limit - w.hits, Reset: w.ends}
}

// Refund uncounts a hit.
func (t *Throttle) Refund(key string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if w := t.windows[key]; w != nil && w.hits > 0 {
		w.hits--
	}
}

// sweep forgets windows that are over, once a window, so that memory follows the traffic of one minute.
func (t *Throttle) sweep(now time.Time) {
	if now.Sub(t.swept) < window {
		return
	}
	t.swept = now
	for key, w := range t.windows {
		if !now.Before(w.ends) {
			delete(t.windows, key)
		}
	}
}
