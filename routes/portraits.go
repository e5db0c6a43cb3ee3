package routes

import (
	"context"
	"errors"
	"io"

	"github.com/privet/privet/hooks/files"
	"github.com/privet/privet/hooks/media/mediatype"
	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/routes/social"

	"github.com/pocketbase/pocketbase/core"
)

// portraits makes profile pictures of those that providers have, in the background: nobody waits for them, and no
// sign-up fails for want of one.
type portraits struct {
	app      core.App
	pictures *social.Pictures
	requests *inflight     // a stop waits for them as for requests
	slots    chan struct{} // how many are fetched at once
}

func newPortraits(app core.App, pictures *social.Pictures, requests *inflight) *portraits {
	return &portraits{app: app, pictures: pictures, requests: requests, slots: make(chan struct{}, 4)}
}

// fetch begins to fetch the picture of a new user.
func (p *portraits) fetch(who *social.Identity, user string) {
	if who.PictureURL == "" {
		return
	}
	leave := p.requests.enter()
	go func() {
		defer leave()
		p.slots <- struct{}{}
		defer func() { <-p.slots }()
		if err := p.store(who, user); err != nil {
			p.app.Logger().Warn("a social picture could not be fetched", "provider", who.Provider, "id", user, "error", err)
		}
	}()
}

var errNoPicture = errors.New("it is no picture")

func (p *portraits) store(who *social.Identity, user string) error {
	content, err := p.pictures.Fetch(context.Background(), who)
	if err != nil {
		return err
	}
	defer content.Close()
	head := make([]byte, mediatype.SniffLength)
	n, err := io.ReadFull(content, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return err
	}
	found := mediatype.Sniff(head[:n])
	if found.Kind != mediatype.Image {
		return errNoPicture
	}
	upload, err := files.NewUpload(p.app, found)
	if err != nil {
		return err
	}
	defer upload.Discard()
	if _, err := upload.Write(head[:n]); err != nil {
		return err
	}
	if _, err := io.Copy(upload, content); err != nil {
		return err
	}
	if err := upload.Close(); err != nil {
		return err
	}
	return p.app.RunInTransaction(func(tx core.App) error {
		has, err := store.HasProfileMedia(tx, user)
		if err != nil || has { // the user was faster
			return err
		}
		if isOut, err := store.IsOut(tx, user); err != nil || isOut {
			return err
		}
		return files.AddMedia(tx, upload, user, "")
	})
}
