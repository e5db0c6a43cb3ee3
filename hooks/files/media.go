package files

import (
	"fmt"

	"github.com/privet/privet/hooks/store"

	"github.com/pocketbase/pocketbase/core"
)

// keyUpload is the custom value by which a media record carries the upload that becomes its file, as PocketBase's
// records carry their unsaved files. It is no field, and reaches neither JSON nor the database.
const keyUpload = "@upload"

// AddMedia saves an upload as a media row: of the user's profile, or of an order unless orderID is "". The file is
// moved when the row is inserted. If the save or its transaction fails, the hooks on media discard it.
func AddMedia(tx core.App, upload *Upload, userID, orderID string) error {
	media, err := store.NewMedia(tx, userID, orderID)
	if err != nil {
		return err
	}
	SetUpload(media, upload)
	if err := tx.Save(media); err != nil {
		return fmt.Errorf("add media: %w", err)
	}
	return nil
}

// ReplaceProfileMedia saves an upload as the user's only profile picture.
func ReplaceProfileMedia(tx core.App, upload *Upload, userID string) error {
	if err := store.DeleteProfileMedia(tx, userID); err != nil {
		return err
	}
	return AddMedia(tx, upload, userID, "")
}

// SetUpload makes an upload the file of a media row that is not saved yet.
func SetUpload(media *store.MediaItem, upload *Upload) {
	if upload.ID() != "" {
		media.Id = upload.ID()
	}
	media.SetType(upload.Type)
	media.SetRaw(keyUpload, upload)
}

// UploadOf returns the upload that becomes the file of a media row, nil if there is none: a file from the dashboard is
// a file of PocketBase's own at first.
func UploadOf(media *store.MediaItem) *Upload {
	upload, _ := media.GetRaw(keyUpload).(*Upload)
	return upload
}
