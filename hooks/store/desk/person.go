// Package desk reads and writes what the moderators' desk shows: all SQL of the desk is here. Reads go around records, as those of
// package store do: one query for each question.
package desk

import (
	"context"
	"database/sql"
	"path"

	"github.com/privet/privet/hooks/media/mediatype"
	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/hooks/store/query"

	"github.com/pocketbase/pocketbase/core"
)

// Topics is what the names of the desk's topics in PocketBase's realtime API begin with, before a slash. No collection has this name, as
// PocketBase sends records on topics that begin with a collection's.
const Topics = "desk"

// Person is a user as the desk names one.
type Person struct {
	ID       int64 // 0 for nobody
	Nickname string
	Role     string // store.RoleClient or store.RolePerformer
	Picture  int64  // the medium that others see, 0 for none
	Banned   bool
	BannedAt query.Moment // when the ban got the terms that it has
	Erased   bool
}

// personColumns are the columns of a Person, of a table that may be that of a LEFT JOIN.
var personColumns = query.Map("u", func(c *query.Columns, p *Person) {
	c.Add(`coalesce(u.id, '')`, query.ID(&p.ID))
	c.Add(`coalesce(u.nickname, '')`, &p.Nickname)
	c.Add(`coalesce(u.role, '')`, &p.Role)
	c.Add(`coalesce(u.banned, 0)`, &p.Banned)
	c.Add(`iif(u.banned AND u.erased = '', u.moderated_at, '')`, &p.BannedAt)
	c.Add(`coalesce(u.erased, '') <> ''`, &p.Erased)
	c.Add(`(SELECT coalesce(max(CAST(m.id AS INTEGER)), 0) FROM media m WHERE m.user = u.id AND m."order" = '')`, &p.Picture)
})

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

// mediumColumns are the columns of a Medium, of a table that may be that of a LEFT JOIN.
var mediumColumns = query.Map("m", func(c *query.Columns, m *Medium) {
	c.Add(`coalesce(m.id, '')`, query.ID(&m.ID))
	c.Add(`coalesce(m.type, '')`, &m.Type)
	c.Add(`coalesce(m.still, '')`, &m.Preview)
	c.Add(`coalesce(m."order", '')`, query.ID(&m.Order))
	c.Add(`coalesce(m.user, '')`, query.ID(&m.User))
	c.Add(`coalesce(m.created, '')`, &m.Created)
	c.Add(`coalesce(m.hidden, '')`, &m.Hidden)
	c.Add(`coalesce(m.remove_at, '')`, &m.RemoveAt)
})

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
	m, err := mediumByID.Row(ctx, app, sql.Named("id", id))
	return m, query.Wrap("read medium", err)
}

var mediumByID = mediumColumns.Select(`FROM media m WHERE m.id = :id`)
