package laravel

import (
	"bytes"
	"context"
	"errors"

	"github.com/privet/privet/hooks/media/mediatype"
)

// memorySink is a Sink that records its calls.
type memorySink struct {
	uploads                           []*memoryUpload
	failCreate, failWrite, failCommit bool
}

type memoryUpload struct {
	sink               *memorySink
	kind               mediatype.Type
	content            bytes.Buffer
	size               int64
	keep               bool // whether content is kept, not only counted
	committed, aborted int
}

var errSink = errors.New("disk full")

func (s *memorySink) Create(ctx context.Context, t mediatype.Type) (Writer, error) {
	if s.failCreate {
		return nil, errSink
	}
	u := &memoryUpload{sink: s, kind: t, keep: true}
	s.uploads = append(s.uploads, u)
	return u, ctx.Err()
}

func (u *memoryUpload) Write(p []byte) (int, error) {
	if u.sink.failWrite {
		return 0, errSink
	}
	u.size += int64(len(p))
	if u.keep {
		u.content.Write(p)
	}
	return len(p), nil
}

func (u *memoryUpload) Commit() error {
	u.committed++
	if u.sink.failCommit {
		return errSink
	}
	return nil
}

func (u *memoryUpload) Abort() { u.aborted++ }

// left returns the number of uploads that were not aborted.
func (s *memorySink) left() (n int) {
	for _, u := range s.uploads {
		if u.aborted == 0 {
			n++
		}
	}
	return n
}

// countingSink is a memorySink that counts bytes without keeping them.
type countingSink struct{ memorySink }

func (s *countingSink) Create(ctx context.Context, t mediatype.Type) (Writer, error) {
	w, err := s.memorySink.Create(ctx, t)
	if err == nil {
		w.(*memoryUpload).keep = false
	}
	return w, err
}
