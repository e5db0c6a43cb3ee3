// Package revision brings a change that was made on an older copy of a row, such as a form of the dashboard that was open
// for a while, together with the row as it is now. A form brings all fields: which of them somebody changed in it shows
// when they are compared with the row as it was when the form was opened.
package revision

import (
	"hash/maphash"
	"sync"

	"github.com/privet/privet/hooks/store"

	"github.com/pocketbase/pocketbase/core"
)

const (
	maxSteps = 1 << 16 // of all rows together, some 100 bytes each; then all are forgotten
	maxOfRow = 1 << 12 // of one row; then the older half is forgotten
)

// History knows of recent changes which fields they changed, and hashes of the values before. It is in memory: of a form
// that was opened before a restart, or too long ago, nothing is known. It is safe for concurrent use.
type History struct {
	mu    sync.Mutex
	seed  maphash.Seed
	steps map[string][]step // by row, each with revisions that follow one another
	count int
}

// step is one change of a row.
type step struct {
	rev     int               // after it
	before  map[string]uint64 // hashes of the values that it has changed, by field
	guarded bool              // a later change of an older copy must not replace it
}

// New returns a History that knows nothing.
func New() *History { return &History{seed: maphash.MakeSeed(), steps: map[string][]step{}} }

// Note remembers a change of a row to the revision rev. guarded protects it from changes of older copies. It is called
// in the transaction of the change, whose revision is used again if the transaction fails.
func (h *History) Note(after, before *core.Record, rev int, guarded bool) {
	s := step{rev: rev, before: map[string]uint64{}, guarded: guarded}
	for _, name := range store.Changed(after, before) {
		s.before[name] = h.hash(before, name)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.count >= maxSteps {
		clear(h.steps)
		h.count = 0
	}
	id := key(after)
	steps := h.steps[id]
	h.count -= len(steps)
	for len(steps) > 0 && steps[len(steps)-1].rev >= rev {
		steps = steps[:len(steps)-1]
	}
	if len(steps) > 0 && steps[len(steps)-1].rev != rev-1 {
		steps = nil
	}
	if len(steps) >= maxOfRow {
		steps = append([]step(nil), steps[maxOfRow/2:]...)
	}
	h.steps[id] = append(steps, s)
	h.count += len(h.steps[id])
}

// Merge makes record, a changed copy of a row as of revision rev, the same change of fresh, the row as it is now, which has
// the revision now. conflicts are the fields to which the copy and a guarded change since then have given different
// values. known is false if what happened since rev is not known, and matters.
func (h *History) Merge(record, fresh *core.Record, rev, now int) (conflicts []string, known bool) {
	if rev > now { // there never was such a copy
		return nil, false
	}
	original := record.Original()
	since, complete := h.since(key(record), rev, now)
	for _, name := range store.Comparable(record) {
		mine := store.Text(record, name)
		if mine == store.Text(original, name) || mine == store.Text(fresh, name) {
			record.SetRaw(name, fresh.GetRaw(name))
			continue
		}
		if !complete {
			return nil, false
		}
		base, changed, guarded := h.baseOf(since, name)
		switch {
		case !changed:
		case h.hash(record, name) == base: // it was so when the copy was made
			record.SetRaw(name, fresh.GetRaw(name))
		case guarded:
			conflicts = append(conflicts, name)
		}
	}
	return conflicts, true
}

// since returns the changes after the revision rev up to now, and whether all of them are known.
func (h *History) since(id string, rev, now int) (steps []step, complete bool) {
	if rev == now {
		return nil, true
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	steps = h.steps[id]
	if len(steps) == 0 || steps[0].rev > rev+1 {
		return nil, false
	}
	last := steps[len(steps)-1].rev
	if last < now {
		return nil, false
	}
	first := rev + 1 - steps[0].rev
	return append([]step(nil), steps[first:len(steps)-(last-now)]...), true
}

// baseOf returns the hash of a field's value before the first of the steps that changed it.
func (h *History) baseOf(steps []step, name string) (base uint64, changed, guarded bool) {
	for _, s := range steps {
		before, here := s.before[name]
		if !here {
			continue
		}
		if !changed {
			base, changed = before, true
		}
		guarded = guarded || s.guarded
	}
	return base, changed, guarded
}

func (h *History) hash(record *core.Record, name string) uint64 {
	return maphash.String(h.seed, store.Text(record, name))
}

func key(record *core.Record) string { return record.Collection().Name + "/" + record.Id }
