// Package worker runs the items of a durable queue in the background: rows that wait for work such as sending a push
// or making a preview. The queue knows what is due and does the work; the worker decides when to poll it, how many items
// run at the same time, and how they end when the server stops.
//
// The queue lives in the database, so nothing is lost with the process: an item stays due until its Run has recorded an
// outcome. Delivery is at least once, as an item that was running when the process was killed is run again. Within a
// process an item never runs twice at the same time.
//
//   - worker.go: the queue's interface and the loop
//   - items.go: claims of items, and their end
//   - lifecycle.go: starting and stopping with the server
package worker

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/privet/privet/hooks/panics"
	"github.com/privet/privet/hooks/telemetry"
)

// batch is how many items that may start a worker looks up at once.
const batch = 64

// Queue is a durable queue. Its methods are called from several goroutines, Due and Next from one at a time.
type Queue interface {
	// Due returns the ids of at most limit items that are due, the most urgent first. It may include items that are
	// running: the worker skips those.
	Due(ctx context.Context, limit int) ([]string, error)

	// Next returns when the next item that is not due yet becomes due, and false for ok when nothing is waiting. A
	// time in the past counts for nothing: what was due is running, or the worker looks again when a retry is due.
	Next(ctx context.Context) (at time.Time, ok bool, err error)

	// Run does the work of one item and records the outcome, so that Due no longer returns the item, or only later.
	// It has to read the item again: since Due it may have been done, changed or deleted. ctx is cancelled when the
	// worker stops and its grace period is over.
	//
	// A positive retryAfter keeps this process from running the item again before that time. A retry that should
	// survive a restart belongs in what Due and Next read. With a retryAfter of 0, an item that is still due is run
	// again at once.
	Run(ctx context.Context, id string) (retryAfter time.Duration)
}

// Config says how a worker treats its queue.
type Config struct {
	Queue Queue

	// Name is the worker's in the metrics.
	Name string

	// Slots is the number of items that run at the same time, at least 1.
	Slots int

	// Grace is how long a stop lets running items continue before it cancels their context.
	Grace time.Duration

	// Idle is the longest time between two looks at the queue, except during a pause: it finds what nobody announced
	// by Wake, and ends the wait after an error.
	Idle time.Duration

	// Now returns the time by which items are due and pauses end; nil means time.Now. Wake makes the worker look again after
	// a jump.
	Now func() time.Time

	// Logger returns where errors go. It is called for each, as an app has its logger only after its bootstrap.
	Logger func() *slog.Logger

	// ReadError is the log message for an error of Due or Next.
	ReadError string
}

// Worker runs the items of one queue. Its methods are safe for concurrent use.
//
// A pause is the whole queue's. Work that should pause separately, as for senders with rate limits of their own, is a
// queue and a worker for each.
type Worker struct {
	Config
	wake chan struct{} // of capacity 1: a Wake during a look at the queue causes another one

	mu          sync.Mutex
	running     map[string]bool      // ids of items that are claimed
	notBefore   map[string]time.Time // when items may run again, by id
	pausedUntil time.Time
}

// New returns a worker that runs nothing until Start.
func New(c Config) *Worker {
	telemetry.WorkerFailures.WithLabelValues(c.Name) // is there from now on
	if c.Now == nil {
		c.Now = time.Now
	}
	return &Worker{Config: c, wake: make(chan struct{}, 1), running: map[string]bool{}, notBefore: map[string]time.Time{}}
}

// Wake makes the worker look at its queue soon. Call it after the transaction that added or changed an item. It never
// blocks, and may be called before Start and after stop.
func (w *Worker) Wake() {
	select {
	case w.wake <- struct{}{}:
	default: // a look is pending already, which will find the change
	}
}

// Pause keeps the worker from starting items until the given time. Running items continue. Of several pauses the one
// that ends last counts.
func (w *Worker) Pause(until time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if until.After(w.pausedUntil) {
		w.pausedUntil = until
	}
}

// Start runs the worker in the background. stop ends it and returns when no item runs any more: no further item is
// started, and the context of running ones is cancelled when the grace period is over. After stop, Start may be called
// again.
func (w *Worker) Start() (stop func()) {
	// The context for looking at the queue ends at once, the one for work in progress after the grace period.
	fetch, stopFetching := context.WithCancel(context.Background())
	work, stopWork := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		w.run(fetch, work)
	}()
	return func() {
		stopFetching()
		grace := time.AfterFunc(w.Grace, stopWork)
		<-done
		grace.Stop()
		stopWork()
	}
}

// run starts what is due until fetch ends, then waits for the items that are running.
func (w *Worker) run(fetch, work context.Context) {
	slots := make(chan struct{}, max(1, w.Slots))
	var items sync.WaitGroup
	defer items.Wait()
	for fetch.Err() == nil {
		if pause := w.pause(); pause > 0 {
			w.sleep(fetch, pause)
			continue
		}
		looked := w.Now()
		if !w.startDue(fetch, work, slots, &items) {
			w.sleep(fetch, w.untilNext(fetch, looked))
		}
	}
}

// startDue starts the items that are due, and reports whether to look again at once: more may be due than one look
// returns, and a pause that begins meanwhile leaves some of them.
func (w *Worker) startDue(fetch, work context.Context, slots chan struct{}, items *sync.WaitGroup) (again bool) {
	due, err := panics.Catch(func() ([]string, error) { return w.Queue.Due(fetch, batch+w.unavailable()) })
	if err != nil {
		w.readFailed(fetch, err)
		return false
	}
	for _, id := range due {
		if !w.claim(id) {
			continue
		}
		if !acquire(fetch, slots) {
			w.release(id, 0)
			return false
		}
		if w.pause() > 0 {
			<-slots
			w.release(id, 0)
			return true
		}
		again = true
		items.Go(func() {
			retryAfter := w.runItem(work, id)
			if retryAfter > 0 {
				telemetry.WorkerFailures.WithLabelValues(w.Name).Inc()
			}
			<-slots
			w.release(id, retryAfter) // before Wake: the look that follows must find the item free
			w.Wake()
		})
	}
	return again
}

// acquire waits for a free slot, and reports whether it got one before ctx ended.
func acquire(ctx context.Context, slots chan struct{}) bool {
	select {
	case slots <- struct{}{}:
		if ctx.Err() == nil { // select chooses at random when both are ready
			return true
		}
		<-slots
	case <-ctx.Done():
	}
	return false
}

// untilNext returns how long to wait after a look at the queue that started nothing.
func (w *Worker) untilNext(ctx context.Context, looked time.Time) time.Duration {
	wait := w.Idle
	// Times are compared with the look's and not with now: what became due since then has not been seen yet.
	var waiting bool
	at, err := panics.Catch(func() (at time.Time, err error) {
		at, waiting, err = w.Queue.Next(ctx)
		return at, err
	})
	if err != nil {
		w.readFailed(ctx, err)
	} else if waiting && at.After(looked) {
		wait = min(wait, at.Sub(w.Now()))
	}
	if at, ok := w.nextRetry(looked); ok {
		wait = min(wait, at.Sub(w.Now()))
	}
	return wait
}

// sleep waits for the given time, a Wake, or the end of ctx.
func (w *Worker) sleep(ctx context.Context, wait time.Duration) {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	case <-w.wake:
	}
}

// pause returns how long the current pause still lasts; 0 or less when there is none.
func (w *Worker) pause() time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.pausedUntil.Sub(w.Now())
}

func (w *Worker) readFailed(ctx context.Context, err error) {
	if ctx.Err() == nil { // a stop cancels the query, which is no fault
		telemetry.WorkerFailures.WithLabelValues(w.Name).Inc()
		w.Logger().Error(w.ReadError, "error", err)
	}
}
