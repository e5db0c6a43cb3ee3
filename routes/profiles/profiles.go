// Package profiles fetches what social providers tell of people who have signed up by them: names, where the sign-up
// could not wait for them, and pictures. No sign-up fails for want of either. What is to be fetched is in the database, so
// neither a restart nor a provider that is down for a while loses it; and nothing replaces what users have set themselves.
package profiles

import (
	"context"
	"errors"
	"fmt"
	"math/bits"
	"time"

	"github.com/privet/privet/hooks/files"
	"github.com/privet/privet/hooks/media/mediatype"
	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/hooks/worker"
	"github.com/privet/privet/routes/social"

	"github.com/pocketbase/pocketbase/core"
)

const (
	slots = 2               // of each worker
	grace = 2 * time.Second // what is not done by then is done after the restart
	idle  = 10 * time.Minute

	namesRetry   = 2 * time.Second // after the first failure; doubled by each
	pictureRetry = 10 * time.Second
	retryLimit   = 10 * time.Minute // between two tries

	namesLifetime = 24 * time.Hour // from the sign-up
	pictureTries  = 5
)

// Fetcher fetches the profiles.
type Fetcher struct {
	app       core.App
	pictures  *social.Pictures
	profilers map[string]social.Profiler // by the provider's name
	workers   []*worker.Worker           // one for each stage: pictures that take long delay no names
}

// New returns a Fetcher that runs while the app serves.
func New(app core.App, pictures *social.Pictures, providers map[int]social.Provider) *Fetcher {
	f := &Fetcher{app: app, pictures: pictures, profilers: map[string]social.Profiler{}}
	for _, provider := range providers {
		if profiler, ok := provider.Verifier.(social.Profiler); ok {
			f.profilers[provider.Name] = profiler
		}
	}
	for stage, fetch := range map[string]func(context.Context, *store.ProfileFetch) error{
		store.FetchNames: f.fetchNames, store.FetchPicture: f.fetchPicture,
	} {
		w := worker.New(worker.Config{
			Queue:     &queue{app, stage, fetch, f.Wake},
			Name:      "profile_" + stage,
			Slots:     slots,
			Grace:     grace,
			Idle:      idle,
			Logger:    app.Logger,
			ReadError: "the queue of profiles to fetch can't be read",
		})
		f.workers = append(f.workers, w)
		worker.WhileServing(app, w.Start)
	}
	return f
}

// Wake makes the workers look at the queue. Call it when a transaction that added to it has committed.
func (f *Fetcher) Wake() {
	for _, w := range f.workers {
		w.Wake()
	}
}

// queue is the fetches of one stage, as package worker sees them. An item's id is the user's.
type queue struct {
	app   core.App
	stage string
	fetch func(context.Context, *store.ProfileFetch) error
	wake  func()
}

// Due implements worker.Queue.
func (q *queue) Due(ctx context.Context, limit int) ([]string, error) {
	return store.DueProfileFetches(ctx, q.app, q.stage, time.Now(), limit)
}

// Next implements worker.Queue.
func (q *queue) Next(ctx context.Context) (at time.Time, ok bool, err error) {
	return store.NextProfileFetch(ctx, q.app, q.stage)
}

// Run implements worker.Queue. Retries are in the queue, and so survive a restart.
func (q *queue) Run(ctx context.Context, userID string) (retryAfter time.Duration) {
	record := context.WithoutCancel(ctx)
	fetch, err := store.ReadProfileFetch(record, q.app, userID)
	if errors.Is(err, store.ErrNotFound) || err == nil && fetch.Stage != q.stage {
		return 0
	}
	if err == nil {
		switch failed := q.fetch(ctx, fetch); {
		case failed == nil:
			q.wake() // the next stage
		case ctx.Err() == nil: // else the server stops
			err = q.settle(record, fetch, failed)
		}
	}
	if err != nil {
		q.app.Logger().Error("what became of a social profile could not be recorded", "id", userID, "error", err)
		return namesRetry
	}
	return 0
}

// settle records a failed try: it schedules the next one or gives up. It reports the failure of the first try, the
// second, the fourth and so on.
func (q *queue) settle(ctx context.Context, fetch *store.ProfileFetch, cause error) error {
	try, retry := fetch.Tries+1, namesRetry
	over := time.Since(fetch.Created) > namesLifetime
	if fetch.Stage == store.FetchPicture {
		retry = pictureRetry
		over = try >= pictureTries || errors.Is(cause, social.ErrPictureHost) || errors.Is(cause, social.ErrPictureSize)
	}
	about := []any{"provider", fetch.Provider, "id", fetch.User, "what", fetch.Stage, "try", try, "error", cause}
	if over {
		q.app.Logger().WarnContext(ctx, "a social profile could not be fetched", about...)
		return store.EndProfileFetch(ctx, q.app, fetch.User)
	}
	if bits.OnesCount(uint(try)) == 1 {
		q.app.Logger().WarnContext(ctx, "a social profile can't be fetched now, and will be tried again", about...)
	}
	return store.PostponeProfileFetch(ctx, q.app, fetch.User, time.Now().Add(min(retry<<min(fetch.Tries, 16), retryLimit)))
}

// fetchNames asks the provider for the names, and sets those that the user has not set.
func (f *Fetcher) fetchNames(ctx context.Context, fetch *store.ProfileFetch) error {
	profiler := f.profilers[fetch.Provider]
	if profiler == nil {
		return errors.New("the provider is not configured")
	}
	identity := &social.Identity{Provider: fetch.Provider, ID: fetch.Identity, App: fetch.App}
	if err := profiler.Profile(ctx, identity, fetch.Language); err != nil {
		return err
	}
	return f.app.RunInTransaction(func(tx core.App) error {
		return fill(context.WithoutCancel(ctx), tx, fetch.User, identity)
	})
}

// fill sets of a user what the provider tells and is still the provider's to tell.
func fill(ctx context.Context, tx core.App, userID string, identity *social.Identity) error {
	fetch, err := store.ReadProfileFetch(ctx, tx, userID)
	if errors.Is(err, store.ErrNotFound) { // erased, or disconnected
		return nil
	}
	if err != nil {
		return err
	}
	user, err := store.FindUser(tx, userID)
	if errors.Is(err, store.ErrNotFound) || err == nil && user.Erased() {
		return store.EndProfileFetch(ctx, tx, userID)
	}
	if err != nil {
		return err
	}
	name, nickname := identity.Names()
	changed := false
	if fetch.Name && user.Name() == "" && name != "" {
		user.SetName(name)
		changed = true
	}
	if fetch.Nickname != "" && user.Nickname() == fetch.Nickname && nickname != "" {
		user.SetNickname(nickname)
		changed = true
	}
	if changed {
		if err := tx.Save(user); err != nil {
			return fmt.Errorf("save the names: %w", err)
		}
	}
	if identity.PictureURL == "" {
		return store.EndProfileFetch(ctx, tx, userID)
	}
	return store.FetchPictureNext(ctx, tx, userID, identity.PictureURL)
}

// fetchPicture makes the provider's picture the user's, unless they have another one.
func (f *Fetcher) fetchPicture(ctx context.Context, fetch *store.ProfileFetch) error {
	content, err := f.pictures.Fetch(ctx, &social.Identity{Provider: fetch.Provider, PictureURL: fetch.Picture})
	if err != nil {
		return err
	}
	defer content.Close()
	upload, err := files.Store(f.app, content, mediatype.Image)
	if err != nil {
		return fmt.Errorf("store the picture: %w", err)
	}
	defer upload.Discard()
	ctx = context.WithoutCancel(ctx)
	return files.RunInTransaction(f.app, upload, func(tx core.App) error {
		if _, err := store.ReadProfileFetch(ctx, tx, fetch.User); errors.Is(err, store.ErrNotFound) {
			return nil // erased, or disconnected
		} else if err != nil {
			return err
		}
		if err := store.EndProfileFetch(ctx, tx, fetch.User); err != nil {
			return err
		}
		has, err := store.HasProfileMedia(tx, fetch.User)
		if err != nil || has { // the user has uploaded something in the meantime
			return err
		}
		if disabled, err := store.IsDisabled(ctx, tx, fetch.User); err != nil || disabled {
			return err
		}
		return files.AddMedia(tx, upload, fetch.User, "")
	})
}
