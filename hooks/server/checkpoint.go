package server

import (
	"context"
	"time"

	"github.com/privet/privet/hooks/durable"
	"github.com/privet/privet/hooks/health"
	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/hooks/worker"

	"github.com/pocketbase/pocketbase/core"
)

const (
	checkpointInterval = 500 * time.Millisecond

	// The file of the log is as large as the largest burst of writes made it, up to the 64 MB of wal_autocheckpoint: to
	// write over it is cheaper than to let it grow. It is cut after idleTicks intervals without a commit: it takes room, and what is not
	// written over has the texts and contacts of people who were erased since.
	idleTicks = 20
)

// RegisterCheckpoints checkpoints SQLite's write-ahead log in the background. SQLite's automatic checkpoint runs in the
// transaction that writes the thousandth page, and all other writers wait for its disk.
func RegisterCheckpoints(app core.App) {
	c := checkpointer{app: app, log: durable.Of(app)}
	worker.Every(app, checkpointInterval, func(ctx context.Context) {
		health.Of(app).Report(health.Log, c.tick(context.WithoutCancel(ctx)))
	})
}

// checkpointer checkpoints the log of an app's database.
type checkpointer struct {
	app     core.App
	log     *durable.Log
	commits uint64 // as of the last tick
	idle    int    // ticks since the last commit
}

// tick checkpoints the log, and cuts its file once the database is idle.
func (c *checkpointer) tick(ctx context.Context) error {
	if commits := c.log.Commits(); commits != c.commits {
		c.commits, c.idle = commits, 0
	} else {
		c.idle++
	}
	if c.idle >= idleTicks && c.log.Size() > 0 {
		c.idle = 0
		return store.CutLog(ctx, c.app)
	}
	return store.Checkpoint(ctx, c.app)
}
