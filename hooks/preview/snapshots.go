package preview

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/privet/privet/hooks/files"
	"github.com/privet/privet/hooks/media/mediatype"
	"github.com/privet/privet/hooks/media/render"
	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/hooks/store/snapshot"
	"github.com/privet/privet/hooks/worker"
)

// Snapshots makes the pictures for the snapshots that reports keep of media, one at a time.
type Snapshots struct {
	previews *Worker
	remover  *files.Remover
	worker   *worker.Worker
}

// NewSnapshots returns a worker that makes nothing until Start, by the engine of the previews. It wakes remover, as the source of a picture goes
// once there is the picture.
func NewSnapshots(previews *Worker, remover *files.Remover) *Snapshots {
	s := &Snapshots{previews: previews, remover: remover}
	s.worker = worker.New(worker.Config{
		Queue:     snapshotQueue{s},
		Name:      "snapshots",
		Slots:     1,
		Idle:      idle,
		Logger:    previews.app.Logger,
		ReadError: "reports that wait for a still can't be read",
	})
	return s
}

// Wake makes the worker look for reports that wait. Call it when a transaction that added some was committed.
func (s *Snapshots) Wake() { s.worker.Wake() }

// Start runs the worker in the background until stop is called. Without an engine it makes nothing, and reports go on waiting.
func (s *Snapshots) Start() (stop func()) {
	if s.previews.engine == nil {
		return func() {}
	}
	return s.worker.Start()
}

// snapshotQueue is the reports that wait for a still, as package worker sees them.
type snapshotQueue struct{ *Snapshots }

// Due implements worker.Queue.
func (q snapshotQueue) Due(ctx context.Context, limit int) ([]string, error) {
	return snapshot.Due(ctx, q.previews.app, limit)
}

// Next implements worker.Queue: whatever waits is due at once, but for the retries that Run asks for.
func (q snapshotQueue) Next(context.Context) (at time.Time, ok bool, err error) {
	return time.Time{}, false, nil
}

// Run implements worker.Queue.
func (q snapshotQueue) Run(ctx context.Context, report string) (retryAfter time.Duration) {
	defer q.remover.Wake() // the database has queued the removal of the source
	app, record := q.previews.app, context.WithoutCancel(ctx)
	waiting, err := snapshot.Read(record, app, report)
	if errors.Is(err, store.ErrNotFound) {
		return 0
	}
	if err == nil {
		err = q.make(ctx, waiting)
	}
	switch {
	case err == nil, errors.Is(err, store.ErrNotFound), ctx.Err() != nil: // made, or the report was closed, or the server stops
		return 0
	case errors.Is(err, render.ErrSetup):
		return setupDelay
	case !errors.Is(err, render.ErrUnreadable):
		if failed := snapshot.AddTry(record, app, waiting); failed != nil || waiting.Tries < maxTries {
			app.Logger().Warn("the still of a report could not be made and will be tried again", "id", report, "try", waiting.Tries, "error", err)
			return otherDelay
		}
	}
	app.Logger().Warn("no still can be made for a report", "id", report, "error", err)
	if err := snapshot.Set(record, app, waiting, ""); err != nil && !errors.Is(err, store.ErrNotFound) {
		app.Logger().Error("the outcome of a still could not be recorded", "id", report, "error", err)
		return otherDelay
	}
	return 0
}

// make makes the still of a report and stores it among the report's files.
func (q snapshotQueue) make(ctx context.Context, waiting *snapshot.Waiting) error {
	app := q.previews.app
	still, err := q.still(ctx, waiting)
	if err != nil {
		return err
	}
	name, err := files.PutStill(ctx, app, waiting.Report, still)
	if err != nil {
		return err
	}
	return snapshot.Set(context.WithoutCancel(ctx), app, waiting, name)
}

// still returns the still of a report: that of another report of the same medium if there is one, else one that it renders. Each report has a
// file of its own, so that it does not matter which of them is closed first.
func (q snapshotQueue) still(ctx context.Context, waiting *snapshot.Waiting) ([]byte, error) {
	app := q.previews.app
	if waiting.Same != "" {
		if still, err := files.ReadStill(ctx, app, waiting.Same); err == nil {
			return still, nil
		} // else it has gone with its report
	}
	source, done, err := files.FetchSource(ctx, app, waiting)
	if err != nil {
		return nil, fmt.Errorf("fetch what a still is to be made of: %w", err)
	}
	defer done()
	var still bytes.Buffer // 640 pixels, so of some 100 KB
	err = q.previews.engine.Still(ctx, source, mediatype.ByName(waiting.Source).MIME, files.TemporaryStill(app, waiting)+".jpg", &still)
	return still.Bytes(), err
}
