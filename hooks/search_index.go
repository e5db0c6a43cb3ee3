package hooks

import (
	"context"
	"time"

	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/hooks/worker"

	"github.com/pocketbase/pocketbase/core"
)

// searchIndex adds the texts of users to the full-text index after the change, because that blocks other writers for
// longer than the change itself. Until then user/search compares the texts of those who wait (store.SearchUsers).
//
// It is the queue of its worker.
type searchIndex struct {
	app    core.App
	worker *worker.Worker
}

const (
	// indexAgain is how long a text is not indexed again, however often its user changes it.
	indexAgain = time.Second

	// indexPause is how long the worker leaves the database to others after it has indexed a text, in times of how long that
	// took.
	indexPause = 3
)

// registerSearchIndex indexes texts while the app serves. The nightly job privet_search does it, too.
func registerSearchIndex(app core.App) {
	index := &searchIndex{app: app}
	index.worker = worker.New(worker.Config{
		Queue:     index,
		Name:      "search",
		Slots:     1,
		Grace:     time.Second,
		Idle:      time.Hour,
		Logger:    app.Logger,
		ReadError: "the texts that wait to be indexed can't be read",
	})
	wake := func(e *core.RecordEvent) error {
		index.worker.Wake()
		return e.Next()
	}
	app.OnRecordAfterCreateSuccess(store.Users).BindFunc(wake)
	app.OnRecordAfterUpdateSuccess(store.Users).BindFunc(wake)
	worker.OnForeignChange(app, index.worker.Wake)
	worker.WhileServing(app, index.worker.Start)
}

// Due implements worker.Queue.
func (i *searchIndex) Due(ctx context.Context, limit int) ([]string, error) {
	return store.QueuedUsers(ctx, i.app, limit)
}

// Next implements worker.Queue. Whoever is in the queue is due.
func (i *searchIndex) Next(context.Context) (at time.Time, ok bool, err error) {
	return time.Time{}, false, nil
}

// Run implements worker.Queue.
func (i *searchIndex) Run(ctx context.Context, userID string) (retryAfter time.Duration) {
	began := time.Now()
	if err := store.IndexUser(ctx, i.app, userID); err != nil {
		if ctx.Err() == nil {
			i.app.Logger().Error("a text could not be added to the search index", "id", userID, "error", err)
		}
		return time.Minute
	}
	i.worker.Pause(time.Now().Add(indexPause * time.Since(began)))
	return indexAgain
}
