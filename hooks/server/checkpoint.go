package server

import (
	"context"
	"sync"
	"time"

	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/hooks/worker"

	"github.com/pocketbase/pocketbase/core"
)

// RegisterCheckpoints checkpoints SQLite's write-ahead log in the background. SQLite's automatic checkpoint runs in the
// transaction that writes the thousandth page, and all other writers wait for its disk.
func RegisterCheckpoints(app core.App) {
	worker.WhileServing(app, func() (stop func()) {
		ctx, cancel := context.WithCancel(context.Background())
		var running sync.WaitGroup
		running.Go(func() { checkpoint(ctx, app) })
		return func() {
			cancel()
			running.Wait()
		}
	})
}

// checkpoint checkpoints the log twice a second until ctx ends.
func checkpoint(ctx context.Context, app core.App) {
	ticker := time.NewTicker(500 * time.Millisecond)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			if err := store.Checkpoint(context.WithoutCancel(ctx), app); err != nil {
				app.Logger().Warn("the write-ahead log could not be moved into the database", "error", err)
			}
		}
	}
}
