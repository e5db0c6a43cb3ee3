package store

import (
	"context"
	"database/sql"
	"path"
	"strings"

	"github.com/privet/privet/hooks/media/mediatype"

	"github.com/pocketbase/pocketbase/core"
)

// StoredFile is a media file that was asked for by name: a medium's own, or the JPEG that a photo is shown by.
type StoredFile struct {
	Key      string // in the storage
	StillKey string // of the JPEG that is made of it; "" where none is
	Type     mediatype.Type
	Still    string // StillReady: the JPEG is there
	IsStill  bool   // the JPEG is what was asked for
}

// ReadFile finds a media file by its name; ErrNotFound when no row has it.
func ReadFile(ctx context.Context, app core.App, name string) (*StoredFile, error) {
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
	folder, err := mediaFolder(app, m.ID)
	if err != nil {
		return nil, err
	}
	file := &StoredFile{Key: path.Join(folder, m.Name), Type: mediatype.OfName(m.Name), Still: m.Still, IsStill: m.Name != name}
	if m.Still != "" {
		file.StillKey = path.Join(folder, mediatype.StillName(m.Name))
	}
	return file, nil
}
