package bodydrain

import (
	"net/netip"
	"sync"

	"github.com/privet/privet/routes/limits"
)

// quota limits how much of one address, and of the networks around it, is discarded at once. The lock is never held
// while something is read.
type quota struct {
	maxBodies int
	maxBytes  int64

	mu   sync.Mutex
	used map[netip.Prefix]*usage // by network
}

type usage struct {
	bodies int
	bytes  int64
}

// share is what one body takes of the quotas of its networks.
type share struct {
	quota    *quota
	networks []limits.Network
	bytes    int64
}

// acquire takes a share of the quotas of some networks, for one body and the given number of bytes. It returns nil when
// that is more than one of them has left; otherwise the caller releases the share.
func (q *quota) acquire(networks []limits.Network, bytes int64) *share {
	q.mu.Lock()
	defer q.mu.Unlock()
	if !q.fits(networks, 1, bytes) {
		return nil
	}
	s := &share{q, networks, 0}
	s.add(1, bytes)
	return s
}

// grow adds bytes to the share, and reports whether the quotas had them.
func (s *share) grow(bytes int64) bool {
	s.quota.mu.Lock()
	defer s.quota.mu.Unlock()
	if !s.quota.fits(s.networks, 0, bytes) {
		return false
	}
	s.add(0, bytes)
	return true
}

// release gives the share back.
func (s *share) release() {
	s.quota.mu.Lock()
	defer s.quota.mu.Unlock()
	s.add(-1, -s.bytes)
}

// fits reports whether all networks have so much left. The caller holds q.mu.
func (q *quota) fits(networks []limits.Network, bodies int, bytes int64) bool {
	for _, network := range networks {
		var u usage
		if used := q.used[network.Prefix]; used != nil {
			u = *used
		}
		if u.bodies+bodies > q.maxBodies*network.Factor || u.bytes+bytes > q.maxBytes*int64(network.Factor) {
			return false
		}
	}
	return true
}

// add adds to what all of the share's networks use, and removes those that use nothing. The caller holds quota.mu.
func (s *share) add(bodies int, bytes int64) {
	q := s.quota
	s.bytes += bytes
	for _, network := range s.networks {
		u := q.used[network.Prefix]
		if u == nil {
			if q.used == nil {
				q.used = map[netip.Prefix]*usage{}
			}
			u = &usage{}
			q.used[network.Prefix] = u
		}
		u.bodies += bodies
		u.bytes += bytes
		if u.bodies == 0 {
			delete(q.used, network.Prefix)
		}
	}
}
