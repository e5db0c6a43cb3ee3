package durable

import (
	"net/http"
	"path/filepath"
	"sync"

	"github.com/privet/privet/hooks/disk"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
)

// databaseName is PocketBase's name for the file of its main database, in the data folder.
const databaseName = "data.db"

// logs are the logs of the databases that are open, by the path of the database. An app opens its database by a
// function that knows no app, so the path is what connects the two.
var logs struct {
	mu     sync.Mutex
	byPath map[string]*Log
}

// OfDatabase returns the log of a database file, or nil for one that is not covered.
func OfDatabase(path string) *Log {
	if filepath.Base(path) != databaseName {
		return nil
	}
	logs.mu.Lock()
	defer logs.mu.Unlock()
	if logs.byPath == nil {
		logs.byPath = map[string]*Log{}
	}
	path = disk.Absolute(path)
	l := logs.byPath[path]
	if l == nil {
		l = newLog(path)
		logs.byPath[path] = l
	}
	return l
}

// Of returns the log of an app's database.
func Of(app core.App) *Log { return OfDatabase(filepath.Join(app.DataDir(), databaseName)) }

// Register makes a failing disk known to the log and to /api/health, and ends with the app.
func Register(app core.App) {
	l := Of(app)
	l.mu.Lock()
	l.onFailure = func(err error) {
		app.Logger().Error("the disk failed to store what was written: nothing more is accepted until a restart", "error", err)
	}
	l.mu.Unlock()
	app.OnServe().BindFunc(func(e *core.ServeEvent) error {
		l.syncAncestors()
		e.Router.BindFunc(func(e *core.RequestEvent) error {
			if e.Request.URL.Path == "/api/health" && l.Err() != nil {
				return e.Error(http.StatusServiceUnavailable, "The disk fails: see the log.", nil)
			}
			return e.Next()
		})
		return e.Next()
	})
	app.OnTerminate().Bind(&hook.Handler[*core.TerminateEvent]{
		Id:       "privet_durable",
		Priority: 9999,
		Func: func(e *core.TerminateEvent) error {
			waited := l.Wait() // a command's changes, while a server has the database open
			err := e.Next()    // closes the database
			l.syncing.Lock()
			l.close()
			l.syncing.Unlock()
			logs.mu.Lock()
			delete(logs.byPath, disk.Absolute(filepath.Join(app.DataDir(), databaseName)))
			logs.mu.Unlock()
			if err != nil {
				return err
			}
			return waited
		},
	})
}
