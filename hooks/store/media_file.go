package store

import (
	"cmp"
	"context"
	"database/sql"
	"path"
	"slices"
	"strings"

	"github.com/privet/privet/hooks/media/mediatype"

	"github.com/pocketbase/pocketbase/core"
)

// The states of the preview of a media item; "" if it needs none. The database calls a preview a still.
const (
	PreviewWaiting = "waiting"
	PreviewReady   = "ready"
	PreviewFailed  = "failed"
)

// MediaFile is the stored file of a media row.
type MediaFile struct {
	ID           string // of the row
	Name         string // of the file
	PreviewState string
	Tries        int // so far, to make the preview
}

const mediaFileColumns = `SELECT id, file, still, still_tries FROM media`

func (m *MediaFile) targets() []any { return []any{&m.ID, &m.Name, &m.PreviewState, &m.Tries} }

// ReadMediaFile reads a media row's file by the row's id. The error is ErrNotFound when there is no such row.
func ReadMediaFile(ctx context.Context, app core.App, id string) (*MediaFile, error) {
	var file MediaFile
	err := readRow(ctx, app, mediaFileColumns+` WHERE id = :id`, []any{sql.Named("id", id)}, file.targets()...)
	return &file, wrap("read media file", notFound(err))
}

// WaitingPreviews returns the media that wait for a preview, the oldest first.
func WaitingPreviews(ctx context.Context, app core.App, limit int) ([]MediaFile, error) {
	waiting, err := readRows(ctx, app, mediaFileColumns+` WHERE still = '`+PreviewWaiting+`' ORDER BY CAST(id AS INTEGER) LIMIT :limit`,
		[]any{sql.Named("limit", limit)}, (*MediaFile).targets)
	return waiting, wrap("read waiting previews", err)
}

// AddPreviewTries adds to the tries to make a preview. Callers add 1 before a try begins, so that a try that crashes
// the process counts, too, and -1 after a try that the shutdown interrupted.
func AddPreviewTries(ctx context.Context, app core.App, id string, by int) error {
	err := write(ctx, app, `UPDATE media SET still_tries = still_tries + :by WHERE id = :id`, sql.Named("by", by), sql.Named("id", id))
	return wrap("count preview tries", err)
}

// SetPreviewState records the outcome for a media file that waits for its preview. The error is ErrNotFound when the
// row was deleted meanwhile.
func SetPreviewState(ctx context.Context, app core.App, file *MediaFile, state string) error {
	var id, preview string // preview: the file that the dashboard shows
	if state == PreviewReady {
		preview = mediatype.PreviewName(file.Name)
	}
	err := writeRow(ctx, app, `UPDATE media SET still = :still, preview = :preview WHERE id = :id AND file = :name AND still = '`+PreviewWaiting+`' RETURNING id`,
		[]any{sql.Named("still", state), sql.Named("preview", preview), sql.Named("id", file.ID), sql.Named("name", file.Name)}, &id)
	return wrap("set preview state", notFound(err))
}

// initialPreviewState returns the state of new media of a type.
func initialPreviewState(t mediatype.Type) string {
	if t.HasPreview() {
		return PreviewWaiting
	}
	return ""
}

// StoredFile is a media file that was requested by name: its own name, or that of the preview of a photo.
type StoredFile struct {
	Key          string // of the file in the storage
	PreviewKey   string // of the preview; "" if the file needs none
	Type         mediatype.Type
	PreviewState string // with PreviewReady, the preview exists
	IsPreview    bool   // the preview was requested
}

// ReadStoredFile finds a media file by its name. The error is ErrNotFound when no row has it.
func ReadStoredFile(ctx context.Context, app core.App, name string) (*StoredFile, error) {
	if name == "" {
		return nil, ErrNotFound
	}
	names := []any{sql.Named("name", name), sql.Named("a", name), sql.Named("b", name), sql.Named("c", name)}
	if stem, ok := strings.CutSuffix(name, mediatype.JPEG.Ext); ok { // it may be the preview of one of these
		names = []any{names[0], sql.Named("a", stem+".heic"), sql.Named("b", stem+".heif"), sql.Named("c", stem+".avif")}
	}
	var m MediaFile
	err := readRow(ctx, app, mediaFileColumns+` WHERE file IN (:name, :a, :b, :c)`, names, m.targets()...)
	if err != nil {
		return nil, wrap("read stored file", notFound(err))
	}
	folder, err := MediaFolder(app, m.ID)
	if err != nil {
		return nil, err
	}
	file := &StoredFile{Key: path.Join(folder, m.Name), Type: mediatype.ByName(m.Name), PreviewState: m.PreviewState, IsPreview: m.Name != name}
	if m.PreviewState != "" {
		file.PreviewKey = path.Join(folder, mediatype.PreviewName(m.Name))
	}
	return file, nil
}

// MediaRow is an image or a video as the API reads it.
type MediaRow struct {
	ID     int64
	UserID int64
	File   string
	Type   string // Image or Video
}

// mediaColumn returns the column of the media that match a condition, in the form that mediaRows scans.
func mediaColumn(condition string) string {
	return `(SELECT group_concat(m.id || ' ' || m.user || ' ' || m.type || ' ' || m.file, char(10)) FROM media m WHERE ` + condition + `)`
}

// mediaRows scans what mediaColumn reads: one line for each media row, its parts separated by spaces; no part contains
// either. The rows are sorted by id here, because SQLite would set up a sorter for each row of a page.
type mediaRows []MediaRow

// Scan implements sql.Scanner.
func (m *mediaRows) Scan(value any) error {
	text, _ := value.(string) // NULL for none
	*m = mediaRows{}
	for line := range strings.SplitSeq(text, "\n") {
		medium, rest, ok := strings.Cut(line, " ")
		user, rest, ok2 := strings.Cut(rest, " ")
		kind, file, ok3 := strings.Cut(rest, " ")
		if ok && ok2 && ok3 {
			*m = append(*m, MediaRow{ID: number(medium), UserID: number(user), Type: kind, File: file})
		}
	}
	slices.SortFunc(*m, func(a, b MediaRow) int { return cmp.Compare(a.ID, b.ID) })
	return nil
}

// MediaFolder returns the folder in the storage that contains the files of a media row.
func MediaFolder(app core.App, id string) (string, error) {
	collection, err := app.FindCachedCollectionByNameOrId(Media)
	if err != nil {
		return "", wrap("find folder of media", err)
	}
	return path.Join(collection.BaseFilesPath(), id), nil
}
