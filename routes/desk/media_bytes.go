package desk

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/privet/privet/hooks/media/mediatype"
	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/hooks/store/desk"
	"github.com/privet/privet/hooks/store/query"
	"github.com/privet/privet/hooks/store/snapshot"
	"github.com/privet/privet/routes/storage"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/filesystem"
)

// mediaFile sends a medium, whether users may see it or not. The gate has checked the signed URL.
func mediaFile(e *core.RequestEvent) error { return sendMedium(e, false) }

// mediaStill sends the picture that stands for a medium.
func mediaStill(e *core.RequestEvent) error { return sendMedium(e, true) }

func sendMedium(e *core.RequestEvent, still bool) error {
	id, err := pathID(e)
	if err != nil {
		return err
	}
	file, err := desk.ReadStoredMedium(e.Request.Context(), e.App, id)
	if err == nil {
		err = storage.ServePrivate(e, file, still)
	}
	return sent(e, err)
}

// reportStill sends the picture that a report keeps of a medium, until its verdict.
func reportStill(e *core.RequestEvent) error {
	id, err := recordID(e)
	if err != nil {
		return err
	}
	key, err := snapshot.StillKey(e.Request.Context(), e.App, id)
	if err == nil {
		err = storage.ServePrivate(e, &store.StoredFile{Key: key, Type: mediatype.JPEG}, false)
	}
	return sent(e, err)
}

// sent returns the answer for the error of sending a file.
func sent(e *core.RequestEvent, err error) error {
	switch {
	case err == nil || e.Written():
		return nil
	case errors.Is(err, query.ErrNotFound), errors.Is(err, filesystem.ErrNotFound):
		return notFound(e)
	}
	return fmt.Errorf("serve %s: %w", e.Request.URL.Path, err)
}

type wallJSON struct {
	*mediumJSON
	Performer *personJSON `json:"performer"` // or whose profile it is of
}

// wall answers a page of media, the newest first.
func (a *api) wall(e *core.RequestEvent) error {
	page, err := pageOf(e)
	if err != nil {
		return err
	}
	show, err := choice(e, "show", desk.WallAll, desk.WallDeliveries, desk.WallHidden)
	if err != nil {
		return err
	}
	media, more, err := desk.ReadWall(e.Request.Context(), e.App, show, page)
	if err != nil {
		return err
	}
	items := each(media, func(m *desk.WallMedium) wallJSON { return wallJSON{medium(e, &m.Medium), person(e, &m.Person)} })
	return e.JSON(http.StatusOK, pageJSON[wallJSON]{items, page, more})
}
