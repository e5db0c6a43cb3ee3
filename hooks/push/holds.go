package push

import (
	"sync"
	"time"
)

const (
	// quotaDelay is the first wait of a device to which too much was sent, if the service names none. It doubles up to
	// quotaMaxDelay.
	quotaDelay    = time.Minute
	quotaMaxDelay = time.Hour

	// quotaTogether is how soon after each other two devices are over their quotas when it is the project that sends too
	// much.
	quotaTogether = 10 * time.Second
)

// holds are the devices whose pushes wait because too much was sent to them. After a restart each is tried anew.
type holds struct {
	mu     sync.Mutex
	held   map[string]*hold // by the device's id
	last   string           // the device that was over its quota last
	lastAt time.Time
}

type hold struct {
	until time.Time
	waits int // in a row
}

// until returns when a device may be sent something again, zero for now.
func (h *holds) until(device string, now time.Time) time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	if entry := h.held[device]; entry != nil && entry.until.After(now) {
		return entry.until
	}
	return time.Time{}
}

// add makes a device wait as long as the service asks, else longer with each time in a row, and returns until when. all
// reports whether another device was over its quota just before, so that it is the project's.
func (h *holds) add(device string, f *Failure, now time.Time) (until time.Time, all bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	entry := h.held[device]
	if entry == nil {
		if h.held == nil {
			h.held = map[string]*hold{}
		}
		for id, old := range h.held { // devices that nothing was sent to since
			if now.Sub(old.until) > quotaMaxDelay {
				delete(h.held, id)
			}
		}
		entry = &hold{}
		h.held[device] = entry
	}
	if !entry.until.After(now) { // several sends at once count once
		wait := min(quotaMaxDelay, quotaDelay<<min(entry.waits, 10))
		if f.Asked && f.Wait > 0 {
			wait = f.Wait
		}
		entry.waits++
		entry.until = now.Add(withJitter(wait))
	}
	all = h.last != "" && h.last != device && now.Sub(h.lastAt) < quotaTogether
	h.last, h.lastAt = device, now
	return entry.until, all
}

// end notes that a device was sent something.
func (h *holds) end(device string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.held, device)
}
