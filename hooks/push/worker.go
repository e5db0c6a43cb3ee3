package push

import (
	"context"
	"sync"
	"time"

	"github.com/privet/privet/hooks/durable"
	"github.com/privet/privet/hooks/settings"
	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/hooks/worker"

	"firebase.google.com/go/v4/messaging"
	"github.com/pocketbase/pocketbase/core"
)

const (
	concurrency  = 4                // sends at the same time: few, as a kill in the middle of one sends it twice
	idle         = 30 * time.Second // the longest sleep
	sendTimeout  = 15 * time.Second // one call of FCM, the SDK's own retries included
	stopTimeout  = 5 * time.Second  // what a stop waits for sends in progress
	initialDelay = 10 * time.Second // before the first retry
	maxDelay     = 10 * time.Minute // between two tries
	recordDelay  = 3 * time.Second  // before another try to write to the outbox
)

// sender is Firebase's messaging client.
type sender interface {
	Send(ctx context.Context, m *messaging.Message) (string, error)
}

// Worker sends the pushes of the outbox while the app serves.
type Worker struct {
	app    core.App
	log    *durable.Log
	sender sender // nil: pushes are off
	worker *worker.Worker

	mu            sync.Mutex
	acceptedTypes map[string]bool // types of push of which FCM has accepted a message
	breaker       breaker

	recording  sync.Mutex                   // guards what follows
	unrecorded map[string]store.PushOutcome // by the push's id
}

// NewWorker returns a worker that sends nothing until Start. Without credentials pushes are off.
func NewWorker(app core.App, s settings.Firebase) (*Worker, error) {
	w := &Worker{app: app, log: durable.Of(app), acceptedTypes: map[string]bool{}, unrecorded: map[string]store.PushOutcome{}}
	w.worker = worker.New(worker.Config{
		Queue:     queue{w},
		Name:      "pushes",
		Slots:     concurrency,
		Grace:     stopTimeout,
		Idle:      idle,
		Logger:    app.Logger,
		ReadError: "the outbox of pushes can't be read",
	})
	client, err := newSender(context.Background(), s)
	if client != nil {
		w.sender = client
	}
	return w, err
}

// Wake makes the worker look at the outbox. Call it when a transaction that called Announce was committed.
func (w *Worker) Wake() { w.worker.Wake() }

// Start runs the worker in the background. stop ends it: no new send begins, those in progress get a few seconds, and
// the others wait in the outbox for the next start.
func (w *Worker) Start() (stop func()) {
	if w.sender == nil {
		return func() {}
	}
	stopWorker := w.worker.Start()
	return func() {
		stopWorker()
		w.settle()
	}
}

// queue is the outbox as package worker sees it.
type queue struct{ *Worker }

// Due implements worker.Queue.
func (q queue) Due(ctx context.Context, limit int) ([]string, error) {
	return store.DuePushes(ctx, q.app, time.Now(), limit)
}

// Next implements worker.Queue.
func (q queue) Next(ctx context.Context) (at time.Time, ok bool, err error) {
	return store.NextPush(ctx, q.app)
}

// Run implements worker.Queue. Retries are in the outbox, and so survive a restart.
func (q queue) Run(ctx context.Context, id string) (retryAfter time.Duration) {
	q.attempt(ctx, id)
	return 0
}
