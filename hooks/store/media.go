package store

import (
	"github.com/privet/privet/hooks/media/mediatype"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

const (
	fieldFile         = "file"
	fieldType         = "type"
	fieldOrder        = "order"
	fieldPreviewState = "still"
)

// The kinds of media, in the words that moderators read.
const (
	Image = "image"
	Video = "video"
)

// MediaItem is a record of media: a picture or a video of a profile or of an order.
type MediaItem struct{ core.BaseRecordProxy }

// AsMedia looks at a record of media.
func AsMedia(record *core.Record) *MediaItem {
	m := &MediaItem{}
	m.SetProxyRecord(record)
	return m
}

// NewMedia makes a blank media row: of the user's profile, or of an order where orderID isn't "".
func NewMedia(app core.App, userID, orderID string) (*MediaItem, error) {
	record, err := newRecord(app, Media)
	if err != nil {
		return nil, err
	}
	record.Set(fieldUser, userID)
	record.Set(fieldOrder, orderID)
	return AsMedia(record), nil
}

// HasProfileMedia tells whether a user has a profile picture.
func HasProfileMedia(tx core.App, userID string) (bool, error) {
	count, err := tx.CountRecords(Media, dbx.HashExp{fieldUser: userID, fieldOrder: ""})
	return count > 0, err
}

// DeleteProfileMedia removes a user's profile pictures; their files go when the transaction has succeeded.
func DeleteProfileMedia(tx core.App, userID string) error {
	records, err := tx.FindAllRecords(Media, dbx.HashExp{fieldUser: userID, fieldOrder: ""})
	if err != nil {
		return err
	}
	for _, record := range records {
		if err := tx.Delete(record); err != nil {
			return err
		}
	}
	return nil
}

// User is the id of whom it shows, or who delivered it.
func (m *MediaItem) User() string { return m.GetString(fieldUser) }

// Order is the id of the order that it belongs to; "" for a profile.
func (m *MediaItem) Order() string { return m.GetString(fieldOrder) }

// SetType sets what follows from the type of a file that is yet to come: image or video, and whether a preview is to
// be made of it. There is no file until SetFile names it.
func (m *MediaItem) SetType(t mediatype.Type) {
	m.Set(fieldType, Image)
	if t.Kind == mediatype.Video {
		m.Set(fieldType, Video)
	}
	m.Set(fieldPreviewState, initialPreviewState(t))
	m.Set(fieldFile, "")
}

// SetFile names the stored file.
func (m *MediaItem) SetFile(name string) { m.SetRaw(fieldFile, name) }

// File is the name of the stored file, "" when there is none.
func (m *MediaItem) File() string { return m.GetString(fieldFile) }

// FileField is the name of the field that holds the file.
func (m *MediaItem) FileField() string { return fieldFile }
