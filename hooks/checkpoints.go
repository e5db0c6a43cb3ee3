package hooks

import (
	"context"
	"sync"
	"time"

	"github.com/privet/privet/hooks/store"

	"github.com/pocketbase/pocketbase/core"
)

// registerCheckpoints moves what was committed from SQLite's write-ahead log into the database, in the background. Left
// to itself, SQLite lets every thousandth page's writer do it, and all others wait for its disk.
func registerCheckpoints(app core.App) {
	whileServing(app, func() (stop func()) {
		ctx, cancel := context.WithCancel(context.Background())
		var running sync.WaitGroup
		running.Go(func() { checkpoint(ctx, app) })
		return func() {
			cancel()
			running.Wait()
		}
	})
}

func checkpoint(ctx context.Context, app core.App) {
	ticker := time.NewTicker(500 * time.Millisecond)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			if err := store.Checkpoint(app); err != nil {
				app.Logger().Warn("the write-ahead log could not be moved into the database", "error", err)
			}
		}
	}
}
