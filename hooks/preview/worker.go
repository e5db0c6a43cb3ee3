// Package stills makes the JPEGs that apps show of videos, and of photos that not every phone knows. The media rows are
// its queue, which so survives restarts; package preview makes the pictures.
package preview

import (
	"context"
	"errors"
	"runtime/debug"
	"sync"
	"time"

	"github.com/privet/privet/hooks/files"
	"github.com/privet/privet/hooks/media/mediatype"
	"github.com/privet/privet/hooks/media/render"
	"github.com/privet/privet/hooks/store"

	"github.com/pocketbase/pocketbase/core"
)

const (
	mostTries = 3
	batch     = 64              // rows looked up at once
	pause     = 5 * time.Second // after a failed try, times the tries so far
	idle      = 30 * time.Second
)

// Worker makes stills while the app serves.
type Worker struct {
	app    core.App
	engine *render.Engine // nil: nothing is made, and what waits goes on waiting
	wake   chan struct{}

	mu       sync.Mutex
	underWay map[string]bool            // by id
	later    map[string]time.Time       // not before
	settled  map[string][]chan struct{} // whom to tell, by the file's name
}

// NewWorker makes the worker; it makes nothing until Start.
func NewWorker(app core.App, engine *render.Engine) *Worker {
	return &Worker{app: app, engine: engine, wake: make(chan struct{}, 1),
		underWay: map[string]bool{}, later: map[string]time.Time{}, settled: map[string][]chan struct{}{}}
}

// Wake tells the worker that there is something new.
func (w *Worker) Wake() {
	select {
	case w.wake <- struct{}{}:
	default: // it is told already
	}
}

// Start runs the worker in the background. stop ends it at once: what is under way begins anew at the next start.
func (w *Worker) Start() (stop func()) {
	if w.engine == nil {
		return func() {}
	}
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() {
		if err := w.engine.Warm(ctx); err != nil && ctx.Err() == nil {
			w.app.Logger().Error("the engine for stills can't be made ready", "error", err)
		}
		debug.FreeOSMemory() // the start is over: what it went through is given back
		render.ReleaseProgram()
	})
	running.Go(func() { w.run(ctx) })
	return func() {
		cancel()
		running.Wait()
	}
}

// Await waits until the still of a new media file is made or given up, or ctx ends. It waits for no file that no row has.
func (w *Worker) Await(ctx context.Context, name string) {
	if w.engine == nil || !mediatype.OfName(name).HasStill() {
		return
	}
	told := make(chan struct{})
	w.mu.Lock()
	w.settled[name] = append(w.settled[name], told)
	w.mu.Unlock()
	defer w.tell(name) // which forgets it where nobody was told
	if file, err := store.ReadFile(ctx, w.app, name); err != nil || file.Still != store.StillWaiting {
		return // it was faster
	}
	select {
	case <-told:
	case <-ctx.Done():
	}
}

// tell lets all know who await a still.
func (w *Worker) tell(name string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, told := range w.settled[name] {
		close(told)
	}
	delete(w.settled, name)
}

// run makes what waits until ctx ends, then waits for what is under way.
func (w *Worker) run(ctx context.Context) {
	slots := make(chan struct{}, render.Slots())
	var all sync.WaitGroup
	defer all.Wait()
	for ctx.Err() == nil {
		began, next, err := w.begin(ctx, slots, &all)
		if err != nil && ctx.Err() == nil {
			w.app.Logger().Error("the media that wait for a still can't be read", "error", err)
		}
		if began > 0 && err == nil {
			continue
		}
		timer := time.NewTimer(next)
		select {
		case <-ctx.Done():
		case <-timer.C:
		case <-w.wake:
		}
		timer.Stop()
	}
}

// begin begins what waits and may begin now; next is when to look again.
func (w *Worker) begin(ctx context.Context, slots chan struct{}, all *sync.WaitGroup) (began int, next time.Duration, err error) {
	next = idle
	waiting, err := store.WaitingStills(ctx, w.app, batch)
	if err != nil {
		return 0, next, err
	}
	for _, file := range waiting {
		if wait := w.claim(file.ID); wait != 0 {
			next = min(next, wait)
			continue
		}
		select {
		case slots <- struct{}{}:
		case <-ctx.Done():
			w.release(file.ID, 0)
			return began, next, nil
		}
		began++
		all.Go(func() {
			defer w.Wake()
			defer func() { <-slots }()
			w.release(file.ID, w.attempt(ctx, &file))
		})
	}
	return began, next, nil
}

// claim takes a medium; else it tells when to look again.
func (w *Worker) claim(id string) (wait time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.underWay[id] {
		return idle
	}
	if until := time.Until(w.later[id]); until > 0 {
		return until
	}
	w.underWay[id] = true
	return 0
}

func (w *Worker) release(id string, later time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.underWay, id)
	delete(w.later, id)
	if later > 0 {
		w.later[id] = time.Now().Add(later)
	}
}

// attempt makes one still, and returns how long to wait before another try.
func (w *Worker) attempt(ctx context.Context, file *store.MediaFile) time.Duration {
	if file.Tries >= mostTries { // the last one ended the process
		return w.settle(file, store.StillFailed, errors.New("the server died of each try"))
	}
	if err := store.CountStillTry(w.app, file.ID, 1); err != nil {
		w.app.Logger().Error("a try to make a still can't be written down", "id", file.ID, "error", err)
		return pause
	}
	file.Tries++
	err := w.make(ctx, file)
	switch {
	case ctx.Err() != nil: // the server stops: that was no try
		if err := store.CountStillTry(w.app, file.ID, -1); err != nil {
			w.app.Logger().Warn("a try to make a still can't be taken back", "id", file.ID, "error", err)
		}
		return 0
	case err == nil, errors.Is(err, store.ErrNotFound): // made, or deleted meanwhile
		files.DropFetched(w.app, file.ID, file.Name)
		w.tell(file.Name)
	case errors.Is(err, render.ErrUnreadable), file.Tries >= mostTries:
		return w.settle(file, store.StillFailed, err)
	default:
		w.app.Logger().Warn("a still could not be made and is tried again", "id", file.ID, "try", file.Tries, "error", err)
		return pause * time.Duration(file.Tries)
	}
	return 0
}

// settle gives a still up, and returns how long to wait where that can't be written down.
func (w *Worker) settle(file *store.MediaFile, still string, cause error) time.Duration {
	w.app.Logger().Warn("no still can be made: a placeholder is shown", "id", file.ID, "error", cause)
	if err := store.SetStill(w.app, file, still); err != nil && !errors.Is(err, store.ErrNotFound) {
		w.app.Logger().Error("what came of a still can't be written down", "id", file.ID, "error", err)
		return pause
	}
	files.DropFetched(w.app, file.ID, file.Name)
	w.tell(file.Name)
	return 0
}

// make makes the still and puts it beside the file.
func (w *Worker) make(ctx context.Context, file *store.MediaFile) error {
	source, err := files.Fetch(ctx, w.app, file)
	if err != nil {
		return err
	}
	still, err := files.NewPreview(w.app, file)
	if err != nil {
		return err
	}
	defer still.Discard()
	if err := w.engine.Picture(ctx, source, mediatype.OfName(file.Name).MIME, still); err != nil {
		return err
	}
	if err := still.Close(); err != nil {
		return err
	}
	if err := still.MoveTo(file.ID); err != nil {
		return err
	}
	if err := store.SetStill(w.app, file, store.StillReady); err != nil {
		return err
	}
	still.Commit()
	return nil
}
