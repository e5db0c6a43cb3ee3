package store

import (
	"cmp"

	"github.com/privet/privet/hooks/media/mediatype"
	"github.com/privet/privet/hooks/store/query"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

const (
	fieldFile         = "file"
	fieldType         = "type"
	fieldOrder        = "order"
	fieldPreviewState = "still"
	fieldPreviewTries = "still_tries"
	fieldPreviewMaker = "still_version"
)

// The kinds of media, in the words that moderators read.
const (
	Image = "image"
	Video = "video"
)

// MediaItem is a record of media: an image or a video that belongs to a profile or to an order.
type MediaItem struct{ core.BaseRecordProxy }

// AsMedia wraps a record of media.
func AsMedia(record *core.Record) *MediaItem {
	m := &MediaItem{}
	m.SetProxyRecord(record)
	return m
}

// NewMedia returns a new media record: of the user's profile, or of an order unless orderID is "".
func NewMedia(app core.App, userID, orderID string) (*MediaItem, error) {
	record, err := query.NewRecord(app, Media)
	if err != nil {
		return nil, query.Wrap("new media", err)
	}
	record.Set(fieldUser, userID)
	record.Set(fieldOrder, orderID)
	return AsMedia(record), nil
}

// HasProfileMedia reports whether a user has a profile picture.
func HasProfileMedia(tx core.App, userID string) (bool, error) {
	count, err := tx.CountRecords(Media, dbx.HashExp{fieldUser: userID, fieldOrder: ""})
	return count > 0, query.Wrap("count profile media", err)
}

// DeleteProfileMedia deletes a user's profile pictures. PocketBase deletes their files when the transaction has
// committed.
func DeleteProfileMedia(tx core.App, userID string) error {
	records, err := tx.FindAllRecords(Media, dbx.HashExp{fieldUser: userID, fieldOrder: ""})
	if err != nil {
		return query.Wrap("find profile media", err)
	}
	for _, record := range records {
		if err := tx.Delete(record); err != nil {
			return query.Wrap("delete profile media", err)
		}
	}
	return nil
}

// User returns the id of the user whose profile it belongs to, or of the performer who uploaded it for an order.
func (m *MediaItem) User() string { return m.GetString(fieldUser) }

// Order returns the id of the order that it belongs to, "" for a profile picture.
func (m *MediaItem) Order() string { return m.GetString(fieldOrder) }

// SetType sets the fields derived from the type of the file: its kind, and whether it waits for a preview. It clears
// the name of the file until SetFile sets it.
func (m *MediaItem) SetType(t mediatype.Type) {
	m.Set(fieldType, Image)
	if t.Kind == mediatype.Video {
		m.Set(fieldType, Video)
	}
	m.Set(fieldPreviewState, initialPreviewState(t))
	m.Set(fieldFile, "")
}

// SetFile sets the name of the stored file. It bypasses PocketBase's handling of new uploads.
func (m *MediaItem) SetFile(name string) { m.SetRaw(fieldFile, name) }

// File returns the name of the stored file, "" for none.
func (m *MediaItem) File() string { return m.GetString(fieldFile) }

// FileField returns the name of the field that contains the file.
func (m *MediaItem) FileField() string { return fieldFile }

// PreviewState returns the state of its preview, "" if it needs none.
func (m *MediaItem) PreviewState() string { return m.GetString(fieldPreviewState) }

// RetryPreview makes it wait for its preview as if that had never been tried, behind new media.
func (m *MediaItem) RetryPreview() {
	m.Set(fieldPreviewState, PreviewWaiting)
	m.Set(fieldPreviewTries, 0)
	m.Set(fieldPreviewMaker, cmp.Or(m.GetString(fieldPreviewMaker), unknownVersion))
}
