package files

import (
	"fmt"

	"github.com/privet/privet/hooks/store"

	"github.com/pocketbase/pocketbase/core"
)

// keyUpload is the custom value by which a media record carries the upload that becomes its file, as PocketBase's records
// carry their unsaved files. It is no field, and reaches neither JSON nor the database.
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

// ReplaceProfileMedia makes an upload the user's only profile picture.
func ReplaceProfileMedia(tx core.App, upload *Upload, userID string) error {
	if err := store.DeleteProfileMedia(tx, userID); err != nil {
		return fmt.Errorf("delete profile media: %w", err)
	}
	return AddMedia(tx, upload, userID, "")
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
func UploadOf(media *store.MediaItem) *Upload {
	upload, _ := media.GetRaw(keyUpload).(*Upload)
	return upload
}
