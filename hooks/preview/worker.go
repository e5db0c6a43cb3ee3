// Package preview makes the previews that apps show of media: a JPEG of a video, or of a photo in a format that not
// every phone can show. The media rows that wait for one are its queue, which so survives a restart; package render
// makes the JPEG itself, in a child process. The database's columns call a preview a still.
package preview

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"github.com/privet/privet/hooks/health"
	"github.com/privet/privet/hooks/media/mediatype"
	"github.com/privet/privet/hooks/media/render"
	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/hooks/worker"

	"github.com/pocketbase/pocketbase/core"
)

const (
	maxTries   = 3
	retryDelay = 5 * time.Second  // after a failed try, times the tries so far
	otherDelay = time.Minute      // after a try that says nothing about the file
	setupDelay = time.Minute      // while no preview can be made: trying may mean to compile
	idle       = 30 * time.Second // the longest sleep
)

// Worker makes previews while the app serves.
type Worker struct {
	app    core.App
	engine *render.Engine // nil: no previews are made, and media go on waiting for theirs
	worker *worker.Worker

	version string // of what renders

	mu      sync.Mutex
	waiters map[string][]chan struct{} // who waits for a preview, by the name of the media file
}

// NewWorker returns a worker that makes nothing until Start. version is that of the program: previews that another one
// failed to make are tried again.
func NewWorker(app core.App, engine *render.Engine, version string) *Worker {
	if engine != nil && engine.IsNative() {
		version += " with the machine's ffmpeg"
	}
	w := &Worker{app: app, engine: engine, version: version, waiters: map[string][]chan struct{}{}}
	w.worker = worker.New(worker.Config{
		Queue:     queue{w},
		Name:      "previews",
		Slots:     render.Slots(),
		Idle:      idle,
		Logger:    app.Logger,
		ReadError: "pending previews can't be read",
	})
	return w
}

// Wake makes the worker look for media that wait for a preview. Call it when a transaction that added some was
// committed.
func (w *Worker) Wake() { w.worker.Wake() }

// CheckProgram returns an error if the program that PRIVET_FFMPEG names renders no videos. A machine that is too busy to try is
// only told of in the log.
func (w *Worker) CheckProgram(ctx context.Context) error {
	if w.engine == nil || !w.engine.IsNative() {
		return nil
	}
	err := w.engine.Probe(ctx)
	if errors.Is(err, render.ErrAttempt) {
		w.app.Logger().Warn("the ffmpeg of PRIVET_FFMPEG could not be tried", "error", err)
		return nil
	}
	if err != nil {
		return fmt.Errorf("PRIVET_FFMPEG must be an ffmpeg that decodes H.264 and writes JPEG: %w", err)
	}
	return nil
}

// Start compiles the engine and runs the worker in the background. stop ends both at once: a preview in progress is
// begun again at the next start.
func (w *Worker) Start() (stop func()) {
	if w.engine == nil {
		return func() {}
	}
	if render.LandlockABI() == 0 {
		w.app.Logger().Info("this system has no Landlock: children that render previews are confined by WebAssembly and limits alone")
	}
	ctx, cancel := context.WithCancel(context.Background())
	var warming sync.WaitGroup
	warming.Go(func() {
		if err := w.engine.Warm(ctx); err != nil && ctx.Err() == nil {
			health.Of(w.app).Report(health.Previews, err)
		}
		debug.FreeOSMemory() // the start is over: return to the system what it needed
		render.ReleaseProgram()
	})
	warming.Go(func() { w.retryFailed(ctx) })
	stopWorker := w.worker.Start()
	return func() {
		cancel()
		stopWorker()
		warming.Wait()
	}
}

// retryFailed makes the previews wait for another try that another version has given up.
func (w *Worker) retryFailed(ctx context.Context) {
	count, err := store.RetryPreviewsOfOthers(ctx, w.app, w.version)
	if err != nil && ctx.Err() == nil {
		w.app.Logger().Error("previews that failed in another version can't be tried again", "error", err)
	}
	if count > 0 {
		w.app.Logger().Info("previews that failed in another version are tried again", "count", count)
		w.Wake()
	}
}

// WaitForPreview waits until the preview of a new media file is made or given up, or ctx ends. It returns at once when
// no row has a file of this name, or one that waits for no preview.
func (w *Worker) WaitForPreview(ctx context.Context, name string) {
	if w.engine == nil || !mediatype.ByName(name).HasPreview() {
		return
	}
	done := make(chan struct{})
	w.mu.Lock()
	w.waiters[name] = append(w.waiters[name], done)
	w.mu.Unlock()
	defer w.notifyWaiters(name) // removes this one if nothing else has
	if file, err := store.ReadStoredFile(ctx, w.app, name); err != nil || file.PreviewState != store.PreviewWaiting {
		return // made already
	}
	select {
	case <-done:
	case <-ctx.Done():
	}
}

// notifyWaiters ends the waits for a file's preview.
func (w *Worker) notifyWaiters(name string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, done := range w.waiters[name] {
		close(done)
	}
	delete(w.waiters, name)
}
