package files

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"math/bits"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/privet/privet/hooks/durable"
	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/hooks/worker"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/filesystem"
)

const (
	removalsAtOnce    = 4
	removalTimeout    = time.Minute      // of one, from an object store
	removalRetry      = 2 * time.Second  // after the first failure; doubled by each
	removalRetryLimit = time.Hour        // between two tries
	removalIdle       = 10 * time.Minute // the longest sleep
)

// Remover removes from the storage what belongs to no row any more. What is to be removed is written to a queue in the
// transaction that deletes the row, so that neither a kill nor a storage that fails keeps a file that was taken down.
type Remover struct {
	app    core.App
	log    *durable.Log
	worker *worker.Worker
}

// NewRemover returns a Remover that removes nothing until Start.
func NewRemover(app core.App) *Remover {
	r := &Remover{app: app, log: durable.Of(app)}
	r.worker = worker.New(worker.Config{
		Queue:     removals{r},
		Name:      "removals",
		Slots:     removalsAtOnce,
		Grace:     5 * time.Second,
		Idle:      removalIdle,
		Logger:    app.Logger,
		ReadError: "the queue of files to remove can't be read",
	})
	return r
}

// Start runs the worker in the background until stop is called. What has not been removed by then is at the next start.
func (r *Remover) Start() (stop func()) { return r.worker.Start() }

// Wake makes the worker look at the queue. Call it when a transaction that added to the queue has committed.
func (r *Remover) Wake() { r.worker.Wake() }

// RemoveMedia queues the removal of all files of a media row, in the transaction that deletes it.
func RemoveMedia(ctx context.Context, tx core.App, id string) error {
	folder, err := store.MediaFolder(tx, id)
	if err != nil {
		return err
	}
	return store.AddRemoval(ctx, tx, folder+"/", store.RemovedMedia) // no other row will ever have the id
}

// removals is the queue as package worker sees it. An item's id is the key of what to remove.
type removals struct{ *Remover }

// Due implements worker.Queue.
func (q removals) Due(ctx context.Context, limit int) ([]string, error) {
	return store.DueRemovals(ctx, q.app, time.Now(), limit)
}

// Next implements worker.Queue.
func (q removals) Next(ctx context.Context) (at time.Time, ok bool, err error) {
	return store.NextRemoval(ctx, q.app)
}

// Run implements worker.Queue. Retries are in the queue, and so survive a restart.
func (q removals) Run(ctx context.Context, key string) (retryAfter time.Duration) {
	record := context.WithoutCancel(ctx)
	removal, err := store.ReadRemoval(record, q.app, key)
	if errors.Is(err, store.ErrNotFound) {
		return 0
	}
	if err == nil {
		// What is removed stays so, so a power cut must not bring back the row that names it.
		err = q.log.Wait()
	}
	if err == nil {
		if err = waitForHold(ctx, q.app.DataDir()); ctx.Err() != nil {
			return 0 // the server stops
		}
	}
	if err == nil {
		timeout, cancel := context.WithTimeout(ctx, removalTimeout)
		defer cancel()
		if failed := q.remove(timeout, removal); failed == nil {
			err = store.DeleteRemoval(record, q.app, key)
		} else if ctx.Err() == nil { // else the server stops
			err = q.postpone(record, removal, failed)
		}
	}
	if err != nil {
		q.app.Logger().Error("the removal of a file could not be recorded", "key", key, "error", err)
		return removalRetry
	}
	return 0
}

// postpone schedules the next try, and reports the failure of the first try, the second, the fourth and so on.
func (r *Remover) postpone(ctx context.Context, removal *store.Removal, cause error) error {
	wait := min(removalRetry<<min(removal.Tries, 16), removalRetryLimit)
	next := time.Now().Add(wait)
	try := removal.Tries + 1
	if bits.OnesCount(uint(try)) == 1 {
		r.app.Logger().Warn("a file that should be gone can't be removed, and will be tried again", "key", removal.Key, "try", try,
			"next_try", next.UTC().Format(time.RFC3339), "error", cause)
	}
	return store.PostponeRemoval(ctx, r.app, removal.Key, next, cause)
}

// remove makes a removal, unless the file or folder belongs to a row by now: a preview that was given up may have been made after all, and
// an owner may have made a record or collection anew under the id of a deleted one.
func (r *Remover) remove(ctx context.Context, removal *store.Removal) error {
	key := removal.Key
	if removal.Reason == store.RemovedRecord {
		if again, err := exists(r.app, strings.TrimSuffix(key, "/")); err != nil || again {
			return err
		}
	}
	if !strings.HasSuffix(key, "/") {
		row, err := store.ReadMediaFile(ctx, r.app, path.Base(path.Dir(key)))
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		if err == nil && row.Has(strings.TrimSuffix(path.Base(key), AttributesSuffix)) {
			return nil
		}
	}
	return remove(ctx, r.app, key)
}

// exists reports whether there is the record, or the collection, whose files are in a folder of the storage.
func exists(app core.App, folder string) (ok bool, err error) {
	if collection, id, isRecord := strings.Cut(folder, "/"); isRecord {
		_, err = app.FindRecordById(collection, id)
	} else {
		_, err = app.FindCollectionByNameOrId(collection)
	}
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

// remove removes a file from the storage, or all that is in a folder if the key ends with a slash, with every local copy.
func remove(ctx context.Context, app core.App, key string) error {
	folder, isFolder := strings.CutSuffix(key, "/")
	if isFolder {
		id := path.Base(folder)
		media, err := store.MediaFolder(app, id)
		if err != nil {
			return err
		}
		if folder == media { // other collections may have the same ids
			if err := removeStagedOf(app, id); err != nil {
				return err
			}
		}
	}
	if isRemote(app) {
		err := withStorage(ctx, app, func(system *filesystem.System, _ *IdleTimeout) error {
			if isFolder {
				return errors.Join(system.DeletePrefix(key)...)
			}
			if err := system.Delete(key); !errors.Is(err, filesystem.ErrNotFound) {
				return err
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	var err error
	if isFolder {
		err = os.RemoveAll(localPath(app, folder))
	} else {
		err = removeLocal(app, key)
	}
	if err != nil {
		return err
	}
	return syncRemoved(durable.Of(app), filepath.Dir(localPath(app, folder)))
}

// syncRemoved returns when a power cut would not bring back what was removed from a folder, which may be gone itself.
func syncRemoved(log *durable.Log, folder string) error {
	for {
		err := log.SyncFolder(folder)
		if parent := filepath.Dir(folder); errors.Is(err, fs.ErrNotExist) && parent != folder {
			folder = parent
			continue
		}
		return err
	}
}
