package mail

import (
	"context"
	"sync"
	"time"

	"github.com/privet/privet/hooks/durable"
	"github.com/privet/privet/hooks/health"
	"github.com/privet/privet/hooks/settings"
	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/hooks/worker"

	"github.com/pocketbase/pocketbase/core"
)

const (
	concurrency  = 2                // mails at the same time: few, as a kill in the middle of one sends it twice
	idle         = 30 * time.Second // the longest sleep
	sendTimeout  = 30 * time.Second // one conversation with the mail server, from the connection on
	stopTimeout  = 5 * time.Second  // what a stop waits for mails in progress
	initialDelay = 10 * time.Second // before the first retry; doubled by each
	maxDelay     = 5 * time.Minute  // between two tries of a mail
	maxPause     = time.Minute      // between two tries of any mail, while the mail server can't be reached
	recordDelay  = 3 * time.Second  // before another try to write to the outbox
)

// Worker sends the mails of the outbox while the app serves.
type Worker struct {
	app      core.App
	settings *settings.Settings
	now      func() time.Time
	log      *durable.Log
	worker   *worker.Worker
	outcomes worker.Outcomes[store.SendOutcome]

	mu          sync.Mutex
	unreachable int // how many tries in a row have got no answer of the mail server
}

// NewWorker returns a worker that sends nothing until Start, and which Of returns from now on. now is time.Now, or the clock by which
// retries and pauses wait.
func NewWorker(app core.App, s *settings.Settings, now func() time.Time) *Worker {
	w := &Worker{app: app, settings: s, now: now, log: durable.Of(app)}
	w.outcomes.Write = func(id string, o store.SendOutcome) error {
		return store.SetSendOutcome(context.Background(), app, store.Mails, id, o)
	}
	w.outcomes.Report = w.reportWrite
	w.worker = worker.New(worker.Config{
		Queue:     queue{w},
		Name:      "mails",
		Slots:     concurrency,
		Grace:     stopTimeout,
		Idle:      idle,
		Now:       now,
		Logger:    app.Logger,
		ReadError: "the outbox of mails can't be read",
	})
	app.Store().Set(storeKey, w)
	return w
}

// Wake makes the worker look at the outbox. Call it when a transaction that called Add was committed.
func (w *Worker) Wake() { w.worker.Wake() }

// Start runs the worker in the background. stop ends it: no new mail begins, those in progress get a few seconds, and the others wait in
// the outbox for the next start.
func (w *Worker) Start() (stop func()) {
	end := w.worker.Start()
	return func() {
		end()
		w.outcomes.Settle()
	}
}

// reportWrite pauses the outbox while it can't be written.
func (w *Worker) reportWrite(err error) {
	health.Of(w.app).Report(health.Mails, err)
	if err != nil {
		w.worker.Pause(w.now().Add(recordDelay))
	}
}

// queue is the outbox as package worker sees it.
type queue struct{ *Worker }

// Due implements worker.Queue.
func (q queue) Due(ctx context.Context, limit int) ([]string, error) {
	return store.DueMails(ctx, q.app, q.now(), limit)
}

// Next implements worker.Queue.
func (q queue) Next(ctx context.Context) (at time.Time, ok bool, err error) {
	return store.NextMail(ctx, q.app)
}

// Run implements worker.Queue. Retries are in the outbox, and so survive a restart.
func (q queue) Run(ctx context.Context, id string) (retryAfter time.Duration) {
	q.attempt(ctx, id)
	return 0
}
