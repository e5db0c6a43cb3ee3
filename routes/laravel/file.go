package laravel

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"

	"github.com/privet/privet/hooks/media/mediatype"
	"github.com/privet/privet/routes/laravel/php"
)

// Sink stores uploads while they arrive.
type Sink interface {
	// Create begins an upload whose content has the given type. The context is the request's.
	Create(ctx context.Context, t mediatype.Type) (Writer, error)
}

// Writer stores one upload. Exactly one of Commit and Abort ends it, except that Abort may also follow Commit.
type Writer interface {
	io.Writer
	// Commit makes everything written durable, when it returns nil.
	Commit() error
	// Abort removes what was stored. It is called at most once and logs its own failures.
	Abort()
}

// File is an uploaded file.
type File struct {
	// Name is the client's name for the file, without folders, as the client's bytes: not to be trusted, and not
	// necessarily UTF-8.
	Name string
	// Size is the file's length in bytes.
	Size int64
	// Type is the type of the content; zero if it is neither a picture nor a video, or if no field of the schema is
	// filled by the file.
	Type mediatype.Type
	// Stored is the sink's writer, committed when Read returns; nil without a sink. The caller either takes over
	// what it stored or calls Discard.
	Stored Writer
}

// Discard removes what was stored of the file. It may be called repeatedly and on nil.
func (f *File) Discard() {
	if f == nil || f.Stored == nil {
		return
	}
	stored := f.Stored
	f.Stored = nil
	stored.Abort()
}

// uploads are the files of one request.
type uploads struct {
	ctx    context.Context
	sink   Sink
	fields []field
	stored []*File // those for which the sink was opened
}

// discardUnless removes the stored files that are not values of the input. Of two files with one name the input has the
// last; a failed request keeps none (an empty input).
func (u *uploads) discardUnless(in *php.Array) {
	for _, f := range u.stored {
		if !slices.Contains(in.Values(), any(f)) {
			f.Discard()
		}
	}
}

// receive reads a file to its end; it is a body.FileFunc. A file that fills a field of the schema is stored while it
// arrives, others are only measured. Content that the rule media rejects is not stored at all, a file that exceeds the
// rule max is discarded as soon as it does.
func (u *uploads) receive(key, filename string, content io.Reader) (any, error) {
	file := &File{Name: filename}
	f := u.fieldOf(key)
	limit := int64(math.MaxInt64)
	if f != nil {
		limit = f.maxBytes()
	}
	buf := make([]byte, 64*kilobyte)
	for first := true; ; first = false {
		n, err := fill(content, buf)
		file.Size += int64(n)
		ended := errors.Is(err, io.EOF)
		if err != nil && !ended {
			return nil, err
		}
		if first && f != nil {
			file.Type = mediatype.Sniff(buf[:min(n, mediatype.SniffLength)])
			if err := u.open(file, f); err != nil {
				return nil, err
			}
		}
		if file.Size > limit {
			file.Discard()
		}
		if file.Stored != nil {
			if _, err := file.Stored.Write(buf[:n]); err != nil {
				return nil, storeError(err)
			}
		}
		if ended {
			return file, nil
		}
	}
}

// fieldOf returns the field of type *File that an input of this name fills, or nil.
func (u *uploads) fieldOf(key string) *field {
	for i := range u.fields {
		if u.fields[i].name == key && u.fields[i].rules.has("file") {
			return &u.fields[i]
		}
	}
	return nil
}

// open opens the sink for a file, if there is a sink and the rules allow the content.
func (u *uploads) open(file *File, f *field) error {
	if u.sink == nil || file.Type.Kind == 0 && f.rules.has("media") {
		return nil
	}
	w, err := u.sink.Create(u.ctx, file.Type)
	if err != nil {
		return storeError(err)
	}
	file.Stored = w
	u.stored = append(u.stored, file)
	return nil
}

// commit commits all files that are still stored.
func (u *uploads) commit() error {
	for _, f := range u.stored {
		if f.Stored == nil {
			continue
		}
		if err := f.Stored.Commit(); err != nil {
			return storeError(err)
		}
	}
	return nil
}

func storeError(err error) error { return fmt.Errorf("input: store an upload: %w", err) }

// fill reads until buf is full or r ends, then with io.EOF. Unlike io.ReadFull it doesn't return io.ErrUnexpectedEOF
// for a short read, because mime/multipart uses that error for a body that was cut off.
func fill(r io.Reader, buf []byte) (n int, err error) {
	for n < len(buf) && err == nil {
		var m int
		m, err = r.Read(buf[n:])
		n += m
	}
	return n, err
}
