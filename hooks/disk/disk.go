// Package disk knows the disk that the data folder is on: how much of it must stay free (uploads are refused before they
// fill it, so that the database can go on writing, and with it orders and sign-ins), whether its file system suits SQLite,
// whose the folder is, and what to do where it can't be written to.
package disk

import (
	"errors"
	"log/slog"
	"path/filepath"
	"sync"
	"time"
)

// PrivateFolder is the folder in the data folder for what privet keeps outside of its database and in no backup: temporary files, caches,
// the list of erasures, and word that commands leave for the server. A restore by the dashboard leaves it as it is.
const PrivateFolder = "privet"

// LockName is the file in the data folder by whose lock a server owns it.
const LockName = "privet.lock"

// ErrFull means that an upload would leave less of the disk free than must stay free.
var ErrFull = errors.New("disk: too little space is free for uploads")

// What stays free unless a setting says otherwise: 2 GB, as the log of a busy database, its backup and the
// operating system need some room, or 5 % of the disk if that is more, as file systems become slow when they are fuller.
const (
	minFloor = 2_000_000_000
	share    = 20
)

const (
	// step is how many bytes an upload may write between two looks at the disk.
	step = 4 << 20
	// An upload's announced size counts as taken as far as trust times what it has sent, plus trust steps: otherwise
	// anybody could keep others from uploading by announcements alone.
	trust = 8
)

// Guard decides whether there is room for uploads. It is safe for concurrent use.
type Guard struct {
	floor   uint64 // bytes that stay free; 0: the default
	folders []string
	usage   func(folder string) (free, total uint64, err error)
	log     func() *slog.Logger

	mu       sync.Mutex
	expected int64     // bytes that the uploads under way will still write
	told     time.Time // when the log was last told that the disk is full
}

// NewGuard returns a Guard of the file systems of some folders, which may be the same. floor is how many bytes stay
// free on each; 0 means the default.
func NewGuard(floor int64, logger func() *slog.Logger, folders ...string) *Guard {
	return &Guard{floor: uint64(max(0, floor)), folders: folders, usage: usage, log: logger}
}

// Upload is an upload under way.
type Upload struct {
	guard     *Guard
	left      int64 // bytes that were announced and have not been written; 0 if nothing was announced
	expected  int64 // of these, what counts as taken
	written   int64
	unchecked int64 // of these, since the last look at the disk
}

// Begin announces an upload of size bytes, -1 if that is unknown. The error is ErrFull if the disk has no room for it.
// Otherwise the caller calls Write while it goes on, and End when it has ended.
func (g *Guard) Begin(size int64) (*Upload, error) {
	u := &Upload{guard: g, left: max(0, size)}
	if err := g.check(u.left); err != nil {
		return nil, err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	u.reserve()
	return u, nil
}

// Write counts bytes that the upload is about to write. The error is ErrFull if the disk has no room for them.
func (u *Upload) Write(n int) error {
	u.guard.mu.Lock()
	u.left = max(0, u.left-int64(n))
	u.written += int64(n)
	u.reserve()
	u.guard.mu.Unlock()
	if u.unchecked += int64(n); u.unchecked < step {
		return nil
	}
	u.unchecked = 0
	return u.guard.check(step)
}

// End takes back what the upload had announced.
func (u *Upload) End() {
	u.guard.mu.Lock()
	defer u.guard.mu.Unlock()
	u.left = 0
	u.reserve()
}

// reserve updates what the upload counts as going to write. The caller holds the guard's mu.
func (u *Upload) reserve() {
	expected := min(u.left, trust*(u.written+step))
	u.guard.expected += expected - u.expected
	u.expected = expected
}

// check returns ErrFull if there is no room for a number of bytes besides what is expected.
func (g *Guard) check(more int64) error {
	g.mu.Lock()
	taken := uint64(g.expected + more)
	g.mu.Unlock()
	for _, folder := range g.folders {
		free, total, err := g.usage(folder)
		if err != nil {
			continue // the folder may not exist yet; what can't be measured can't be kept free
		}
		if floor := g.floorOf(total); free < floor+taken {
			g.report(folder, free, floor)
			return ErrFull
		}
	}
	return nil
}

// floorOf returns how much of a disk stays free.
func (g *Guard) floorOf(total uint64) uint64 {
	if g.floor > 0 {
		return g.floor
	}
	return max(minFloor, total/share)
}

// report tells the operator, once an hour, that uploads are refused.
func (g *Guard) report(folder string, free, floor uint64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if now := time.Now(); now.Sub(g.told) > time.Hour {
		g.told = now
		g.log().Error("uploads are refused, and long texts, as too little of the disk is free", "path", folder, "bytes", free, "floor", floor)
	}
}

// Space is what a Guard knows of the file system of a folder, in bytes.
type Space struct {
	Free, Size uint64
	Floor      uint64 // of it, what uploads leave free
}

// Spaces returns the space of each folder that can be measured, by the folder's name without its path.
func (g *Guard) Spaces() map[string]Space {
	spaces := map[string]Space{}
	for _, folder := range g.folders {
		if free, total, err := g.usage(folder); err == nil {
			spaces[filepath.Base(folder)] = Space{free, total, g.floorOf(total)}
		}
	}
	return spaces
}
