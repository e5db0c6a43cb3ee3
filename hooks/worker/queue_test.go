package worker

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

const idle = 40 * time.Second

// queue is a queue in memory, for tests in synctest's bubbles, where no time passes but that which is slept.
type queue struct {
	t      *testing.T
	worker *Worker
	began  time.Time

	// What tests may set before the start.
	keep     bool                                               // items stay due while they run, until they are removed
	run      func(ctx context.Context, id string) time.Duration // nil: does nothing
	afterDue func()                                             // called between the look at the queue and its answer

	mu              sync.Mutex
	due             map[string]time.Time
	dueErr, nextErr error
	log             []string // id@time since the start
	now, most       int      // items that run
	text            bytes.Buffer
}

func newQueue(t *testing.T) *queue {
	q := &queue{t: t, due: map[string]time.Time{}, began: time.Now()}
	logger := slog.New(slog.NewTextHandler(q, nil))
	q.worker = New(Config{Queue: q, Slots: 4, Idle: idle, ReadError: "the queue can't be read", Logger: func() *slog.Logger { return logger }})
	return q
}

func (q *queue) start() (stop func()) {
	q.began = time.Now()
	return q.worker.Start()
}

func (q *queue) add(id string, after time.Duration) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.due[id] = time.Now().Add(after)
}

func (q *queue) remove(id string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	delete(q.due, id)
}

// errPanics makes Due and Next panic instead.
var errPanics = errors.New("a broken row")

func panicFor(err error) {
	if errors.Is(err, errPanics) {
		panic(err)
	}
}

// fail sets the errors that Due and Next return from now on.
func (q *queue) fail(due, next error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.dueErr, q.nextErr = due, next
}

// runs lists what was run, each as "id@time since the start".
func (q *queue) runs() []string {
	q.mu.Lock()
	defer q.mu.Unlock()
	return slices.Clone(q.log)
}

// ran is what runs returns in one line.
func (q *queue) ran() string { return strings.Join(q.runs(), " ") }

// Write takes the log's lines.
func (q *queue) Write(line []byte) (int, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.text.Write(line)
}

func (q *queue) logged() string {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.text.String()
}

func (q *queue) Due(_ context.Context, limit int) ([]string, error) {
	q.mu.Lock()
	var due []string
	for _, id := range q.sorted() {
		if !q.due[id].After(time.Now()) {
			due = append(due, id)
		}
	}
	err := q.dueErr
	q.mu.Unlock()
	panicFor(err)
	if q.afterDue != nil {
		q.afterDue()
	}
	return due[:min(limit, len(due))], err
}

func (q *queue) Next(context.Context) (time.Time, bool, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	panicFor(q.nextErr)
	for _, id := range q.sorted() {
		return q.due[id], true, q.nextErr
	}
	return time.Time{}, false, q.nextErr
}

func (q *queue) sorted() []string {
	return slices.SortedFunc(maps.Keys(q.due), func(a, b string) int {
		return cmp.Or(q.due[a].Compare(q.due[b]), len(a)-len(b), strings.Compare(a, b))
	})
}

func (q *queue) Run(ctx context.Context, id string) (retryAfter time.Duration) {
	q.mu.Lock()
	if at, ok := q.due[id]; !ok || at.After(time.Now()) { // it was done since Due
		q.mu.Unlock()
		return 0
	}
	q.log = append(q.log, fmt.Sprintf("%s@%s", id, time.Since(q.began)))
	q.now++
	q.most = max(q.most, q.now)
	if !q.keep {
		delete(q.due, id)
	}
	q.mu.Unlock()
	defer func() {
		q.mu.Lock()
		q.now--
		q.mu.Unlock()
	}()
	if q.run == nil {
		return 0
	}
	return q.run(ctx, id)
}
