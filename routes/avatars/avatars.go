// Package avatars turns the profile pictures of a social sign-up into profile media.
package avatars

import (
	"context"
	"fmt"
	"time"

	"github.com/privet/privet/hooks/admission"
	"github.com/privet/privet/hooks/files"
	"github.com/privet/privet/hooks/media/mediatype"
	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/routes/graceful"
	"github.com/privet/privet/routes/social"

	"github.com/pocketbase/pocketbase/core"
)

// fetches bounds the pictures that are fetched at once and that wait for it. A client's network has half of the slots.
// A sign-up beyond them goes without its picture.
var fetches = admission.Limits{Slots: 4, SlotsPerKey: 2, Waiters: 64, MaxWait: 2 * time.Minute}

// Fetcher fetches profile pictures from the providers in the background: no sign-up waits for one, or fails for want
// of one.
type Fetcher struct {
	app      core.App
	pictures *social.Pictures
	requests *graceful.Requests // a shutdown waits for the pictures as it does for requests
	queue    *admission.Queue
}

// New returns a Fetcher that saves what it fetches with app.
func New(app core.App, pictures *social.Pictures, requests *graceful.Requests) *Fetcher {
	return &Fetcher{app: app, pictures: pictures, requests: requests, queue: admission.New(fetches)}
}

// Stats returns the numbers of the queue in which pictures wait to be fetched.
func (f *Fetcher) Stats() admission.Stats { return f.queue.Stats() }

// Fetch begins to fetch the picture of a new user, who signed up from a network, and returns. The end of ctx does not
// end it; failures are logged.
func (f *Fetcher) Fetch(ctx context.Context, network string, identity *social.Identity, userID string) {
	if identity.PictureURL == "" {
		return
	}
	end := f.requests.Begin()
	ctx = context.WithoutCancel(ctx) // the sign-up is answered by then
	go func() {
		defer end()
		release, err := f.queue.Acquire(ctx, network)
		if err == nil {
			defer release()
			err = f.fetch(ctx, identity, userID)
		}
		if err != nil {
			f.app.Logger().WarnContext(ctx, "a social picture could not be fetched",
				"provider", identity.Provider, "id", userID, "error", err)
		}
	}()
}

func (f *Fetcher) fetch(ctx context.Context, identity *social.Identity, userID string) error {
	content, err := f.pictures.Fetch(ctx, identity)
	if err != nil {
		return err
	}
	defer content.Close()
	upload, err := files.Store(f.app, content, mediatype.Image)
	if err != nil {
		return fmt.Errorf("store the picture: %w", err)
	}
	defer upload.Discard()
	return files.RunInTransaction(f.app, upload, func(tx core.App) error {
		has, err := store.HasProfileMedia(tx, userID)
		if err != nil || has { // the user has uploaded something in the meantime
			return err
		}
		if disabled, err := store.IsDisabled(ctx, tx, userID); err != nil || disabled {
			return err
		}
		return files.AddMedia(tx, upload, userID, "")
	})
}
