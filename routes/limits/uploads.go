package limits

import (
	"net/netip"
	"sync"
	"time"
)

// Limits of the uploads of one address; an IPv6 network has so many times as much as it has of the other limits. They
// keep one sender from filling the disk, and from taking all of what package disk leaves for uploads.
const (
	// uploadsAtOnce are the uploads of an address that go on at the same time. Small ones don't count.
	uploadsAtOnce = 4
	// uploadBytes are what an address uploads in an hour, in bytes: an office of performers delivers ten of the largest
	// videos, or hundreds as phones record them.
	uploadBytes = 6_000_000_000
	// anonymousBytes are what of them comes with sign-ups, which anybody can send: two of the largest files, as a
	// sign-up that is refused is sent again, or hundreds of pictures.
	anonymousBytes = 1_300_000_000
	// smallUpload is the size up to which an upload doesn't count as one that takes time.
	smallUpload = 1 << 20
	// uploadRetry is when it is worth another try while too many uploads go on.
	uploadRetry = 15 * time.Second
)

// uploads counts the uploads of networks. It is safe for concurrent use.
type uploads struct {
	now func() time.Time

	mu    sync.Mutex
	used  map[uploader]*uploaded
	swept time.Time
}

// uploader is who uploads.
type uploader struct {
	network   netip.Prefix
	anonymous bool // of the network those who are not signed in
}

// uploaded is what a network uploads and has uploaded in the hour that ends then.
type uploaded struct {
	running int
	bytes   int64
	ends    time.Time
}

func newUploads(now func() time.Time) *uploads {
	return &uploads{now: now, used: map[uploader]*uploaded{}, swept: now()}
}

// Upload is an upload under way. Nil is one that is not limited.
type Upload struct {
	request *Request
	shares  []uploadShare
	small   bool
}

// uploadShare is what an upload is counted against.
type uploadShare struct {
	*uploaded
	limit, atOnce int64
}

// Upload counts an upload with a body of size bytes, -1 if that is unknown, of a user who is signed in or of nobody who is.
// The caller calls Write while it goes on, and End when it has ended.
func (r *Request) Upload(signedIn bool, size int64) (*Upload, error) {
	if r.rate == 0 {
		return nil, nil
	}
	all := r.uploads
	now := all.now()
	all.mu.Lock()
	defer all.mu.Unlock()
	all.sweep(now)
	u := &Upload{request: r, small: size >= 0 && size <= smallUpload}
	for _, network := range r.networks {
		factor := int64(network.Factor)
		u.shares = append(u.shares, uploadShare{all.of(uploader{network.Prefix, false}, now), factor * uploadBytes, factor * uploadsAtOnce})
		if !signedIn {
			u.shares = append(u.shares, uploadShare{all.of(uploader{network.Prefix, true}, now), factor * anonymousBytes, factor * uploadsAtOnce})
		}
	}
	if err := u.check(max(0, size), now); err != nil {
		return nil, err
	}
	for _, share := range u.shares {
		if !u.small {
			share.running++
		}
	}
	return u, nil
}

// check returns an error if the upload is one too many, or if more bytes are. The caller holds the lock.
func (u *Upload) check(more int64, now time.Time) error {
	for _, share := range u.shares {
		if share.bytes+more > share.limit {
			const mb = 1_000_000
			return u.request.refuse(result{what: "upload bytes", limit: int(share.limit / mb), ends: share.ends, retryAfter: share.ends.Sub(now)})
		}
		if !u.small && int64(share.running) >= share.atOnce {
			return u.request.refuse(result{what: "uploads at once", limit: int(share.atOnce), ends: now.Add(uploadRetry), retryAfter: uploadRetry})
		}
	}
	return nil
}

// Write counts bytes of the upload that were received. The error is ErrExceeded if they are too many.
func (u *Upload) Write(n int) error {
	if u == nil {
		return nil
	}
	all := u.request.uploads
	all.mu.Lock()
	defer all.mu.Unlock()
	for _, share := range u.shares {
		share.bytes += int64(n)
		if share.bytes > share.limit {
			now := all.now()
			return u.request.refuse(result{what: "upload bytes", limit: int(share.limit / 1_000_000), ends: share.ends, retryAfter: max(time.Second, share.ends.Sub(now))})
		}
	}
	return nil
}

// End gives the upload's place back. What it has uploaded still counts.
func (u *Upload) End() {
	if u == nil || u.small {
		return
	}
	u.request.uploads.mu.Lock()
	defer u.request.uploads.mu.Unlock()
	for _, share := range u.shares {
		share.running--
	}
}

// of returns what somebody uploads, in the hour that is current. The caller holds the lock.
func (a *uploads) of(who uploader, now time.Time) *uploaded {
	used := a.used[who]
	if used == nil {
		used = &uploaded{}
		a.evict()
		a.used[who] = used
	}
	if !now.Before(used.ends) {
		used.bytes, used.ends = 0, now.Add(time.Hour)
	}
	return used
}

// evict makes room for one more if there are too many: of a few, in the random order of a map, the one that has uploaded
// least goes. The caller holds the lock.
func (a *uploads) evict() {
	if len(a.used) < maxKeys {
		return
	}
	var victim uploader
	least, looked := int64(-1), 0
	for who, used := range a.used {
		if used.running == 0 && (least < 0 || used.bytes < least) {
			victim, least = who, used.bytes
		}
		if looked++; looked >= evictionSample && least >= 0 {
			break
		}
	}
	delete(a.used, victim)
}

// sweep forgets once a minute who has uploaded nothing within the hour. The caller holds the lock.
func (a *uploads) sweep(now time.Time) {
	if now.Sub(a.swept) < time.Minute {
		return
	}
	a.swept = now
	for who, used := range a.used {
		if used.running == 0 && !now.Before(used.ends) {
			delete(a.used, who)
		}
	}
}
