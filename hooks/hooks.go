// Package hooks holds what always is true of privet's records, whichever door a change comes through: the API,
// the dashboard, a batch, a cron job. The rules are model hooks, inside the transaction of the change.
//
//	ids.go     integer ids out of sequences
//	users.go   what follows from a user's fields, unique e-mails, ended sessions
//	devices.go a push address belongs to one device
//	bans.go    bans, erasure and what follows; banclock.go ends bans in time
//	orders.go  an order's life, by package order; edits.go: what moderators may change of one
//	media.go   where files go, what kind they are, and the stills that are made of them
//	actors.go  who acts, when it is a moderator in the dashboard; typed.go: what they typed that is no value
//	sealed.go  rows and collections that nobody changes by hand
//	thumbs.go  PocketBase makes no thumbs of uploads
//	pushes.go  the worker that sends what orders.go put into the outbox
//	checkpoints.go  what is committed goes into the database in the background
//	lock.go    one server a data folder
//	logs.go    warnings and errors, printed
//
// Below it: store (the collections as Go types), order (the rules of an order's life), push (outbox, worker,
// Firebase), stills and preview (the queue of pictures, and the child processes that make them), metadata and mediatype
// (what is in a file), database (SQLite's settings), settings.
package hooks

import (
	"io"
	"time"

	"github.com/privet/privet/hooks/preview"
	"github.com/privet/privet/hooks/push"
	"github.com/privet/privet/hooks/store"

	"github.com/pocketbase/pocketbase/core"
)

// Register binds all of them to the app. Pushes go out by worker, stills are made by pictures; warnings and errors are
// printed to logs.
func Register(app core.App, worker *push.Worker, pictures *preview.Worker, logs io.Writer) {
	registerLock(app)
	registerLogs(app, logs)
	registerIDs(app)
	registerUsers(app)
	registerDevices(app)
	registerOrders(app, worker)
	registerMedia(app, pictures)
	registerActors(app)
	registerSealed(app)
	registerBanClock(app)
	registerThumbs(app)
	registerPushes(app, worker)
	registerCheckpoints(app)

	app.Cron().MustAdd("privet_invite_tokens", "17 * * * *", func() {
		if err := store.DropExpiredInviteTokens(app, time.Now()); err != nil {
			app.Logger().Error("expired invite tokens could not be removed", "error", err)
		}
	})
	app.Cron().MustAdd("privet_search", "13 3 * * *", func() {
		if err := store.MergeSearch(app); err != nil {
			app.Logger().Error("the search index could not be merged", "error", err)
		}
	})
}

// whileServing starts a worker once the app serves, and stops it before the database closes.
func whileServing(app core.App, start func() (stop func())) {
	stop := func() {}
	app.OnServe().BindFunc(func(e *core.ServeEvent) error {
		if err := e.Next(); err != nil {
			return err
		}
		stop = start()
		return nil
	})
	app.OnTerminate().BindFunc(func(e *core.TerminateEvent) error {
		stop()
		return e.Next()
	})
}

// inTransaction runs the rest of a record's hooks in a transaction: the one that is open, or its own.
func inTransaction(e *core.RecordEvent, work func() error) error {
	if e.App.IsTransactional() {
		return work()
	}
	outer := e.App
	defer func() { e.App = outer }()
	return outer.RunInTransaction(func(tx core.App) error {
		e.App = tx
		return work()
	})
}
