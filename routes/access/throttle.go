package access

import (
	"sync"
	"time"
)

// windowLength is that of Laravel's throttle:60,1.
const windowLength = time.Minute

// Throttle is a rate limiter: it counts the hits of a key in windows of a minute that begin with the key's first hit,
// as Laravel's does. It is safe for concurrent use.
type Throttle struct {
	now func() time.Time

	mu      sync.Mutex
	windows map[string]*window
	swept   time.Time // when expired windows were last removed
}

// window is the current window of a key.
type window struct {
	hits int
	ends time.Time
}

// NewThrottle returns a Throttle with the clock now.
func NewThrottle(now func() time.Time) *Throttle {
	return &Throttle{now: now, windows: map[string]*window{}, swept: now()}
}

// Result is the outcome of a hit.
type Result struct {
	Allowed    bool
	Limit      int
	Remaining  int           // hits left in the window
	RetryAfter time.Duration // until the window ends; 0 if the hit was allowed
	Reset      time.Time     // when the window ends
}

// Hit counts a hit of a key with a limit of hits per window. Refused hits are not counted.
func (t *Throttle) Hit(key string, limit int) Result {
	now := t.now()
	t.mu.Lock()
	defer t.mu.Unlock()
	t.sweep(now)
	w := t.windows[key]
	if w == nil || !now.Before(w.ends) {
		w = &window{ends: now.Add(windowLength)}
		t.windows[key] = w
	}
	if w.hits >= limit {
		return Result{Limit: limit, RetryAfter: w.ends.Sub(now), Reset: w.ends}
	}
	w.hits++
	return Result{Allowed: true, Limit: limit, Remaining: limit - w.hits, Reset: w.ends}
}

// Refund uncounts a hit of a key.
func (t *Throttle) Refund(key string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if w := t.windows[key]; w != nil && w.hits > 0 {
		w.hits--
	}
}

// sweep removes expired windows once a minute, so that memory is bounded by the traffic of two. The caller holds t.mu.
func (t *Throttle) sweep(now time.Time) {
	if now.Sub(t.swept) < windowLength {
		return
	}
	t.swept = now
	for key, w := range t.windows {
		if !now.Before(w.ends) {
			delete(t.windows, key)
		}
	}
}
