package access

import (
	"context"
	"sync"
	"time"

	"github.com/privet/privet/hooks/store"

	"github.com/pocketbase/pocketbase/core"
)

// LastUsed collects when devices were last used, to be written once a minute: a write for each request would cost more
// than the request. It is safe for concurrent use.
type LastUsed struct {
	app core.App

	mu   sync.Mutex
	used map[int64]time.Time
}

// NewLastUsed returns a LastUsed of the app's devices.
func NewLastUsed(app core.App) *LastUsed {
	return &LastUsed{app: app, used: map[int64]time.Time{}}
}

// Note records that a device is used now.
func (l *LastUsed) Note(device int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.used[device] = time.Now()
}

// Flush writes what was collected. If that fails, it is logged and the times are lost: they are no more than a hint for
// moderators.
func (l *LastUsed) Flush() {
	l.mu.Lock()
	used := l.used
	l.used = map[int64]time.Time{}
	l.mu.Unlock()
	if len(used) == 0 {
		return
	}
	if err := store.TouchDevices(context.Background(), l.app, used); err != nil {
		l.app.Logger().Warn("the devices' last use could not be written", "error", err)
	}
}
