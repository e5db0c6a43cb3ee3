package hooks

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/hooks/worker"

	"github.com/pocketbase/pocketbase/core"
)

// banExpiry lifts bans when their end has come. Sign-in compares the end with the time itself (User.Banned); searches
// look at the flag alone, and so does whoever reads the dashboard.
//
// It is the queue of its worker. The users are the queue's rows: those with a ban that has an end.
type banExpiry struct {
	app    core.App
	worker *worker.Worker

	mu      sync.Mutex // held while a ban is lifted: by the worker or by the job, never by both
	serving bool
}

// registerBanExpiry lifts bans while the app serves. A job does the same each minute, for what the worker does not
// hear of: a change by another process, a clock that was set.
func registerBanExpiry(app core.App) {
	expiry := &banExpiry{app: app}
	expiry.worker = worker.New(worker.Config{
		Queue:     expiry,
		Name:      "bans",
		Slots:     1,
		Idle:      time.Hour, // the job looks more often
		Logger:    app.Logger,
		ReadError: "the next end of a ban can't be read",
	})
	wake := func(e *core.RecordEvent) error {
		if user := store.AsUser(e.Record); user.BanSet() && !user.BannedUntil().IsZero() {
			expiry.worker.Wake()
		}
		return e.Next()
	}
	app.OnRecordAfterCreateSuccess(store.Users).BindFunc(wake)
	app.OnRecordAfterUpdateSuccess(store.Users).BindFunc(wake)
	worker.OnForeignChange(app, expiry.worker.Wake)
	worker.WhileServing(app, expiry.start)
	app.Cron().MustAdd("privet_bans", "* * * * *", expiry.liftExpired)
}

func (b *banExpiry) start() (stop func()) {
	b.setServing(true)
	stopWorker := b.worker.Start()
	return func() {
		stopWorker()
		b.setServing(false) // waits for a job in progress
	}
}

func (b *banExpiry) setServing(serving bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.serving = serving
}

// Due implements worker.Queue.
func (b *banExpiry) Due(ctx context.Context, limit int) ([]string, error) {
	return store.ExpiredBans(ctx, b.app, time.Now(), limit)
}

// Next implements worker.Queue.
func (b *banExpiry) Next(ctx context.Context) (at time.Time, ok bool, err error) {
	return store.NextBanExpiry(ctx, b.app)
}

// Run implements worker.Queue.
func (b *banExpiry) Run(_ context.Context, userID string) (retryAfter time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.lift(userID) {
		return time.Minute // as the job
	}
	return 0
}

// liftExpired is the job. It returns when all bans that are over were lifted, and lets the worker look for the next
// end.
func (b *banExpiry) liftExpired() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.serving {
		return
	}
	ended, err := store.ExpiredBans(context.Background(), b.app, time.Now(), store.NoLimit)
	if err != nil {
		b.logFailure(err)
	}
	for _, userID := range ended {
		b.lift(userID)
	}
	b.worker.Wake()
}

// lift ends a user's ban if it is over, and reports whether that succeeded. Failures are logged.
func (b *banExpiry) lift(userID string) bool {
	user, err := store.FindUser(b.app, userID)
	if errors.Is(err, store.ErrNotFound) {
		return true
	}
	if err == nil && user.BanSet() && !user.Banned() {
		user.LiftBan()
		err = b.app.SaveNoValidate(user)
	}
	if err != nil {
		b.logFailure(err)
	}
	return err == nil
}

func (b *banExpiry) logFailure(err error) {
	b.app.Logger().Error("a ban that is over could not be lifted", "error", err)
}
