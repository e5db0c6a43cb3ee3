package hooks

import "github.com/pocketbase/pocketbase/core"

// beforeInterceptors is a hook priority ahead of PocketBase's field interceptors (-99), which look at the id.
const beforeInterceptors = -200

// inTransaction calls work, the rest of a record event's hooks, in a transaction: the one that is open, or its own.
func inTransaction(e *core.RecordEvent, work func() error) error {
	if e.App.IsTransactional() {
		return work()
	}
	outer := e.App
	defer func() { e.App = outer }()
	return outer.RunInTransaction(func(tx core.App) error {
		e.App = tx
		return work()
	})
}
