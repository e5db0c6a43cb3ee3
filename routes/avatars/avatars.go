// Package avatars turns the profile pictures of a social sign-up into profile media.
package avatars

import (
	"context"
	"fmt"

	"github.com/privet/privet/hooks/files"
	"github.com/privet/privet/hooks/media/mediatype"
	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/routes/graceful"
	"github.com/privet/privet/routes/social"

	"github.com/pocketbase/pocketbase/core"
)

// maxFetches is how many pictures are fetched at once.
const maxFetches = 4

// Fetcher fetches profile pictures from the providers in the background: no sign-up waits for one, or fails for want
// of one.
type Fetcher struct {
	app      core.App
	pictures *social.Pictures
	requests *graceful.Requests // a shutdown waits for the pictures as it does for requests
	slots    chan struct{}
}

// New returns a Fetcher that saves what it fetches with app.
func New(app core.App, pictures *social.Pictures, requests *graceful.Requests) *Fetcher {
	return &Fetcher{app: app, pictures: pictures, requests: requests, slots: make(chan struct{}, maxFetches)}
}

// Fetch begins to fetch the picture of a new user and returns. The end of ctx does not end it; failures are logged.
func (f *Fetcher) Fetch(ctx context.Context, identity *social.Identity, userID string) {
	if identity.PictureURL == "" {
		return
	}
	end := f.requests.Begin()
	ctx = context.WithoutCancel(ctx) // the sign-up is answered by then
	go func() {
		defer end()
		f.slots <- struct{}{}
		defer func() { <-f.slots }()
		if err := f.fetch(ctx, identity, userID); err != nil {
			f.app.Logger().Warn("a social picture could not be fetched",
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
	return f.app.RunInTransaction(func(tx core.App) error {
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
