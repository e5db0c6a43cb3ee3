package desk

import (
	"net/http"

	"github.com/privet/privet/hooks/store/desk"

	"github.com/pocketbase/pocketbase/core"
)

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
	items := make([]wallJSON, len(media))
	for i := range media {
		items[i] = wallJSON{medium(e, &media[i].Medium), person(e, &media[i].Person)}
	}
	return e.JSON(http.StatusOK, pageJSON[wallJSON]{items, page, more})
}
