package server

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"sync"
	"time"

	"github.com/privet/privet/hooks/disk"
	"github.com/privet/privet/hooks/durable"
	"github.com/privet/privet/hooks/files"
	"github.com/privet/privet/hooks/health"
	"github.com/privet/privet/hooks/panics"
	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/hooks/worker"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
)

const (
	checkIdle  = time.Minute      // between two checks while all works and nobody asks
	checkFresh = 5 * time.Second  // how long a check's result holds for who asks, and between two checks during a fault
	checkWait  = 2 * time.Second  // the longest that who asks waits for a check
	checkStuck = 20 * time.Second // after which a check that has not ended is a fault
	checkTick  = time.Second      // between two looks whether a write has failed
	checkSize  = 64 << 10         // bytes of the temporary file that is made
)

// RegisterWatch finds out while the app serves whether the database, the data folder and the object store can be written
// to, and answers /api/health with 503 if not. It writes once a minute and, when it is asked for the server's health or
// something has failed, every few seconds: a row in place of which another change counts as well, and small files that are removed at once.
func RegisterWatch(app core.App) {
	w := &watch{app: app, log: durable.Of(app), monitor: health.Of(app)}
	app.OnServe().Bind(&hook.Handler[*core.ServeEvent]{
		Id:       "privet_watch",
		Priority: -9989, // once the lock is held, and there is a folder for temporary files
		Func: func(e *core.ServeEvent) error {
			w.tellFileSystem()
			w.check()
			e.Router.BindFunc(w.answer)
			return e.Next()
		},
	})
	worker.WhileServing(app, func() (stop func()) {
		ctx, cancel := context.WithCancel(context.Background())
		var running sync.WaitGroup
		running.Go(func() { w.watch(ctx) })
		running.Go(func() { w.watchObjects(ctx) })
		return func() {
			cancel()
			running.Wait()
		}
	})
}

// watch checks one app.
type watch struct {
	app     core.App
	log     *durable.Log
	monitor *health.Monitor

	mu      sync.Mutex
	running chan struct{} // closed when the check that runs has ended; nil while none does
	began   time.Time     // of the last check
	ended   time.Time     // of the last check that has ended
	written uint64        // writes to the database until then
}

// tellFileSystem warns of a file system that SQLite can't rely on.
func (w *watch) tellFileSystem() {
	if kind, err := disk.FileSystemOf(w.app.DataDir()); err == nil && kind.Risk != "" {
		w.app.Logger().Warn("the data folder is on "+kind.Name+": "+kind.Risk, "path", disk.Absolute(w.app.DataDir()))
	}
}

// watch checks until ctx ends, and returns when no check runs any more.
func (w *watch) watch(ctx context.Context) {
	ticker := time.NewTicker(checkTick)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			w.mu.Lock()
			running := w.running
			w.mu.Unlock()
			if running != nil {
				<-running
			}
			return
		case <-ticker.C:
		}
		_, failed := w.log.LastWrite()
		w.mu.Lock()
		running, age := w.running, time.Since(w.ended)
		stuck := running != nil && time.Since(w.began) > checkStuck
		w.mu.Unlock()
		switch {
		case stuck:
			w.monitor.Report(health.Files, errStuck)
		case running != nil:
		case age > checkIdle, age > checkFresh && (failed != nil || w.suffers()), failed != nil && w.monitor.Fault(health.Database) == nil:
			w.begin()
		}
	}
}

var errStuck = errors.New("the disk has not answered for a while")

// suffers reports whether there is a fault that check would find gone.
func (w *watch) suffers() bool {
	return w.monitor.Fault(health.Database) != nil || w.monitor.Fault(health.Files) != nil
}

// begin starts a check in the background, unless one runs, and returns what is closed at its end.
func (w *watch) begin() <-chan struct{} {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.running == nil {
		w.running, w.began = make(chan struct{}), time.Now()
		go w.check()
	}
	return w.running
}

// check checks the database and the folders.
func (w *watch) check() {
	w.monitor.Report(health.Database, caught(w.checkDatabase))
	w.monitor.Report(health.Files, caught(w.checkFolders))
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ended = time.Now()
	if w.running != nil {
		close(w.running)
		w.running = nil
	}
}

// caught returns what a check returns, or its panic.
func caught(check func() error) error {
	_, err := panics.Catch(func() (any, error) { return nil, check() })
	return err
}

// checkFolders writes to the data folder and to the folders of files.
func (w *watch) checkFolders() error {
	data := disk.Absolute(w.app.DataDir())
	if err := disk.CheckFolder(filepath.Join(data, disk.PrivateFolder, "tmp"), data, checkSize); err != nil {
		return err
	}
	return files.CheckFolders(w.app)
}

// checkDatabase writes to the database, unless something else has since the last check. Behind a long transaction it may wait for its
// turn in vain, which is no fault.
func (w *watch) checkDatabase() error {
	if err := w.log.Err(); err != nil {
		return err
	}
	if err := w.log.Damaged(); err != nil {
		return fmt.Errorf("it is damaged: %w; stop the server, keep the folder, look at it by privet doctor --full, and restore a backup", err)
	}
	written, failed := w.log.LastWrite()
	if failed != nil || written == w.written {
		ctx, cancel := context.WithTimeout(context.Background(), checkStuck/2)
		defer cancel()
		if err := store.CheckWrite(ctx, w.app); err != nil && (ctx.Err() == nil || failed != nil) {
			return err
		}
		written, _ = w.log.LastWrite()
	}
	w.written = written
	return nil
}

// watchObjects checks the object store until ctx ends.
func (w *watch) watchObjects(ctx context.Context) {
	for {
		err := caught(func() error { return files.CheckObjects(ctx, w.app) })
		if ctx.Err() != nil {
			return
		}
		w.monitor.Report(health.Storage, err)
		for checked := time.Now(); time.Since(checked) < checkIdle; {
			select {
			case <-ctx.Done():
				return
			case <-time.After(checkFresh):
			}
			if w.monitor.Fault(health.Storage) != nil { // of this check, or of an upload since
				break
			}
		}
	}
}

// unhealthy are the answers about parts that the server is not healthy without. They go to everybody, so the causes are in the log.
var unhealthy = map[health.Part]string{
	health.Database: "The database can't be written to: see the log.",
	health.Files:    "Files can't be stored: see the log.",
	health.Storage:  "The object store does not work: see the log.",
}

// answer answers /api/health, if the server is not healthy.
func (w *watch) answer(e *core.RequestEvent) error {
	if e.Request.URL.Path != "/api/health" {
		return e.Next()
	}
	w.mu.Lock()
	fresh := time.Since(w.ended) < checkFresh
	w.mu.Unlock()
	if _, failed := w.log.LastWrite(); !fresh || failed != nil && w.monitor.Fault(health.Database) == nil {
		select {
		case <-w.begin():
		case <-time.After(checkWait): // what is known must do
		case <-e.Request.Context().Done():
		}
	}
	for _, fault := range w.monitor.Faults() {
		if fault.Part.Serious() {
			return e.Error(http.StatusServiceUnavailable, unhealthy[fault.Part], nil)
		}
	}
	return e.Next()
}
