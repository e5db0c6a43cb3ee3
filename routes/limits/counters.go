package limits

import (
	"math/rand/v2"
	"net/netip"
	"sync"
	"time"
)

// maxKeys is how many keys a table of counters holds, so that its memory is bounded (some 16 MB) however many networks
// and accounts an attacker has.
const maxKeys = 50_000

// evictionSample is how many keys are looked at to find one to evict.
const evictionSample = 8

// key is what hits are counted of.
type key struct {
	what  string       // the limit
	who   string       // a user or an account; "" for a network as a whole
	where netip.Prefix // the network; the zero Prefix for all networks together
}

// count is a key with its limit of hits per window.
type count struct {
	key
	limit int
}

// window is the current window of a key. When it ends, a new one takes its place, so that what was counted in the old
// one can never be taken off the new one.
type window struct {
	key
	hits, limit int32
	ends        int64 // Unix time in nanoseconds
	index       int   // in counters.all
}

// counters count hits of keys in windows that begin with the key's first hit, as Laravel's rate limiter does. They are
// safe for concurrent use.
type counters struct {
	now    func() time.Time
	length time.Duration // of the windows
	max    int           // keys

	mu      sync.Mutex
	windows map[key]*window
	all     []*window // the same in no order, to draw from at random
	swept   time.Time // when expired windows were last removed
}

func newCounters(now func() time.Time, length time.Duration, max int) *counters {
	return &counters{now: now, length: length, max: max, windows: map[key]*window{}, swept: now()}
}

// result is the state of the count that a hit is shown by.
type result struct {
	what             string // the limit, of a refused hit
	limit, remaining int
	ends             time.Time // of the window
	retryAfter       time.Duration
}

// hit counts a hit of each of some keys, or of none if one of them has reached its limit. The result is that of the
// count with the fewest hits left; of a refused hit, that of the exhausted count whose window ends last. A hit that was
// counted can be taken back with refund.
func (c *counters) hit(counts []count) (shown result, counted []*window, ok bool) {
	return c.add(counts, 1)
}

// add counts a number of hits as hit does one.
func (c *counters) add(counts []count, hits int) (shown result, counted []*window, ok bool) {
	now := c.now()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sweep(now)
	var full *window
	counted = make([]*window, len(counts))
	for i, one := range counts {
		w := c.windows[one.key]
		if w == nil || w.ends <= now.UnixNano() {
			continue
		}
		if int(w.hits)+hits > one.limit && (full == nil || w.ends > full.ends) {
			full = w
		}
		counted[i] = w
	}
	if full != nil {
		ends := time.Unix(0, full.ends)
		return result{what: full.what, limit: int(full.limit), ends: ends, retryAfter: ends.Sub(now)}, nil, false
	}
	for i, one := range counts {
		w := counted[i]
		if w == nil {
			w = c.open(one, now)
			counted[i] = w
		}
		w.hits += int32(hits)
		if left := one.limit - int(w.hits); i == 0 || left < shown.remaining {
			shown = result{limit: one.limit, remaining: left, ends: time.Unix(0, w.ends)}
		}
	}
	return shown, counted, true
}

// refund takes back hits that were counted, unless their windows have ended.
func (c *counters) refund(counted []*window) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, w := range counted {
		w.hits--
	}
}

// open begins a window of a key. The caller holds c.mu.
func (c *counters) open(one count, now time.Time) *window {
	if former := c.windows[one.key]; former != nil {
		c.remove(former)
	} else if len(c.all) >= c.max {
		c.evict(now)
	}
	w := &window{key: one.key, limit: int32(one.limit), ends: now.Add(c.length).UnixNano(), index: len(c.all)}
	c.windows[one.key] = w
	c.all = append(c.all, w)
	return w
}

// evict removes a window: of a random sample one that has ended, else the one that is furthest from its limit. Who
// floods the table with fresh keys pushes out these, and no count that is about to refuse something. The caller holds
// c.mu.
func (c *counters) evict(now time.Time) {
	var victim *window
	for range evictionSample {
		w := c.all[rand.IntN(len(c.all))]
		if w.ends <= now.UnixNano() {
			victim = w
			break
		}
		if victim == nil || int64(w.hits)*int64(victim.limit) < int64(victim.hits)*int64(w.limit) {
			victim = w
		}
	}
	c.remove(victim)
}

// remove removes a window. The caller holds c.mu.
func (c *counters) remove(w *window) {
	delete(c.windows, w.key)
	last := c.all[len(c.all)-1]
	c.all[w.index], last.index = last, w.index
	c.all[len(c.all)-1] = nil
	c.all = c.all[:len(c.all)-1]
}

// sweep removes expired windows once a minute. The caller holds c.mu.
func (c *counters) sweep(now time.Time) {
	if now.Sub(c.swept) < time.Minute {
		return
	}
	c.swept = now
	for i := len(c.all) - 1; i >= 0; i-- { // remove moves the last one, which was looked at, to i
		if c.all[i].ends <= now.UnixNano() {
			c.remove(c.all[i])
		}
	}
}
