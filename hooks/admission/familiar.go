package admission

import (
	"hash/maphash"
	"slices"
	"sync"
)

// networksPerAccount is how many networks one account makes familiar: those where it was seen last. With more, a sender
// who has an account could make all of its addresses familiar.
const networksPerAccount = 4

// Familiar knows the networks where people of some accounts were seen lately. What it knows is in memory, and of
// bounded size: a new account takes the place of any other one. It is safe for concurrent use.
type Familiar struct {
	seed maphash.Seed
	max  int // accounts

	mu       sync.RWMutex
	seen     map[uint64][networksPerAccount]uint64 // networks by account, the last one first, as hashes; 0 for none
	networks map[uint64]int                        // how many accounts were seen in each
}

// NewFamiliar returns a Familiar that remembers a number of accounts.
func NewFamiliar(max int) *Familiar {
	return &Familiar{seed: maphash.MakeSeed(), max: max, seen: map[uint64][networksPerAccount]uint64{}, networks: map[uint64]int{}}
}

// Note notes that somebody who has proven to own an account was seen in a network.
func (f *Familiar) Note(account, network string) {
	who, where := f.hash(account), f.hash(network)
	f.mu.RLock()
	known := f.seen[who][0] == where
	f.mu.RUnlock()
	if known {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	seen, ok := f.seen[who]
	if !ok && len(f.seen) >= f.max {
		for other := range f.seen { // in random order
			f.drop(other)
			break
		}
	}
	at := slices.Index(seen[:], where)
	if at < 0 {
		f.networks[where]++
		at = len(seen) - 1
		f.release(seen[at])
	}
	copy(seen[1:at+1], seen[:at])
	seen[0] = where
	f.seen[who] = seen
}

// Has reports whether somebody was seen in a network.
func (f *Familiar) Has(network string) bool {
	f.mu.RLock()
	defer f.mu.RUnlock()
	return f.networks[f.hash(network)] > 0
}

func (f *Familiar) hash(text string) uint64 { return max(1, maphash.String(f.seed, text)) }

// drop forgets an account. The caller holds f.mu.
func (f *Familiar) drop(account uint64) {
	for _, network := range f.seen[account] {
		f.release(network)
	}
	delete(f.seen, account)
}

// release takes an account off those that were seen in a network. The caller holds f.mu.
func (f *Familiar) release(network uint64) {
	if f.networks[network]--; f.networks[network] <= 0 {
		delete(f.networks, network)
	}
}
