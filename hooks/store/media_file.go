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

// What is known of the JPEG that is made of a medium; "" where none is.
const (
	PreviewWaiting = "waiting"
	PreviewReady   = "ready"
	PreviewFailed  = "failed"
)

// MediaFile is a media row's file.
type MediaFile struct {
	ID           string
	Name         string
	PreviewState string
	Tries        int // to make the still
}

const mediaFileColumns = `SELECT id, file, still, still_tries FROM media`

func (m *MediaFile) targets() []any { return []any{&m.ID, &m.Name, &m.PreviewState, &m.Tries} }

// ReadMediaFile finds a media row's file by the row's id; ErrNotFound when there is no such row.
func ReadMediaFile(app core.App, id string) (*MediaFile, error) {
	var file MediaFile
	err := readRow(context.Background(), app, mediaFileColumns+` WHERE id = :id`, []any{sql.Named("id", id)}, file.targets()...)
	return &file, notFound(err)
}

// WaitingPreviews lists the media of which a still is to be made, the oldest first.
func WaitingPreviews(ctx context.Context, app core.App, limit int) ([]MediaFile, error) {
	return readRows(ctx, app, mediaFileColumns+` WHERE still = '`+PreviewWaiting+`' ORDER BY CAST(id AS INTEGER) LIMIT :limit`,
		[]any{sql.Named("limit", limit)}, (*MediaFile).targets)
}

// AddPreviewTries writes a try down before it begins, so that one that ends the process counts as well; by is 1, or -1 for
// a try that a stop cut off.
func AddPreviewTries(app core.App, id string, by int) error {
	return write(app, `UPDATE media SET still_tries = still_tries + :by WHERE id = :id`, sql.Named("by", by), sql.Named("id", id))
}

// SetPreviewState writes down what came of a still that was waited for; ErrNotFound when the medium is gone meanwhile.
func SetPreviewState(app core.App, file *MediaFile, still string) error {
	var id, preview string // the file as the dashboard shows it
	if still == PreviewReady {
		preview = mediatype.PreviewName(file.Name)
	}
	err := writeRow(app, `UPDATE media SET still = :still, preview = :preview WHERE id = :id AND file = :name AND still = '`+PreviewWaiting+`' RETURNING id`,
		[]any{sql.Named("still", still), sql.Named("preview", preview), sql.Named("id", file.ID), sql.Named("name", file.Name)}, &id)
	return notFound(err)
}

// initialPreviewState is what a new medium of this type begins with.
func initialPreviewState(t mediatype.Type) string {
	if t.HasPreview() {
		return PreviewWaiting
	}
	return ""
}

// StoredFile is a media file that was asked for by name: a medium's own, or the JPEG that a photo is shown by.
type StoredFile struct {
	Key          string // in the storage
	PreviewKey   string // of the JPEG that is made of it; "" where none is
	Type         mediatype.Type
	PreviewState string // PreviewReady: the JPEG is there
	IsPreview    bool   // the JPEG is what was asked for
}

// ReadStoredFile finds a media file by its name; ErrNotFound when no row has it.
func ReadStoredFile(ctx context.Context, app core.App, name string) (*StoredFile, error) {
	if name == "" {
		return nil, ErrNotFound
	}
	names := []any{sql.Named("name", name), sql.Named("a", name), sql.Named("b", name), sql.Named("c", name)}
	if stem, ok := strings.CutSuffix(name, mediatype.JPEG.Ext); ok { // it may be the JPEG of one of these
		names = []any{names[0], sql.Named("a", stem+".heic"), sql.Named("b", stem+".heif"), sql.Named("c", stem+".avif")}
	}
	var m MediaFile
	err := readRow(ctx, app, mediaFileColumns+` WHERE file IN (:name, :a, :b, :c)`, names, m.targets()...)
	if err != nil {
		return nil, notFound(err)
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

// MediaRow is a picture or a video as the API reads it.
type MediaRow struct {
	ID     int64
	UserID int64
	File   string
	Type   string
}

// mediaColumn reads the media for which a condition holds, in a form that mediaRows takes apart.
func mediaColumn(condition string) string {
	return `(SELECT group_concat(m.id || ' ' || m.user || ' ' || m.type || ' ' || m.file, char(10)) FROM media m WHERE ` + condition + `)`
}

// mediaRows is what mediaColumn makes, by id: a line a medium, its parts apart by spaces. No part holds either.
// They are sorted here, as SQLite would set up a sorter for each row of a page.
type mediaRows []MediaRow

// Scan implements sql.Scanner.
func (m *mediaRows) Scan(value any) error {
	text, _ := value.(string) // NULL: there are none
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

// MediaFolder is where the files of a media row lie.
func MediaFolder(app core.App, id string) (string, error) {
	collection, err := app.FindCachedCollectionByNameOrId(Media)
	if err != nil {
		return "", err
	}
	return path.Join(collection.BaseFilesPath(), id), nil
}
