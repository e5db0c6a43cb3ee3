package bodydrain

import "sync"

// quota limits how much of one network is discarded at once. The lock is never held while something is read.
type quota struct {
	maxBodies int
	maxBytes  int64

	mu   sync.Mutex
	used map[string]*usage // by network
}

type usage struct {
	bodies int
	bytes  int64
}

// share is what one body takes of its network's quota.
type share struct {
	quota   *quota
	network string
	bytes   int64
}

// acquire takes a share of a network's quota, for one body and the given number of bytes. It returns nil when that is
// more than is left; otherwise the caller releases the share.
func (q *quota) acquire(network string, bytes int64) *share {
	q.mu.Lock()
	defer q.mu.Unlock()
	u := q.used[network]
	if u == nil {
		u = &usage{}
	}
	if u.bodies >= q.maxBodies || u.bytes+bytes > q.maxBytes {
		return nil
	}
	if q.used == nil {
		q.used = map[string]*usage{}
	}
	q.used[network] = u
	u.bodies++
	u.bytes += bytes
	return &share{q, network, bytes}
}

// grow adds bytes to the share, and reports whether the quota had them.
func (s *share) grow(bytes int64) bool {
	s.quota.mu.Lock()
	defer s.quota.mu.Unlock()
	u := s.quota.used[s.network]
	if u.bytes+bytes > s.quota.maxBytes {
		return false
	}
	u.bytes += bytes
	s.bytes += bytes
	return true
}

// release gives the share back.
func (s *share) release() {
	s.quota.mu.Lock()
	defer s.quota.mu.Unlock()
	u := s.quota.used[s.network]
	u.bodies--
	u.bytes -= s.bytes
	if u.bodies == 0 {
		delete(s.quota.used, s.network)
	}
}
