package store

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/privet/privet/hooks/media/mediatype"
	"github.com/privet/privet/hooks/store/query"

	"github.com/pocketbase/dbx"
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
	Tries        int // to make the preview that failed so far
}

var mediaFiles = query.Map("", func(c *query.Columns, m *MediaFile) {
	c.Add(`id`, &m.ID)
	c.Add(`file`, &m.Name)
	c.Add(`still`, &m.PreviewState)
	c.Add(`still_tries`, &m.Tries)
})

var (
	mediaFileByID   = mediaFiles.Select(`FROM media WHERE id = :id`)
	waitingPreviews = mediaFiles.Select(`FROM media WHERE still = '` + PreviewWaiting + `' ORDER BY still_version <> '', CAST(id AS INTEGER) LIMIT :limit`)
	servedByName    = mediaFiles.Select(`FROM media WHERE file IN (:name, :a, :b, :c) AND ` + served)
	mediaFilesByIDs = mediaFiles.Select(`FROM media WHERE id IN (SELECT value FROM json_each(:ids))`)
)

// Has reports whether a file of that name is the row's: its file, or the preview of it.
func (m *MediaFile) Has(name string) bool {
	return name == m.Name || m.PreviewState == PreviewReady && name == mediatype.PreviewName(m.Name)
}

// ReadMediaFile reads a media row's file by the row's id. The error is ErrNotFound when there is no such row.
func ReadMediaFile(ctx context.Context, app core.App, id string) (*MediaFile, error) {
	file, err := mediaFileByID.Row(ctx, app, sql.Named("id", id))
	return file, query.Wrap("read media file", err)
}

// WaitingPreviews returns the media that wait for a preview: new ones before those that are tried again, the oldest first.
func WaitingPreviews(ctx context.Context, app core.App, limit int) ([]MediaFile, error) {
	waiting, err := waitingPreviews.Rows(ctx, app, sql.Named("limit", limit))
	return waiting, query.Wrap("read waiting previews", err)
}

// AddPreviewTry counts a failed try to make a preview.
func AddPreviewTry(ctx context.Context, app core.App, id string) error {
	err := query.Write(ctx, app, `UPDATE media SET still_tries = still_tries + 1 WHERE id = :id`, sql.Named("id", id))
	return query.Wrap("count preview tries", err)
}

// SetPreviewState records the outcome for a media file that waits for its preview, and which version of the renderer
// had it. The error is ErrNotFound when the row was deleted meanwhile.
func SetPreviewState(ctx context.Context, app core.App, file *MediaFile, state, version string) error {
	preview := "" // the file that the dashboard shows
	if state == PreviewReady {
		preview = mediatype.PreviewName(file.Name)
	}
	_, err := query.WriteValue[string](ctx, app, `UPDATE media SET still = :still, preview = :preview, still_version = :version
		WHERE id = :id AND file = :name AND still = '`+PreviewWaiting+`' RETURNING id`,
		sql.Named("still", state), sql.Named("preview", preview), sql.Named("version", version), sql.Named("id", file.ID), sql.Named("name", file.Name))
	return query.Wrap("set preview state", err)
}

// unknownVersion is the version of a preview that failed before versions were recorded.
const unknownVersion = "unknown"

// RetryPreviews makes the media whose preview was given up wait for one again, as if it had never been tried, and returns how
// many these are: of the media with the given ids, or of all where none is given. They wait behind new media. A server that
// runs sees them within half a minute, or when its worker is woken.
func RetryPreviews(ctx context.Context, app core.App, ids ...string) (count int, err error) {
	if len(ids) > 0 {
		return retryPreviews(ctx, app, ids)
	}
	return retryFailed(ctx, app, `true`, "")
}

// RetryPreviewsOfOthers is RetryPreviews for those that were given up by another version of the renderer than this.
func RetryPreviewsOfOthers(ctx context.Context, app core.App, version string) (count int, err error) {
	return retryFailed(ctx, app, `(still_version < {:version} OR still_version > {:version})`, version)
}

func retryFailed(ctx context.Context, app core.App, condition, version string) (count int, err error) {
	for {
		var failed []string
		err := app.ConcurrentDB().NewQuery(`SELECT id FROM media WHERE still = 'failed' AND ` + condition + ` LIMIT 500`).
			Bind(dbx.Params{"version": version}).WithContext(ctx).Column(&failed)
		if err != nil {
			return count, query.Wrap("find failed previews", err)
		}
		n, err := retryPreviews(ctx, app, failed)
		if count += n; err != nil || n == 0 {
			return count, err
		}
	}
}

// retryPreviews makes those of the media that failed wait again, in one transaction: hence few at a time.
func retryPreviews(ctx context.Context, app core.App, ids []string) (count int, err error) {
	list, err := json.Marshal(ids)
	if err != nil {
		return 0, err
	}
	result, err := app.NonconcurrentDB().NewQuery(`UPDATE media SET still = 'waiting', still_tries = 0,
			still_version = iif(still_version = '', '` + unknownVersion + `', still_version)
		WHERE id IN (SELECT value FROM json_each({:ids})) AND still = 'failed'`).
		Bind(dbx.Params{"ids": string(list)}).WithContext(ctx).Execute()
	if err != nil {
		return 0, query.Wrap("retry previews", err)
	}
	changed, err := result.RowsAffected()
	return int(changed), err
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

// served is the condition on media that are served: those of orders, which belong to both participants, and those of
// profiles unless the user is banned or erased; and none that a moderator has hidden.
const served = `hidden = '' AND ("order" <> '' OR EXISTS (SELECT 1 FROM users u WHERE u.id = media.user AND u.banned = 0))`

// ReadStoredFile finds a media file by its name. The error is ErrNotFound when no row has it, or it is not served.
func ReadStoredFile(ctx context.Context, app core.App, name string) (*StoredFile, error) {
	if name == "" {
		return nil, ErrNotFound
	}
	names := []any{sql.Named("name", name), sql.Named("a", name), sql.Named("b", name), sql.Named("c", name)}
	if stem, ok := strings.CutSuffix(name, mediatype.JPEG.Ext); ok { // it may be the preview of one of these
		names = []any{names[0], sql.Named("a", stem+".heic"), sql.Named("b", stem+".heif"), sql.Named("c", stem+".avif")}
	}
	m, err := servedByName.Row(ctx, app, names...)
	if err != nil {
		return nil, query.Wrap("read stored file", err)
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

// mediaColumn returns the column of the media that match a condition and are not hidden, in the form that mediaRows scans.
func mediaColumn(condition string) string {
	return `(SELECT group_concat(m.id || ' ' || m.user || ' ' || m.type || ' ' || m.file, char(10)) FROM media m WHERE m.hidden = '' AND ` + condition + `)`
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
			*m = append(*m, MediaRow{ID: query.Number(medium), UserID: query.Number(user), Type: kind, File: file})
		}
	}
	slices.SortFunc(*m, func(a, b MediaRow) int { return cmp.Compare(a.ID, b.ID) })
	return nil
}

// MediaFolder returns the folder in the storage that contains the files of a media row.
func MediaFolder(app core.App, id string) (string, error) {
	collection, err := app.FindCachedCollectionByNameOrId(Media)
	if err != nil {
		return "", query.Wrap("find folder of media", err)
	}
	return path.Join(collection.BaseFilesPath(), id), nil
}

// Removal is something in the storage that is to be removed.
type Removal struct {
	Key    string // of a file, or of a folder with all that is in it, which ends with a slash
	Reason string
	Tries  int // so far, which failed
}

var removalByKey = query.Map("", func(c *query.Columns, r *Removal) {
	c.Add(`key`, &r.Key)
	c.Add(`reason`, &r.Reason)
	c.Add(`tries`, &r.Tries)
}).Select(`FROM file_removals WHERE key = :key`)

// Why something is removed.
const (
	RemovedMedia      = "its media item was deleted"
	RemovedUpload     = "its upload was interrupted"
	RemovedRecord     = "its record was deleted"
	RemovedUnassigned = "no media item has it"
)

// AddRemoval queues the removal of something in the storage, once the transaction that it is called in commits.
func AddRemoval(ctx context.Context, tx core.App, key, reason string) error {
	return PlanRemoval(ctx, tx, key, reason, time.Now())
}

// PlanRemoval is AddRemoval for a removal that is due at a time.
func PlanRemoval(ctx context.Context, tx core.App, key, reason string, at time.Time) error {
	err := query.Write(ctx, tx, `INSERT INTO file_removals (key, reason, created, next_try) VALUES (:key, :reason, :now, :at)
		ON CONFLICT (key) DO UPDATE SET next_try = :at`,
		sql.Named("key", key), sql.Named("reason", reason), sql.Named("now", query.Timestamp(time.Now())), sql.Named("at", query.Timestamp(at)))
	return query.Wrap("queue the removal of a file", err)
}

// DueRemovals returns the keys of the removals that are due, the earliest first.
func DueRemovals(ctx context.Context, app core.App, now time.Time, limit int) ([]string, error) {
	var keys []string
	err := app.ConcurrentDB().NewQuery(`SELECT key FROM file_removals WHERE next_try <= {:now} ORDER BY next_try LIMIT {:limit}`).
		Bind(dbx.Params{"now": query.Timestamp(now), "limit": limit}).WithContext(ctx).Column(&keys)
	return keys, query.Wrap("read due removals", err)
}

// NextRemoval returns when the next removal is due; ok is false when there is none.
func NextRemoval(ctx context.Context, app core.App) (at time.Time, ok bool, err error) {
	at, ok, err = query.ReadEarliestTime(ctx, app, `SELECT min(next_try) FROM file_removals`)
	return at, ok, query.Wrap("read time of next removal", err)
}

// ReadRemoval reads a removal. The error is ErrNotFound when it has been made.
func ReadRemoval(ctx context.Context, app core.App, key string) (*Removal, error) {
	removal, err := removalByKey.Row(ctx, app, sql.Named("key", key))
	return removal, query.Wrap("read removal", err)
}

// DeleteRemoval records that a removal was made.
func DeleteRemoval(ctx context.Context, app core.App, key string) error {
	return query.Wrap("delete removal", query.Write(ctx, app, `DELETE FROM file_removals WHERE key = :key`, sql.Named("key", key)))
}

// PostponeRemoval records that a try to remove something failed, and when the next one is due.
func PostponeRemoval(ctx context.Context, app core.App, key string, next time.Time, cause error) error {
	err := query.Write(ctx, app, `UPDATE file_removals SET tries = tries + 1, next_try = :next, error = :error WHERE key = :key`,
		sql.Named("key", key), sql.Named("next", query.Timestamp(next)), sql.Named("error", cause.Error()))
	return query.Wrap("postpone removal", err)
}

// MediaFiles returns the files of those of the given media rows that exist, by the row's id.
func MediaFiles(ctx context.Context, app core.App, ids []string) (map[string]MediaFile, error) {
	list, err := json.Marshal(ids)
	if err != nil {
		return nil, err
	}
	rows, err := mediaFilesByIDs.Rows(ctx, app, sql.Named("ids", string(list)))
	found := make(map[string]MediaFile, len(rows))
	for _, file := range rows {
		found[file.ID] = file
	}
	return found, query.Wrap("read files of media", err)
}
