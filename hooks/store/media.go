package store

import (
	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

const (
	fieldFile  = "file"
	fieldType  = "type"
	fieldOrder = "order"
	fieldStill = "still"
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

// AddMedia makes a media row of an upload: of the user's profile, or of an order where orderID isn't "".
// The upload moves to its place with the row, and is discarded if the transaction fails.
func AddMedia(tx core.App, upload *Upload, userID, orderID string) error {
	record, err := newRecord(tx, Media)
	if err != nil {
		return err
	}
	record.Set(fieldUser, userID)
	record.Set(fieldOrder, orderID)
	AsMedia(record).TakeUpload(upload)
	return tx.Save(record)
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

// Upload is the streamed file that the row is to be made of; nil where it came through the dashboard.
func (m *MediaItem) Upload() *Upload {
	upload, _ := m.GetRaw(keyUpload).(*Upload)
	return upload
}

// User is the id of whom it shows, or who delivered it.
func (m *MediaItem) User() string { return m.GetString(fieldUser) }

// Order is the id of the order that it belongs to; "" for a profile.
func (m *MediaItem) Order() string { return m.GetString(fieldOrder) }

// TakeUpload lets the row be made of an upload, which it moves to its place when it is written.
func (m *MediaItem) TakeUpload(upload *Upload) {
	if upload.ID() != "" {
		m.Id = upload.ID()
	}
	m.Set(fieldType, upload.Kind())
	m.Set(fieldStill, FirstStill(upload.Type))
	m.Set(fieldFile, "")
	m.SetRaw(keyUpload, upload)
}

// SetFile names the stored file.
func (m *MediaItem) SetFile(name string) { m.SetRaw(fieldFile, name) }

// File is the name of the stored file, "" when there is none.
func (m *MediaItem) File() string { return m.GetString(fieldFile) }

// FileField is the name of the field that holds the file.
func (m *MediaItem) FileField() string { return fieldFile }

// AskUpload hands a finished upload to the record's hooks, which make the media row in the same transaction.
func AskUpload(record *core.Record, upload *Upload) { record.SetRaw(keyUpload, upload) }

// AskedUpload is the upload that came with a record, or nil.
func AskedUpload(record *core.Record) *Upload {
	upload, _ := record.GetRaw(keyUpload).(*Upload)
	return upload
}
