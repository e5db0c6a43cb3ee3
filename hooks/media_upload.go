package hooks

import (
	"errors"
	"io"

	"github.com/privet/privet/hooks/files"
	"github.com/privet/privet/hooks/media/mediatype"
	"github.com/privet/privet/hooks/media/metadata"
	"github.com/privet/privet/hooks/preview"
	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/hooks/worker"

	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/filesystem"
	"github.com/pocketbase/pocketbase/tools/hook"
)

func registerMedia(app core.App, previews *preview.Worker) {
	app.OnRecordCreate(store.Media).Bind(&hook.Handler[*core.RecordEvent]{
		Id:       "privet_media_file",
		Priority: beforeInterceptors - 1, // the id may be taken already when the file comes in
		Func:     takeFile,
	})
	app.OnRecordUpdate(store.Media).BindFunc(refuseNewFile)
	app.OnRecordCreateExecute(store.Media).Bind(&hook.Handler[*core.RecordEvent]{
		Id:       "privet_media_place",
		Priority: beforeInterceptors,
		Func:     placeUpload,
	})
	app.OnRecordAfterCreateSuccess(store.Media).BindFunc(func(e *core.RecordEvent) error {
		if upload := files.UploadOf(store.AsMedia(e.Record)); upload != nil {
			upload.Commit()
		}
		previews.Wake()
		return e.Next()
	})
	app.OnRecordAfterCreateError(store.Media).BindFunc(func(e *core.RecordErrorEvent) error {
		if upload := files.UploadOf(store.AsMedia(e.Record)); upload != nil {
			upload.Discard()
		}
		return e.Next()
	})
	// The files in the record's folder are PocketBase's to remove.
	app.OnRecordAfterDeleteSuccess(store.Media).BindFunc(func(e *core.RecordEvent) error {
		files.DropFetched(e.App, e.Record.Id, store.AsMedia(e.Record).File())
		return e.Next()
	})
	worker.WhileServing(app, func() (stop func()) {
		// Before the worker stages a still there, and when no other server has the port.
		if err := files.SweepUploads(app); err != nil {
			app.Logger().Warn("uploads that were cut off could not be removed", "error", err)
		}
		return previews.Start()
	})
}

// takeFile lets a file that comes through the dashboard go the way of all uploads: its content decides what it is, its
// metadata goes, and its name becomes one that nobody guesses.
func takeFile(e *core.RecordEvent) error {
	media := store.AsMedia(e.Record)
	if files.UploadOf(media) != nil {
		return e.Next()
	}
	unsaved := e.Record.GetUnsavedFiles(media.FileField())
	if len(unsaved) != 1 {
		return validation.Errors{media.FileField(): validation.ErrRequired}
	}
	upload, err := uploadOf(e.App, unsaved[0])
	if err == nil {
		files.SetUpload(media, upload)
		err = e.Next()
	}
	if err != nil && upload != nil {
		upload.Discard()
	}
	return err
}

func uploadOf(app core.App, file *filesystem.File) (*files.Upload, error) {
	content, err := file.Reader.Open()
	if err != nil {
		return nil, err
	}
	defer content.Close()
	head := make([]byte, mediatype.SniffLength)
	n, err := io.ReadFull(content, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return nil, err
	}
	found := mediatype.Sniff(head[:n])
	if found.Kind == 0 {
		return nil, refuseFile("Must be a picture or a video.")
	}
	upload, err := files.NewUpload(app, found)
	if err != nil {
		return nil, err
	}
	if _, err := upload.Write(head[:n]); err != nil {
		return upload, err
	}
	if _, err := io.Copy(upload, content); err != nil {
		return upload, err
	}
	if err := upload.Close(); errors.Is(err, metadata.ErrUnclean) {
		return upload, refuseFile("It is broken, or holds what can't be removed for sure: " + err.Error() + ".")
	} else if err != nil {
		return upload, err
	}
	return upload, nil
}

// refuseNewFile: phones keep a file for ever under its address, and what they keep can't be exchanged.
func refuseNewFile(e *core.RecordEvent) error {
	media, before := store.AsMedia(e.Record), store.AsMedia(e.Record.Original())
	if len(e.Record.GetUnsavedFiles(media.FileField())) > 0 || media.File() != before.File() {
		return refuseFile("It can't be exchanged: delete this row and make another one.")
	}
	return e.Next()
}

func refuseFile(message string) error {
	return validation.Errors{(*store.MediaItem)(nil).FileField(): validation.NewError("privet_media", message)}
}

// placeUpload moves an upload to the record's files, just before the row is written. When the transaction fails after
// that, whoever made the upload discards it.
func placeUpload(e *core.RecordEvent) error {
	media := store.AsMedia(e.Record)
	upload := files.UploadOf(media)
	if err := upload.MoveTo(e.Record.Id); err != nil {
		return err
	}
	media.SetFile(upload.Name)
	return e.Next()
}
