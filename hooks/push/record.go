package push

import (
	"context"
	"errors"

	"github.com/privet/privet/hooks/health"
	"github.com/privet/privet/hooks/store"
)

// The outbox says what is sent, so nothing must be sent that can't be written down there, as on a full disk: it would be
// sent again and again, and pushes behind it never. Before a push is sent, its try is written down. What became of it is
// remembered until that is written as well, and until then no other push is sent.

// record writes down the outcome of a push, or remembers it.
func (w *Worker) record(id string, o store.PushOutcome) {
	w.recording.Lock()
	defer w.recording.Unlock()
	w.unrecorded[id] = o
	w.settleLocked()
}

// settle writes down the outcomes that are remembered, and reports whether none is left.
func (w *Worker) settle() bool {
	w.recording.Lock()
	defer w.recording.Unlock()
	return w.settleLocked()
}

func (w *Worker) settleLocked() bool {
	for id, o := range w.unrecorded {
		err := store.SetPushOutcome(context.Background(), w.app, id, o)
		if err != nil && !errors.Is(err, store.ErrNotFound) { // a stop waits for it, too: it takes no time
			w.wait(err)
			return false
		}
		delete(w.unrecorded, id)
		health.Of(w.app).Report(health.Pushes, nil)
	}
	return true
}

// wait pauses the outbox, as it can't be written.
func (w *Worker) wait(cause error) {
	health.Of(w.app).Report(health.Pushes, cause)
	for _, l := range w.lanes {
		l.worker.Pause(w.now().Add(recordDelay))
	}
}
