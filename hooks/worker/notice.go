package worker

import (
	"sync"

	"github.com/pocketbase/pocketbase/core"
)

// keyNotices is where an app keeps what is called when another process has changed its database.
const keyNotices = "privet_notices"

type notices struct {
	mu    sync.Mutex
	calls []func()
}

func noticesOf(app core.App) *notices {
	return app.Store().GetOrSet(keyNotices, func() any { return &notices{} }).(*notices)
}

// OnForeignChange has call called when another process, such as a command, has changed the app's database: hooks run only
// in the process that makes a change.
func OnForeignChange(app core.App, call func()) {
	n := noticesOf(app)
	n.mu.Lock()
	defer n.mu.Unlock()
	n.calls = append(n.calls, call)
}

// ForeignChange calls what OnForeignChange was given.
func ForeignChange(app core.App) {
	n := noticesOf(app)
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, call := range n.calls {
		call()
	}
}
