package routes

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/privet/privet/hooks/files"
	"github.com/privet/privet/hooks/media/mediatype"
	"github.com/privet/privet/hooks/media/metadata"
	"github.com/privet/privet/routes/laravel"

	"github.com/pocketbase/pocketbase/tools/router"
)

// Limits of a request's body, in bytes. The one for uploads has room for a file of 599,999 KB, the contract's limit,
// and for one a little larger, which gets the validation error of its field.
const (
	fieldsLimit = 1 << 20
	uploadLimit = 640 << 20
)

// notMedia is the contract's message for a file that is neither an image nor a video (section 1), and for one that
// can't be accepted as such: damaged, or with metadata that can't be removed reliably. Why is said in the header
// X-Privet-Reason.
const notMedia = "The media field must be a file of type: image, video."

// read reads and validates the input of an endpoint without files.
func read[T any](c *call, schema *laravel.Schema[T], checks map[string]laravel.Check) (*T, error) {
	c.unwrapBody()
	return schema.Read(c.req, c.options(fieldsLimit, checks))
}

// readUpload reads and validates the input of an endpoint with a file. The file is stored while it is received, unless
// dropFiles is set; serve removes it unless the handler has given it to a row.
func readUpload[T any](c *call, schema *laravel.Schema[T], checks map[string]laravel.Check) (*T, error) {
	c.unwrapBody()
	control := http.NewResponseController(c.event.Response)
	c.req.Body = &deadlineReader{ReadCloser: c.req.Body, control: control, began: time.Now()}
	options := c.options(uploadLimit, checks)
	if !c.dropFiles {
		options.Sink = sink{c}
	}
	in, err := schema.Read(c.req, options)
	// The server's write deadline starts with the request's first byte, and a long upload has exceeded it.
	_ = control.SetWriteDeadline(time.Now().Add(answerTimeout))
	// The body's read deadline, if it passed now, would cancel the request's context in the middle of the change.
	_ = control.SetReadDeadline(time.Time{})
	if errors.Is(err, metadata.ErrUnclean) {
		reason := metadata.Reason(err)
		c.app.Logger().Info("an upload was refused", "path", c.req.URL.Path, "reason", reason)
		c.event.Response.Header().Set("X-Privet-Reason", reason)
		return nil, laravel.NewInvalid("media", notMedia)
	}
	return in, err
}

// options returns what an endpoint's schema needs to read the request. A request that was answered before ends there,
// before it can fail a validation that it had passed.
func (c *call) options(maxBody int64, checks map[string]laravel.Check) laravel.Options {
	return laravel.Options{
		MaxBody:   maxBody,
		MaxFields: fieldsLimit,
		Checks:    checks,
		Digest:    c.idempotency.Digest(),
		Memory:    c.bodies,
		Client:    c.sender(),
		Received:  func() error { return c.idempotency.Check(c.req.Context(), c.app) },
	}
}

// answerTimeout is how long the answer to an upload may take.
const answerTimeout = time.Minute

// unwrapBody removes PocketBase's wrapper, which copies each body so that it can be read again: a second copy of
// every uploaded file.
func (c *call) unwrapBody() {
	if body, ok := c.req.Body.(*router.RereadableReadCloser); ok {
		c.req.Body = body.ReadCloser
	}
}

// sink stores the files of a request. It implements laravel.Sink.
type sink struct{ c *call }

// Create implements laravel.Sink.
func (s sink) Create(ctx context.Context, t mediatype.Type) (laravel.Writer, error) {
	upload, err := files.NewUpload(s.c.app, t)
	if err != nil {
		return nil, err
	}
	upload.SentBy(ctx, s.c.event.RealIP())
	s.c.uploads = append(s.c.uploads, upload)
	return storedFile{upload}, nil
}

// storedFile is an upload as a laravel.Writer, whose Commit only ends the writing: the upload's own leaves it to a row.
type storedFile struct{ upload *files.Upload }

func (f storedFile) Write(p []byte) (int, error) { return f.upload.Write(p) }
func (f storedFile) Commit() error               { return f.upload.Close() }
func (f storedFile) Abort()                      { f.upload.Discard() }

// storedUpload returns the upload that a file of the input is stored as, or nil.
func storedUpload(file *laravel.File) *files.Upload {
	if file == nil {
		return nil
	}
	if f, ok := file.Stored.(storedFile); ok {
		return f.upload
	}
	return nil
}

// previewWait is how long an answer waits for the previews of what was uploaded, so that most apps never see a
// placeholder.
const previewWait = 3 * time.Second

// awaitPreviews waits until the previews of the request's uploads are made, for at most previewWait.
func (c *call) awaitPreviews() {
	ctx, cancel := context.WithTimeout(c.req.Context(), previewWait)
	defer cancel()
	for _, upload := range c.uploads {
		c.previews.WaitForPreview(ctx, upload.Name)
	}
}

// discardUploads removes the uploads that no row refers to.
func (c *call) discardUploads() {
	for _, upload := range c.uploads {
		upload.Discard()
	}
}

// Limits of a slow upload: it may take uploadTimeout, and a second more for every minBytesPerSecond received.
const (
	uploadTimeout     = 2 * time.Minute
	minBytesPerSecond = 2 << 10
)

// deadlineReader moves the connection's read deadline while a body makes progress, as a phone may be slow.
type deadlineReader struct {
	io.ReadCloser
	control  *http.ResponseController
	began    time.Time
	received int64     // bytes
	moved    time.Time // when the deadline was last set
}

// Read implements io.Reader.
func (r *deadlineReader) Read(b []byte) (int, error) {
	if now := time.Now(); now.Sub(r.moved) > time.Second {
		r.moved = now
		_ = r.control.SetReadDeadline(r.began.Add(uploadTimeout + time.Duration(r.received/minBytesPerSecond)*time.Second))
	}
	n, err := r.ReadCloser.Read(b)
	r.received += int64(n)
	return n, err
}
