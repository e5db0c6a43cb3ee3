package preview

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"syscall"
	"time"

	"github.com/privet/privet/hooks/disk"
	"github.com/privet/privet/hooks/files"
	"github.com/privet/privet/hooks/health"
	"github.com/privet/privet/hooks/media/mediatype"
	"github.com/privet/privet/hooks/media/render"
	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/hooks/telemetry"
)

// queue is the media rows that wait for a preview, as package worker sees them.
type queue struct{ *Worker }

// Due implements worker.Queue.
func (q queue) Due(ctx context.Context, limit int) ([]string, error) {
	waiting, err := store.WaitingPreviews(ctx, q.app, limit)
	ids := make([]string, len(waiting))
	for i, file := range waiting {
		ids[i] = file.ID
	}
	return ids, err
}

// Next implements worker.Queue: whatever waits is due at once, but for the retries that Run asks for.
func (q queue) Next(context.Context) (at time.Time, ok bool, err error) {
	return time.Time{}, false, nil
}

// Run implements worker.Queue.
func (q queue) Run(ctx context.Context, id string) (retryAfter time.Duration) {
	file, err := store.ReadMediaFile(context.WithoutCancel(ctx), q.app, id)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return 0
	case err != nil:
		q.app.Logger().Error("a media item that waits for a preview can't be read", "id", id, "error", err)
		return retryDelay
	case file.PreviewState != store.PreviewWaiting:
		return 0
	}
	return q.attempt(ctx, file)
}

// attempt tries to make one preview. A positive retryAfter asks for another try after that time.
//
// A try counts only when the child reported on the file or failed with it, after the fact. A try that ended with the server, or
// before the child began, says nothing about the file, nor does one that fails with a video that is known to be fine as well.
func (w *Worker) attempt(ctx context.Context, file *store.MediaFile) (retryAfter time.Duration) {
	began := time.Now()
	err := w.makePreview(ctx, file)
	took := time.Since(began)
	if errors.Is(err, render.ErrUnreadable) || errors.Is(err, render.ErrAttempt) {
		if fault := w.engine.Probe(ctx); fault != nil {
			err = fmt.Errorf("%w: %v", render.ErrSetup, fault) //nolint:errorlint // it must not be ErrAttempt as well
		}
	}
	if ctx.Err() == nil {
		telemetry.CountPreview(outcomeOf(err), took)
	}
	switch {
	case ctx.Err() != nil: // the server stops
		return 0
	case err == nil, errors.Is(err, store.ErrNotFound): // made, or the row was deleted meanwhile
		health.Of(w.app).Report(health.Previews, nil)
		files.DropFetched(w.app, file.ID, file.Name)
		w.notifyWaiters(file.Name)
		return 0
	case errors.Is(err, render.ErrUnreadable):
		return w.giveUp(ctx, file, err)
	case errors.Is(err, render.ErrSetup), disk.IsFull(err), errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return w.setupFailed(err)
	case !errors.Is(err, render.ErrAttempt):
		w.app.Logger().Warn("a preview could not be rendered and will be retried", "id", file.ID, "error", err)
		return otherDelay
	}
	if err := store.AddPreviewTry(context.WithoutCancel(ctx), w.app, file.ID); err != nil {
		w.app.Logger().Error("an attempt to render a preview can't be recorded", "id", file.ID, "error", err)
		return retryDelay
	}
	file.Tries++
	if file.Tries >= maxTries {
		return w.giveUp(ctx, file, err)
	}
	w.app.Logger().Warn("a preview could not be rendered and will be retried", "id", file.ID, "try", file.Tries, "error", err)
	return retryDelay * time.Duration(file.Tries)
}

// outcomeOf returns how the metrics call the outcome of a try.
func outcomeOf(err error) string {
	switch {
	case err == nil, errors.Is(err, store.ErrNotFound):
		return telemetry.PreviewMade
	case errors.Is(err, render.ErrUnreadable):
		return telemetry.PreviewGivenUp
	case errors.Is(err, render.ErrAttempt):
		return telemetry.PreviewFailed
	}
	return telemetry.PreviewHindered
}

// setupFailed has all previews wait, as the others would fail likewise. None is at fault.
func (w *Worker) setupFailed(cause error) (retryAfter time.Duration) {
	health.Of(w.app).Report(health.Previews, cause)
	w.worker.Pause(time.Now().Add(setupDelay))
	return setupDelay
}

// giveUp records that no preview can be made. A positive retryAfter means that this could not be recorded.
func (w *Worker) giveUp(ctx context.Context, file *store.MediaFile, cause error) (retryAfter time.Duration) {
	shown := "placeholder"
	if mediatype.ByName(file.Name).Kind == mediatype.Image {
		shown = "original"
	}
	w.app.Logger().Warn("no still can be made", "id", file.ID, "shown", shown, "error", cause)
	if err := store.SetPreviewState(context.WithoutCancel(ctx), w.app, file, store.PreviewFailed, w.version); err != nil && !errors.Is(err, store.ErrNotFound) {
		w.app.Logger().Error("the outcome of a preview could not be recorded", "id", file.ID, "error", err)
		return retryDelay
	}
	files.DropFetched(w.app, file.ID, file.Name)
	w.notifyWaiters(file.Name)
	return 0
}

// makePreview makes the preview and stores it beside the media file.
func (w *Worker) makePreview(ctx context.Context, file *store.MediaFile) error {
	source, err := files.Fetch(ctx, w.app, file)
	if err != nil {
		return err
	}
	preview, err := files.NewPreview(w.app, file)
	if err != nil {
		return err
	}
	defer preview.Discard()
	if err := w.engine.Render(ctx, source, mediatype.ByName(file.Name).MIME, preview); err != nil {
		return err
	}
	if err := preview.Close(); err != nil {
		return err
	}
	if err := preview.MoveTo(file.ID); err != nil {
		return err
	}
	if err := store.SetPreviewState(context.WithoutCancel(ctx), w.app, file, store.PreviewReady, w.version); err != nil {
		return err
	}
	preview.Commit()
	return nil
}
