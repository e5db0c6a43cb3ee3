package hooks

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"github.com/privet/privet/hooks/admission"
	"github.com/privet/privet/hooks/files"
	"github.com/privet/privet/hooks/media/metadata"
	"github.com/privet/privet/hooks/order"
	"github.com/privet/privet/hooks/orders"
	"github.com/privet/privet/hooks/preview"
	"github.com/privet/privet/hooks/refusal"
	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/hooks/telemetry"
	"github.com/privet/privet/hooks/worker"

	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/filesystem"
	"github.com/pocketbase/pocketbase/tools/hook"
	"github.com/pocketbase/pocketbase/tools/router"
)

// registerMedia binds the rules of media: which files it accepts and where they are stored, and runs the worker that
// makes their previews, and the one that removes files.
func registerMedia(app core.App, previews *preview.Worker, remover *files.Remover) {
	app.OnRecordCreate(store.Media).Bind(&hook.Handler[*core.RecordEvent]{
		Id:       "privet_media_file",
		Priority: beforeInterceptors - 1, // before registerIDs: the upload may have an id already
		Func:     acceptDashboardFile,
	})
	app.OnRecordCreate(store.Media).BindFunc(checkRoom)
	app.OnRecordUpdate(store.Media).BindFunc(refuseNewFile)
	app.OnRecordUpdate(store.Media).BindFunc(retryPreview)
	app.OnRecordAfterUpdateSuccess(store.Media).BindFunc(func(e *core.RecordEvent) error {
		previews.Wake()
		return e.Next()
	})
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
	app.OnRecordDelete(store.Media).BindFunc(func(e *core.RecordEvent) error {
		return store.InTransaction(e, func() error {
			if err := files.RemoveMedia(e.Context, e.App, e.Record.Id); err != nil {
				return err
			}
			return e.Next()
		})
	})
	app.OnModelDeleteExecute().BindFunc(func(e *core.ModelEvent) error { // in the transaction that PocketBase deletes in
		if folder := folderOf(e.Model); folder != "" {
			if err := store.AddRemoval(e.Context, e.App, folder, store.RemovedRecord); err != nil {
				return err
			}
		}
		return e.Next()
	})
	app.OnModelAfterDeleteSuccess().Bind(&hook.Handler[*core.ModelEvent]{
		// It replaces PocketBase's handler, which removes the folders of all deleted models in the background, tries it once, and logs an
		// error where the remover has been faster.
		Id:       "__pbFilesManagerDelete__",
		Priority: -99,
		Func: func(e *core.ModelEvent) error {
			if e.Model.TableName() == store.Media || folderOf(e.Model) != "" {
				remover.Wake()
			}
			return e.Next()
		},
	})
	worker.OnForeignChange(app, func() {
		previews.Wake()
		remover.Wake()
	})
	app.OnServe().Bind(&hook.Handler[*core.ServeEvent]{
		Id:       "privet_previews",
		Priority: -9988, // when there is a folder for temporary files
		Func: func(e *core.ServeEvent) error {
			if err := previews.CheckProgram(context.Background()); err != nil {
				return err
			}
			return e.Next()
		},
	})
	worker.WhileServing(app, func() (stop func()) {
		// This runs before the worker stages a preview in the same folder, and after the lock and the port have made sure
		// that no other server uses it.
		if err := files.SweepUploads(context.Background(), app); err != nil {
			app.Logger().Warn("interrupted uploads could not be removed", "error", err)
		}
		stopPreviews, stopRemover := previews.Start(), remover.Start()
		return func() {
			stopPreviews()
			stopRemover()
		}
	})
	app.Cron().MustAdd("privet_storage", "43 3 * * *", func() {
		found, err := files.SweepStorage(context.Background(), app)
		if err != nil {
			app.Logger().Error("the storage could not be searched for files that no media item has", "error", err)
		}
		if err == nil {
			telemetry.UnclaimedFiles.Set(float64(found.Files))
			telemetry.UnclaimedBytes.Set(float64(found.Bytes))
			telemetry.SweepTime.SetToCurrentTime()
		}
		if found.Files > 0 {
			app.Logger().Warn("the storage has files that no media item has", "count", found.Files, "bytes", found.Bytes, "removed", found.Removed, "key", found.Example)
		}
		remover.Wake()
	})
}

// folderOf returns the folder of the files of a record or collection, with a slash at its end, or "" if it can have none or is a media
// item, whose removal files.RemoveMedia queues.
func folderOf(model core.Model) (folder string) {
	var of *core.Collection
	switch m := model.(type) {
	case *core.Collection:
		of, folder = m, m.BaseFilesPath()
	case *core.Record:
		of, folder = m.Collection(), m.BaseFilesPath()
	case core.RecordProxy:
		return folderOf(m.ProxyRecord())
	}
	isFile := func(field core.Field) bool { return field.Type() == core.FieldTypeFile }
	if of == nil || of.Name == store.Media || !slices.ContainsFunc(of.Fields, isFile) {
		return ""
	}
	return folder + "/"
}

// acceptDashboardFile turns a file that was uploaded through the dashboard into an Upload like those of the API: its content
// determines its type, its metadata is removed, and its name becomes unguessable.
func acceptDashboardFile(e *core.RecordEvent) error {
	media := store.AsMedia(e.Record)
	if files.UploadOf(media) != nil {
		return e.Next()
	}
	unsaved := e.Record.GetUnsavedFiles(media.FileField())
	if len(unsaved) != 1 {
		return validation.Errors{media.FileField(): validation.ErrRequired}
	}
	if err := refuseFull(e.App, media); err != nil { // before the file is read and cleaned
		return err
	}
	upload, err := newUpload(e.App, unsaved[0])
	if err != nil {
		return err
	}
	files.SetUpload(media, upload)
	if err := files.Ahead(e.App, upload, e.Next); err != nil {
		upload.Discard()
		return err
	}
	return nil
}

// newUpload stores the file as an Upload. The error of a file that is not accepted is one of the field.
func newUpload(app core.App, file *filesystem.File) (*files.Upload, error) {
	content, err := file.Reader.Open()
	if err != nil {
		return nil, err
	}
	defer content.Close()
	upload, err := files.Store(app, content)
	var busy *admission.Busy
	switch {
	case errors.As(err, &busy):
		return nil, router.NewApiError(http.StatusServiceUnavailable, "Too many uploads are being processed, try again later.", nil)
	case errors.Is(err, files.ErrNotMedia):
		return nil, invalidFile("Must be an image or a video.")
	case errors.Is(err, metadata.ErrUnclean):
		return nil, invalidFile("It is damaged, or contains metadata that can't be removed reliably: " + err.Error() + ".")
	}
	return upload, err
}

// checkRoom refuses media of an order that has as many as it may have. It runs in the transaction that assigned the id.
func checkRoom(e *core.RecordEvent) error {
	if err := refuseFull(e.App, store.AsMedia(e.Record)); err != nil {
		return err
	}
	return e.Next()
}

// refuseFull returns an error if the media's order has no room for them.
func refuseFull(app core.App, media *store.MediaItem) error {
	if media.Order() == "" {
		return nil
	}
	count, err := store.CountOrderMedia(app, media.Order())
	if err == nil && count >= order.MaxMedia {
		err = refusal.New(media.FileField(), "media", orders.MediaFull)
	}
	return err
}

// refuseNewFile refuses another file for an existing row: phones cache the file of a URL forever.
func refuseNewFile(e *core.RecordEvent) error {
	media, before := store.AsMedia(e.Record), store.AsMedia(e.Record.Original())
	if len(e.Record.GetUnsavedFiles(media.FileField())) > 0 || media.File() != before.File() {
		return invalidFile("It can't be replaced: delete this row and create another one.")
	}
	return e.Next()
}

// retryPreview has a preview tried anew that failed, and whose state a moderator has changed to waiting.
func retryPreview(e *core.RecordEvent) error {
	media, before := store.AsMedia(e.Record), store.AsMedia(e.Record.Original())
	if media.PreviewState() == store.PreviewWaiting && before.PreviewState() == store.PreviewFailed {
		media.RetryPreview()
	}
	return e.Next()
}

// invalidFile returns the error of a file that is refused.
func invalidFile(message string) error {
	return validation.Errors{(*store.MediaItem)(nil).FileField(): validation.NewError("privet_media", message)}
}

// placeUpload moves the upload to the record's files just before the row is written. If the transaction fails later,
// the upload's creator discards it.
func placeUpload(e *core.RecordEvent) error {
	media := store.AsMedia(e.Record)
	upload := files.UploadOf(media)
	if err := upload.MoveTo(e.Record.Id); err != nil {
		return err
	}
	media.SetFile(upload.Name)
	return e.Next()
}
