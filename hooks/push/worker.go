package push

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
	concurrency  = 4                // sends at the same time: few, as a kill in the middle of one sends it twice
	idle         = 30 * time.Second // the longest sleep
	sendTimeout  = 15 * time.Second // one call of a service, the SDK's own retries included
	stopTimeout  = 5 * time.Second  // what a stop waits for sends in progress
	initialDelay = 10 * time.Second // before the first retry
	maxDelay     = 10 * time.Minute // between two tries
	recordDelay  = 3 * time.Second  // before another try to write to the outbox
)

// Worker sends the pushes of the outbox while the app serves.
type Worker struct {
	app    core.App
	now    func() time.Time
	log    *durable.Log
	lanes  []*lane // a lane for each service
	routes []store.PushRoute
	zone   *time.Location // in which date_till is meant

	outcomes worker.Outcomes[store.SendOutcome]
}

// lane sends what one service delivers. The pauses, outages and limits of a service are its lane's: the other services' pushes
// go on.
type lane struct {
	*Worker
	sender Sender
	on     bool // the service is configured
	worker *worker.Worker
	holds  holds
	told   told

	mu      sync.Mutex
	breaker breaker
}

// NewWorker returns a worker that sends nothing until Start. Pushes of a service that is not configured are off. now is
// time.Now, or the clock by which retries and pauses wait.
func NewWorker(app core.App, s *settings.Settings, now func() time.Time) (*Worker, error) {
	w := &Worker{app: app, now: now, log: durable.Of(app), zone: s.Zone()}
	w.outcomes.Write = func(id string, o store.SendOutcome) error {
		return store.SetSendOutcome(context.Background(), app, store.Pushes, id, o)
	}
	w.outcomes.Report = w.reportWrite
	senders, on, err := newSenders(context.Background(), s)
	if err != nil {
		return nil, err
	}
	for i, sender := range senders {
		l := &lane{Worker: w, sender: sender, on: on[i]}
		l.worker = worker.New(worker.Config{
			Queue:     queue{l},
			Name:      "pushes",
			Slots:     concurrency,
			Grace:     stopTimeout,
			Idle:      idle,
			Now:       now,
			Logger:    app.Logger,
			ReadError: "the outbox of pushes can't be read",
		})
		w.lanes = append(w.lanes, l)
		w.routes = append(w.routes, store.PushRoute{Sender: sender.Name(), Prefix: sender.Prefix(), State: l.state()})
	}
	return w, nil
}

// On reports whether a push service is configured.
func (w *Worker) On() bool {
	for _, l := range w.lanes {
		if l.on {
			return true
		}
	}
	return false
}

// Wake makes the worker look at the outbox. Call it when a transaction that called Announce was committed.
func (w *Worker) Wake() {
	for _, l := range w.lanes {
		l.worker.Wake()
	}
}

// Start runs the worker in the background. stop ends it: no new send begins, those in progress get a few seconds, and
// the others wait in the outbox for the next start.
func (w *Worker) Start() (stop func()) {
	var stops []func()
	for _, l := range w.lanes {
		if l.on {
			stops = append(stops, l.worker.Start())
		}
	}
	return func() {
		var ending sync.WaitGroup
		for _, stop := range stops {
			ending.Go(stop)
		}
		ending.Wait()
		w.outcomes.Settle()
	}
}

// reportWrite pauses the outbox while it can't be written: see worker.Outcomes. It gets what a write of the outbox has returned.
func (w *Worker) reportWrite(err error) {
	health.Of(w.app).Report(health.Pushes, err)
	if err != nil {
		for _, l := range w.lanes {
			l.worker.Pause(w.now().Add(recordDelay))
		}
	}
}

// state returns the state of a new push. It is off for good while the service is not configured: it should not be sent
// days later, when it is.
func (l *lane) state() string {
	if !l.on {
		return store.PushOff
	}
	return store.PushWaiting
}

// laneOf returns the lane of the service that delivers to an address, and the address without the service's prefix.
func (w *Worker) laneOf(pushToken string) (l *lane, address string) {
	for i, route := range w.routes {
		if address, ok := route.Cut(pushToken); ok {
			return w.lanes[i], address
		}
	}
	return w.lanes[len(w.lanes)-1], pushToken // never: the last one's prefix is empty
}

// queue is a lane's part of the outbox as package worker sees it.
type queue struct{ *lane }

// Due implements worker.Queue.
func (q queue) Due(ctx context.Context, limit int) ([]string, error) {
	return store.DuePushes(ctx, q.app, q.sender.Name(), q.now(), limit)
}

// Next implements worker.Queue.
func (q queue) Next(ctx context.Context) (at time.Time, ok bool, err error) {
	return store.NextPush(ctx, q.app, q.sender.Name())
}

// Run implements worker.Queue. Retries are in the outbox, and so survive a restart.
func (q queue) Run(ctx context.Context, id string) (retryAfter time.Duration) {
	q.attempt(ctx, id)
	return 0
}
