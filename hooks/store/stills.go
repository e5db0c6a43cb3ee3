package store

import (
	"context"
	"database/sql"
	"io"
	"os"
	"path"
	"path/filepath"

	"github.com/privet/privet/hooks/media/mediatype"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/filesystem"
)

// What is known of the JPEG that is made of a medium; "" where none is.
const (
	StillWaiting = "waiting"
	StillReady   = "ready"
	StillFailed  = "failed"
)

// MediaFile is a media row's file.
type MediaFile struct {
	ID    string
	Name  string
	Still string
	Tries int // to make the still
}

const mediaFileColumns = `SELECT id, file, still, still_tries FROM media`

func (m *MediaFile) targets() []any { return []any{&m.ID, &m.Name, &m.Still, &m.Tries} }

// ReadMediaFile finds a media row's file by the row's id; ErrNotFound when there is no such row.
func ReadMediaFile(app core.App, id string) (*MediaFile, error) {
	var file MediaFile
	err := readRow(context.Background(), app, mediaFileColumns+` WHERE id = :id`, []any{sql.Named("id", id)}, file.targets()...)
	return &file, notFound(err)
}

// WaitingStills lists the media of which a still is to be made, the oldest first.
func WaitingStills(ctx context.Context, app core.App, limit int) ([]MediaFile, error) {
	return readRows(ctx, app, mediaFileColumns+` WHERE still = '`+StillWaiting+`' ORDER BY CAST(id AS INTEGER) LIMIT :limit`,
		[]any{sql.Named("limit", limit)}, (*MediaFile).targets)
}

// CountStillTry writes a try down before it begins, so that one that ends the process counts as well; by is 1, or -1 for
// a try that a stop cut off.
func CountStillTry(app core.App, id string, by int) error {
	return write(app, `UPDATE media SET still_tries = still_tries + :by WHERE id = :id`, sql.Named("by", by), sql.Named("id", id))
}

// SetStill writes down what came of a still that was waited for; ErrNotFound when the medium is gone meanwhile.
func SetStill(app core.App, file *MediaFile, still string) error {
	var id, preview string // the file as the dashboard shows it
	if still == StillReady {
		preview = mediatype.StillName(file.Name)
	}
	err := writeRow(app, `UPDATE media SET still = :still, preview = :preview WHERE id = :id AND file = :name AND still = '`+StillWaiting+`' RETURNING id`,
		[]any{sql.Named("still", still), sql.Named("preview", preview), sql.Named("id", file.ID), sql.Named("name", file.Name)}, &id)
	return notFound(err)
}

// FetchMedia returns where a media file lies on the local disk. What is in an object store is what waits there still, or
// is fetched; DropFetched removes it.
func FetchMedia(ctx context.Context, app core.App, file *MediaFile) (string, error) {
	folder, err := mediaFolder(app, file.ID)
	if err != nil {
		return "", err
	}
	key := path.Join(folder, file.Name)
	if !remote(app) {
		return local(app, key), nil
	}
	staged := filepath.Join(staging(app), stagedName(file.ID, file.Name))
	if _, err := os.Stat(staged); err == nil {
		return staged, nil
	}
	if err := os.MkdirAll(staging(app), os.ModePerm); err != nil {
		return "", err
	}
	part := staged + ".part" // a name that the sweep takes for no row's
	defer os.Remove(part)
	err = inStorage(app, func(system *filesystem.System) error {
		system.SetContext(ctx)
		from, err := system.GetReader(key)
		if err != nil {
			return err
		}
		defer from.Close()
		to, err := os.OpenFile(part, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
		if err != nil {
			return err
		}
		if _, err := io.Copy(to, from); err != nil {
			_ = to.Close()
			return err
		}
		return to.Close()
	})
	if err != nil {
		return "", err
	}
	return staged, os.Rename(part, staged)
}

// DropFetched removes the local copy of a file that lies in an object store.
func DropFetched(app core.App, id, name string) {
	if remote(app) {
		unstage(app, filepath.Join(staging(app), stagedName(id, name)))
	}
}

// FirstStill is what a new medium of this type begins with.
func FirstStill(t mediatype.Type) string {
	if t.HasStill() {
		return StillWaiting
	}
	return ""
}
