package laravel

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"

	"github.com/privet/privet/hooks/media/mediatype"
)

// uploads are the files of one request that were begun to be stored.
type uploads struct {
	ctx   context.Context
	sink  Sink
	files []*File
}

// discard removes all of them that aren't in an input: of two files under one name only the last is.
func (u *uploads) discard(in *array) {
	for _, f := range u.files {
		if !slices.Contains(in.vals, any(f)) {
			f.Discard()
		}
	}
}

// receive reads a file part to its end. A part the route asks for, as field f, is stored as it comes; one it doesn't (nil)
// is only measured. Nothing is stored of a content that the rule media refuses, and nothing stays of a file that grows
// over the rule max.
func (u *uploads) receive(body io.Reader, name string, f *field) (*File, error) {
	file := &File{Name: name}
	limit := int64(math.MaxInt64)
	if f != nil {
		limit = f.maxBytes()
	}
	buf := make([]byte, 64*kilobyte)
	for first := true; ; first = false {
		n, err := fill(body, buf)
		file.Size += int64(n)
		ended := errors.Is(err, io.EOF)
		if err != nil && !ended {
			return nil, multipartError(err)
		}
		if first && f != nil {
			file.Type = mediatype.Sniff(buf[:min(n, mediatype.SniffLength)])
			if err := u.store(file, f); err != nil {
				return nil, err
			}
		}
		if file.Size > limit {
			file.Discard()
		}
		if file.Stored != nil {
			if _, err := file.Stored.Write(buf[:n]); err != nil {
				return nil, fmt.Errorf("input: store an upload: %w", err)
			}
		}
		if ended {
			return file, nil
		}
	}
}

// store opens the sink for a file, if there is one and the content may be stored.
func (u *uploads) store(file *File, f *field) error {
	if u.sink == nil || file.Type.Kind == 0 && f.rules.has("media") {
		return nil
	}
	w, err := u.sink.Create(u.ctx, file.Type)
	if err != nil {
		return fmt.Errorf("input: store an upload: %w", err)
	}
	file.Stored = w
	u.files = append(u.files, file)
	return nil
}

// fill reads until buf is full or r ends, then with io.EOF. Unlike io.ReadFull it doesn't call a short end unexpected,
// which is how a multipart body says that it was cut off.
func fill(r io.Reader, buf []byte) (n int, err error) {
	for n < len(buf) && err == nil {
		var m int
		m, err = r.Read(buf[n:])
		n += m
	}
	return n, err
}
