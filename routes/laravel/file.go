package laravel

import (
	"context"
	"io"

	"github.com/privet/privet/hooks/media/mediatype"
)

// Sink is where uploads go while they come in.
type Sink interface {
	// Create begins to store one upload, whose content is of the given type. The context is the request's.
	Create(ctx context.Context, t mediatype.Type) (Writer, error)
}

// Writer stores one upload. Read closes it by Commit or Abort, one of which is called in any case.
type Writer interface {
	io.Writer
	// Commit ends the upload: when it returns nil, all that was written is kept.
	Commit() error
	// Abort removes what was stored, before or after Commit. It is called once at most, and tells its own log when it
	// fails.
	Abort()
}

// File is one uploaded file.
type File struct {
	// Name is what the client calls it, without folders: to be shown, never to be trusted.
	Name string
	// Size is its length in bytes.
	Size int64
	// Type is what its content is; zero for what is neither picture nor video, and for a file no route asked for.
	Type mediatype.Type
	// Stored is the sink's writer, committed, when Read returns; nil when there is no sink. The caller keeps what it holds,
	// or calls Discard.
	Stored Writer
}

// Discard removes what was stored. It may be called more than once, and on nil.
func (f *File) Discard() {
	if f == nil || f.Stored == nil {
		return
	}
	stored := f.Stored
	f.Stored = nil
	stored.Abort()
}
