package hooks

import (
	"sync"
	"time"

	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/hooks/worker"

	"github.com/pocketbase/pocketbase/core"
)

// banClock lifts bans when their end has come. Sign-in looks at the end itself (User.Banned); the clock is there
// for searches, which look at the flag alone, and for whoever reads the dashboard.
type banClock struct {
	app core.App

	mu      sync.Mutex
	timer   *time.Timer
	stopped bool
	lifts   sync.WaitGroup
}

// registerBanClock runs the clock while the app serves. A job each minute stands in where a timer does not help: a
// change by another process, a clock that was set.
func registerBanClock(app core.App) {
	clock := &banClock{app: app}
	wind := func(e *core.RecordEvent) error {
		if user := store.AsUser(e.Record); user.BanSet() && !user.BannedUntil().IsZero() {
			clock.wind()
		}
		return e.Next()
	}
	app.OnRecordAfterCreateSuccess(store.Users).BindFunc(wind)
	app.OnRecordAfterUpdateSuccess(store.Users).BindFunc(wind)
	worker.WhileServing(app, func() (stop func()) {
		clock.wind()
		return clock.stop
	})
	app.Cron().MustAdd("privet_bans", "* * * * *", clock.lift)
}

// wind sets the timer to the next end of a ban.
func (c *banClock) wind() {
	at, ok, err := store.NextBanEnd(c.app)
	if err != nil {
		c.app.Logger().Error("the next end of a ban can't be read", "error", err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.timer != nil {
		c.timer.Stop()
	}
	if ok && !c.stopped {
		c.timer = time.AfterFunc(time.Until(at), c.lift)
	}
}

// lift ends what is over, each ban by itself, and winds the clock again.
func (c *banClock) lift() {
	c.mu.Lock()
	if c.stopped {
		c.mu.Unlock()
		return
	}
	c.lifts.Add(1)
	c.mu.Unlock()
	defer c.lifts.Done()
	ended, err := store.EndedBans(c.app, time.Now())
	for _, user := range ended {
		user.LiftBan()
		if saved := c.app.SaveNoValidate(user); saved != nil {
			err = saved
		}
	}
	if err != nil { // the next minute's job tries again
		c.app.Logger().Error("a ban that is over could not be lifted", "error", err)
		return
	}
	c.wind()
}

// stop ends the clock and waits for what it is about.
func (c *banClock) stop() {
	c.mu.Lock()
	c.stopped = true
	if c.timer != nil {
		c.timer.Stop()
	}
	c.mu.Unlock()
	c.lifts.Wait()
}
