package push

import "github.com/privet/privet/hooks/health"

// reportWrite pauses the outbox while it can't be written: see worker.Outcomes. It gets what a write of the outbox has returned.
func (w *Worker) reportWrite(err error) {
	health.Of(w.app).Report(health.Pushes, err)
	if err != nil {
		for _, l := range w.lanes {
			l.worker.Pause(w.now().Add(recordDelay))
		}
	}
}
