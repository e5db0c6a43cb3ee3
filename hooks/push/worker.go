package push

import (
	"context"
	"sync"
	"time"

	"github.com/privet/privet/hooks/settings"
	"github.com/privet/privet/hooks/store"

	"firebase.google.com/go/v4/messaging"
	"github.com/pocketbase/pocketbase/core"
)

const (
	atOnce     = 4                // sends at the same time: what a kill in the middle sends twice stays small
	batch      = 64               // rows looked up at once
	idle       = 30 * time.Second // the longest sleep
	callLimit  = 15 * time.Second // one call of FCM, the SDK's own retries included
	stopLimit  = 5 * time.Second  // what a stop waits for sends under way
	firstDelay = 10 * time.Second // after FCM's first failure
	longest    = 10 * time.Minute // between two tries
)

// sender is Firebase's messaging client.
type sender interface {
	Send(ctx context.Context, m *messaging.Message) (string, error)
}

// Worker empties the outbox. It runs while the app serves.
type Worker struct {
	app    core.App
	sender sender // nil: pushes are off
	wake   chan struct{}

	mu          sync.Mutex
	underWay    map[string]bool // ids of pushes
	pausedUntil time.Time       // FCM asked everybody to wait
	knownGood   map[string]bool // types whose message FCM has taken
	faults      faults
}

// NewWorker makes the worker; it sends nothing until Start. Without credentials pushes are off.
func NewWorker(app core.App, s settings.Firebase) (*Worker, error) {
	w := &Worker{app: app, wake: make(chan struct{}, 1), underWay: map[string]bool{}, knownGood: map[string]bool{}}
	client, err := newSender(context.Background(), s)
	if client != nil {
		w.sender = client
	}
	return w, err
}

// Wake tells the worker that the outbox has something new.
func (w *Worker) Wake() {
	select {
	case w.wake <- struct{}{}:
	default: // it is told already
	}
}

// Start runs the worker in the background. stop ends it: no new send begins, those under way get a few seconds,
// and what is left waits in the outbox for the next start.
func (w *Worker) Start() (stop func()) {
	if w.sender == nil {
		return func() {}
	}
	ctx, cancel := context.WithCancel(context.Background())
	calls, cut := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		w.run(ctx, calls)
	}()
	return func() {
		cancel()
		timer := time.AfterFunc(stopLimit, cut)
		<-done
		timer.Stop()
		cut()
	}
}

// run sends until ctx ends, then waits for the sends under way, which use the context calls.
func (w *Worker) run(ctx, calls context.Context) {
	slots := make(chan struct{}, atOnce)
	var sends sync.WaitGroup
	defer sends.Wait()
	for ctx.Err() == nil {
		began, err := w.sendDue(ctx, calls, slots, &sends)
		if err != nil && ctx.Err() == nil {
			w.app.Logger().Error("the outbox of pushes can't be read", "error", err)
		}
		if began > 0 && err == nil {
			continue
		}
		w.sleep(ctx)
	}
}

// sendDue begins to send what is due, and returns how many it began.
func (w *Worker) sendDue(ctx, calls context.Context, slots chan struct{}, sends *sync.WaitGroup) (began int, err error) {
	if w.paused(time.Now()) > 0 {
		return 0, nil
	}
	due, err := store.DuePushes(ctx, w.app, time.Now(), batch)
	if err != nil {
		return 0, err
	}
	for _, id := range due {
		select {
		case slots <- struct{}{}:
		case <-ctx.Done():
			return began, nil
		}
		if w.paused(time.Now()) > 0 {
			<-slots
			return began, nil
		}
		if !w.claim(id) {
			<-slots
			continue
		}
		began++
		sends.Go(func() {
			defer w.release(id)
			defer func() { <-slots }()
			w.attempt(calls, id)
		})
	}
	return began, nil
}

// sleep waits until something is due, somebody wakes the worker, or ctx ends.
func (w *Worker) sleep(ctx context.Context) {
	wait := idle
	now := time.Now()
	if pause := w.paused(now); pause > 0 {
		wait = pause
	} else if at, ok, err := store.NextPush(ctx, w.app); err == nil && ok {
		// What is due by now is under way, and wakes the worker when it is settled.
		if until := at.Sub(now); until > 0 {
			wait = min(wait, until)
		}
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	case <-w.wake:
	}
}

// claim takes a push for sending; false when it is under way already.
func (w *Worker) claim(id string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.underWay[id] {
		return false
	}
	w.underWay[id] = true
	return true
}

func (w *Worker) release(id string) {
	w.mu.Lock()
	delete(w.underWay, id)
	w.mu.Unlock()
	w.Wake()
}

func (w *Worker) pause(until time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if until.After(w.pausedUntil) {
		w.pausedUntil = until
	}
}

// paused is how long the pause still lasts.
func (w *Worker) paused(now time.Time) time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.pausedUntil.Sub(now)
}
