package resource

import (
	"github.com/privet/privet/hooks/media/mediatype"
	"github.com/privet/privet/hooks/store"
)

// Media is the resource media (contract section 2).
type Media struct {
	ID         int64  `json:"id"`
	UserID     int64  `json:"user_id"`
	PreviewURL string `json:"preview_url"`
	PathURL    string `json:"path_url"`
	Type       int    `json:"type"`
}

// The paths under which media files are served.
const (
	MediaPath   = "/storage/media/"
	PreviewPath = "/storage/media/preview/"
)

func (v Viewer) media(rows []store.MediaRow) []Media {
	all := make([]Media, len(rows))
	for i, row := range rows {
		shown := row.File
		if mediatype.OfName(row.File).ShownByJPEG() {
			shown = mediatype.StillName(row.File)
		}
		all[i] = Media{ID: row.ID, UserID: row.UserID, PathURL: v.Base + MediaPath + shown, Type: MediaTypes.Number(row.Type)}
		all[i].PreviewURL = all[i].PathURL
		if row.Type == store.Video {
			all[i].PreviewURL = v.Base + PreviewPath + row.File
		}
	}
	return all
}
