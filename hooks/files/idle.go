package files

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/privet/privet/hooks/health"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/filesystem"
)

// maxIdle is how long an object store may take to answer, or to move the next bytes.
var maxIdle = 15 * time.Second

const (
	leastSpeed = 128 << 10 // bytes a second that the way to an object store has at least
	maxUnsent  = 36 << 20  // bytes that PocketBase's uploader has read and not sent yet: six parts
)

// Silent is the error of an object store that has not answered in time.
type Silent struct {
	Store string // as operators know it
	After time.Duration
}

// Error implements error.
func (e *Silent) Error() string {
	return fmt.Sprintf("%s has not answered for %s", e.Store, e.After.Round(time.Second))
}

// IdleTimeout ends a context when an object store has done nothing for a while; the zero one never does. PocketBase's client waits without an end for
// a store that takes a connection and says nothing, and whoever waits for the client would, too.
type IdleTimeout struct {
	cancel context.CancelCauseFunc
	ctx    context.Context
	store  string
	expire func(error)

	mu    sync.Mutex
	timer *time.Timer
	limit time.Duration // of the wait that runs
	ended bool
}

// NewIdleTimeout returns a context for work with the app's storage, which ends as soon as an object store is silent; then the
// server is not healthy. On the local disk there is no such limit.
func NewIdleTimeout(ctx context.Context, app core.App) (context.Context, *IdleTimeout) {
	return newIdleTimeout(ctx, app.Settings().S3, func(err error) { health.Of(app).Report(health.Storage, err) })
}

// IdleTimeoutWith is NewIdleTimeout for an object store that is not the app's storage, if the configuration has one.
func IdleTimeoutWith(ctx context.Context, config core.S3Config) (context.Context, *IdleTimeout) {
	return newIdleTimeout(ctx, config, func(error) {})
}

func newIdleTimeout(ctx context.Context, config core.S3Config, expire func(error)) (context.Context, *IdleTimeout) {
	if !config.Enabled {
		return ctx, &IdleTimeout{}
	}
	store := fmt.Sprintf("the object store (bucket %s at %s)", config.Bucket, config.Endpoint)
	limited, cancel := context.WithCancelCause(ctx)
	i := &IdleTimeout{ctx: limited, cancel: cancel, store: store, expire: expire, limit: maxIdle}
	i.timer = time.AfterFunc(i.limit, i.expired)
	return limited, i
}

func (i *IdleTimeout) expired() {
	i.mu.Lock()
	err, ended := &Silent{i.store, i.limit}, i.ended
	i.mu.Unlock()
	if ended {
		return
	}
	i.expire(err)
	i.cancel(err)
}

// Renew begins the wait anew, as the store has done something. unsent is how many bytes it may have been given since
// without having taken them.
func (i *IdleTimeout) Renew(unsent int64) {
	if i.timer == nil {
		return
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.limit = maxIdle + time.Duration(min(unsent, maxUnsent))*time.Second/leastSpeed; !i.ended {
		i.timer.Reset(i.limit)
	}
}

// pause stops the wait until Renew, as something else is waited for.
func (i *IdleTimeout) pause() { i.timer.Stop() }

// End ends the context.
func (i *IdleTimeout) End() {
	if i.timer == nil {
		return
	}
	i.mu.Lock()
	i.ended = true
	i.mu.Unlock()
	i.timer.Stop()
	i.cancel(nil)
}

// Explain returns the error of work with the context: that the store was silent, if it was, or else which store it was.
func (i *IdleTimeout) Explain(err error) error {
	if i.timer == nil {
		return err
	}
	var silent *Silent
	if errors.As(context.Cause(i.ctx), &silent) {
		return silent
	}
	if err != nil {
		err = fmt.Errorf("%s: %w", i.store, err)
	}
	return err
}

// Reader returns a reader of what is sent to the store. Each read of it shows that the store takes something.
func (i *IdleTimeout) Reader(from io.Reader) io.Reader { return &sentReader{Reader: from, idle: i} }

// sentReader is a reader of what is sent to an object store.
type sentReader struct {
	io.Reader
	idle *IdleTimeout
	read int64
}

// Read implements io.Reader.
func (r *sentReader) Read(b []byte) (int, error) {
	n, err := r.Reader.Read(b)
	r.read += int64(n)
	r.idle.Renew(r.read)
	return n, err
}

// File returns a file of the local disk that is sent to the store, as Reader does.
func (i *IdleTimeout) File(path string) filesystem.FileReader { return sentFile{path, i} }

// sentFile is a file that is sent to an object store.
type sentFile struct {
	path string
	idle *IdleTimeout
}

// Open implements filesystem.FileReader.
func (f sentFile) Open() (io.ReadSeekCloser, error) {
	file, err := os.Open(f.path)
	if err != nil {
		return nil, err
	}
	return struct {
		io.Reader
		io.Seeker
		io.Closer
	}{f.idle.Reader(file), file, file}, nil
}

// Writer returns a writer of what comes from the store. A writer that takes long is not the store's fault.
func (i *IdleTimeout) Writer(to io.Writer) io.Writer {
	if i.timer == nil {
		return to
	}
	return receivedWriter{to, i}
}

// Response returns the writer of an answer with what comes from the store, as Writer does.
func (i *IdleTimeout) Response(to http.ResponseWriter) http.ResponseWriter {
	if i.timer == nil {
		return to
	}
	return receivedResponse{to, i}
}

// receivedWriter is a writer of what comes from an object store.
type receivedWriter struct {
	io.Writer
	idle *IdleTimeout
}

// Write implements io.Writer.
func (w receivedWriter) Write(b []byte) (int, error) {
	w.idle.pause()
	defer w.idle.Renew(0)
	return w.Writer.Write(b)
}

// receivedResponse is the writer of an answer with what comes from an object store.
type receivedResponse struct {
	http.ResponseWriter
	idle *IdleTimeout
}

// Write implements http.ResponseWriter.
func (w receivedResponse) Write(b []byte) (int, error) {
	return receivedWriter{w.ResponseWriter, w.idle}.Write(b)
}

// Unwrap lets http.ResponseController find the writer.
func (w receivedResponse) Unwrap() http.ResponseWriter { return w.ResponseWriter }
