package resource

import (
	"github.com/privet/privet/hooks/media/mediatype"
	"github.com/privet/privet/hooks/store"
)

// Media is the resource of a media item (contract section 2).
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

// media returns the resources of media items. The path of a format that not every phone shows is that of its JPEG.
func (v Viewer) media(rows []store.MediaRow) []Media {
	items := make([]Media, len(rows))
	for i, row := range rows {
		name := row.File
		if mediatype.ByName(row.File).ShownAsJPEG() {
			name = mediatype.PreviewName(row.File)
		}
		item := Media{ID: row.ID, UserID: row.UserID, PathURL: v.Base + MediaPath + name, Type: MediaTypes.Number(row.Type)}
		item.PreviewURL = item.PathURL
		if row.Type == store.Video {
			item.PreviewURL = v.Base + PreviewPath + row.File
		}
		items[i] = item
	}
	return items
}
