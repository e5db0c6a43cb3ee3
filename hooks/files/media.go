package files

import (
	"github.com/privet/privet/hooks/store"

	"github.com/pocketbase/pocketbase/core"
)

// keyUpload is where a record that is being saved carries its upload to the model hooks. It is no field, and reaches
// neither JSON nor the database.
const keyUpload = "@upload"

// AddMedia makes a media row of an upload: of the user's profile, or of an order where orderID isn't "".
// The upload moves to its place with the row, and is discarded if the transaction fails.
func AddMedia(tx core.App, upload *Upload, userID, orderID string) error {
	media, err := store.NewMedia(tx, userID, orderID)
	if err != nil {
		return err
	}
	SetUpload(media, upload)
	return tx.Save(media)
}

// SetUpload lets a media row be made of an upload, which moves to its place when the row is written.
func SetUpload(media *store.MediaItem, upload *Upload) {
	if upload.ID() != "" {
		media.Id = upload.ID()
	}
	media.SetType(upload.Type)
	media.SetRaw(keyUpload, upload)
}

// UploadOf returns the upload that a media row is to be made of; nil where the file came through the dashboard.
func UploadOf(media *store.MediaItem) *Upload { return AskedUpload(media.Record) }

// AskUpload hands a finished upload to the record's hooks, which make the media row in the same transaction.
func AskUpload(record *core.Record, upload *Upload) { record.SetRaw(keyUpload, upload) }

// AskedUpload is the upload that came with a record, or nil.
func AskedUpload(record *core.Record) *Upload {
	upload, _ := record.GetRaw(keyUpload).(*Upload)
	return upload
}
