// Package desk reads and writes what the moderators' desk shows: all SQL of the desk is here. Reads go around records, as those of
// package store do: one query for each question.
package desk

import (
	"context"
	"database/sql"
	"path"
	"strings"

	"github.com/privet/privet/hooks/media/mediatype"
	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/hooks/store/query"

	"github.com/pocketbase/pocketbase/core"
)

// Person is a user as the desk names one.
type Person struct {
	ID       int64 // 0 for nobody
	Nickname string
	Role     string // store.RoleClient or store.RolePerformer
	Picture  int64  // the medium that others see, 0 for none
	Banned   bool
	Erased   bool
}

// PersonColumns returns the columns of a Person, in the table alias u, which may be that of a LEFT JOIN.
func PersonColumns(u string) string {
	return strings.ReplaceAll(`coalesce(u.id, ''), coalesce(u.nickname, ''), coalesce(u.role, ''), coalesce(u.banned, 0), coalesce(u.erased, '') <> '',
		(SELECT coalesce(max(CAST(m.id AS INTEGER)), 0) FROM media m WHERE m.user = u.id AND m."order" = '')`, "u.", u+".")
}

// Targets returns what PersonColumns are scanned into.
func (p *Person) Targets() []any {
	return []any{query.ID(&p.ID), &p.Nickname, &p.Role, &p.Banned, &p.Erased, &p.Picture}
}

// Medium is a photo or a video as the desk names one.
type Medium struct {
	ID      int64  // 0 for none
	Type    string // store.Image or store.Video
	Preview string // its state, as store.PreviewReady
	Order   int64  // 0 for a medium of a profile
	User    int64
	Created query.Moment

	Hidden, RemoveAt query.Moment // "" for one that users may see
}

// MediumColumns returns the columns of a Medium, in the table alias m, which may be that of a LEFT JOIN.
func MediumColumns(m string) string {
	return strings.ReplaceAll(`coalesce(m.id, ''), coalesce(m.type, ''), coalesce(m.still, ''), coalesce(m."order", ''), coalesce(m.user, ''), coalesce(m.created, ''),
		coalesce(m.hidden, ''), coalesce(m.remove_at, '')`, "m.", m+".")
}

// Targets returns what MediumColumns are scanned into.
func (m *Medium) Targets() []any {
	return []any{query.ID(&m.ID), &m.Type, &m.Preview, query.ID(&m.Order), query.ID(&m.User), &m.Created, &m.Hidden, &m.RemoveAt}
}

// ReadStoredMedium finds the file of a medium, whether it is served to users or not. The error is query.ErrNotFound when there is no
// such medium.
func ReadStoredMedium(ctx context.Context, app core.App, id int64) (*store.StoredFile, error) {
	key := query.Key(id)
	file, err := store.ReadMediaFile(ctx, app, key)
	if err != nil {
		return nil, err
	}
	folder, err := store.MediaFolder(app, key)
	if err != nil {
		return nil, err
	}
	stored := &store.StoredFile{Key: path.Join(folder, file.Name), Type: mediatype.ByName(file.Name), PreviewState: file.PreviewState}
	if file.PreviewState != "" {
		stored.PreviewKey = path.Join(folder, mediatype.PreviewName(file.Name))
	}
	return stored, nil
}

// ReadMedium reads a medium. The error is query.ErrNotFound when there is none.
func ReadMedium(ctx context.Context, app core.App, id string) (*Medium, error) {
	var m Medium
	err := query.ReadRow(ctx, app, `SELECT `+MediumColumns("m")+` FROM media m WHERE m.id = :id`, []any{sql.Named("id", id)}, m.Targets()...)
	return &m, query.Wrap("read medium", query.NotFound(err))
}
