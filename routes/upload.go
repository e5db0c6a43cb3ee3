package routes

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/privet/privet/hooks/admission"
	"github.com/privet/privet/hooks/disk"
	"github.com/privet/privet/hooks/files"
	"github.com/privet/privet/hooks/media/mediatype"
	"github.com/privet/privet/hooks/media/metadata"
	"github.com/privet/privet/hooks/telemetry"
	"github.com/privet/privet/routes/bodydrain"
	"github.com/privet/privet/routes/laravel"
	"github.com/privet/privet/routes/laravel/body"
	"github.com/privet/privet/routes/limits"

	"github.com/pocketbase/pocketbase/core"
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
	in, err := schema.Read(c.req, c.options(fieldsLimit, checks))
	if err != nil {
		return nil, err
	}
	return in, c.countTexts(in)
}

// readUpload reads and validates the input of an endpoint with a file. The file is stored while it is received, unless
// dropFiles is set; serve removes it unless the handler has given it to a row.
func readUpload[T any](c *call, schema *laravel.Schema[T], checks map[string]laravel.Check) (*T, error) {
	c.unwrapBody()
	control := http.NewResponseController(c.event.Response)
	receiving := &receiving{c: c}
	defer receiving.end()
	if size := c.bodySize(); !c.dropFiles && (size < 0 || size > fieldsLimit && size <= uploadLimit) {
		if err := receiving.begin(size); err != nil {
			telemetry.UploadsRefused.WithLabelValues(refusalOf(err)).Inc()
			return nil, err
		}
	}
	options := c.options(uploadLimit, checks)
	if !c.dropFiles {
		options.Sink = receiving
	}
	in, err := schema.Read(c.req, options)
	if err == nil {
		err = c.countTexts(in)
	}
	if err != nil && receiving.begun {
		telemetry.UploadsRefused.WithLabelValues(refusalOf(err)).Inc()
	}
	// The server's write deadline starts with the request's first byte, and a long upload has exceeded it.
	_ = control.SetWriteDeadline(time.Now().Add(answerTimeout))
	if errors.Is(err, metadata.ErrUnclean) {
		reason := metadata.Reason(err)
		c.app.Logger().InfoContext(c.req.Context(), "an upload was refused", "path", c.req.URL.Path, "reason", reason)
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

// bodySize returns the size of the request's body in bytes, -1 if it is unknown, as that of a compressed one is.
func (c *call) bodySize() int64 {
	if c.req.Header.Get("Content-Encoding") != "" {
		return -1
	}
	return c.req.ContentLength
}

// receiving stores the files of a request. It implements laravel.Sink.
type receiving struct {
	c     *call
	space *disk.Upload   // nil before begin
	limit *limits.Upload // nil before begin
	begun bool
}

// begin asks for a place for an upload with a body of size bytes, -1 if that is unknown: before the body is read if it is
// large, else when it turns out to contain a file.
func (r *receiving) begin(size int64) (err error) {
	r.begun = true
	telemetry.UploadsRunning.Inc()
	if r.limit, err = r.c.limits.Upload(r.c.principal != nil, size); err != nil {
		return err
	}
	r.space, err = r.c.space.Begin(size)
	return err
}

// end gives the place back.
func (r *receiving) end() {
	if r.begun {
		telemetry.UploadsRunning.Dec()
	}
	if r.limit != nil {
		r.limit.End()
	}
	if r.space != nil {
		r.space.End()
	}
}

// refusalOf returns how the metrics call the reason for which an upload was refused.
func refusalOf(err error) string {
	var invalid *laravel.Invalid
	var malformed *body.Malformed
	var busy *admission.Busy
	switch {
	case errors.Is(err, limits.ErrExceeded):
		return telemetry.RefusedLimit
	case errors.Is(err, disk.ErrFull):
		return telemetry.RefusedDisk
	case errors.Is(err, metadata.ErrUnclean):
		return telemetry.RefusedUnclean
	case errors.As(err, &invalid), errors.Is(err, body.ErrTooLarge), errors.Is(err, body.ErrInflated):
		return telemetry.RefusedInvalid
	case errors.As(err, &busy), errors.Is(err, body.ErrMemory):
		return telemetry.RefusedBusy
	case errors.Is(err, bodydrain.ErrTooSlow):
		return telemetry.RefusedTooSlow
	case errors.As(err, &malformed), errors.Is(err, context.Canceled), errors.Is(err, io.ErrUnexpectedEOF):
		return telemetry.RefusedAborted
	}
	return telemetry.RefusedOther
}

// Create implements laravel.Sink.
func (r *receiving) Create(ctx context.Context, t mediatype.Type) (laravel.Writer, error) {
	if r.space == nil {
		if err := r.begin(r.c.bodySize()); err != nil {
			return nil, err
		}
	}
	upload, err := files.NewUpload(r.c.app, t)
	if err != nil {
		return nil, err
	}
	upload.SentBy(ctx, r.c.sender())
	r.c.uploads = append(r.c.uploads, upload)
	return storedFile{upload, r}, nil
}

// storedFile is an upload as a laravel.Writer, whose Commit only ends the writing: the upload's own leaves it to a row.
type storedFile struct {
	upload *files.Upload
	from   *receiving
}

// Write implements io.Writer. The error may be one that the client is told: too much of the disk is taken, or of what
// the client's network may upload.
func (f storedFile) Write(p []byte) (int, error) {
	telemetry.UploadBytes.Add(float64(len(p)))
	if err := f.from.limit.Write(len(p)); err != nil {
		return 0, err
	}
	if err := f.from.space.Write(len(p)); err != nil {
		return 0, err
	}
	return f.upload.Write(p)
}

func (f storedFile) Commit() error { return f.upload.Close() }
func (f storedFile) Abort()        { f.upload.Discard() }

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

// nativeCopies is how many copies of a file PocketBase's own API has on the disk at once: the temporary files in which it
// keeps the body and the form, and the upload that hooks make of it.
const nativeCopies = 3

// nativeUpload handles a request to PocketBase's own API, where superusers upload: it is refused as others are when it
// would take too much of the disk.
func (a *api) nativeUpload(e *core.RequestEvent) error {
	size := e.Request.ContentLength
	if size >= 0 && size <= fieldsLimit {
		return e.Next()
	}
	upload, err := a.space.Begin(nativeCopies * size)
	if err != nil {
		return noNativeSpace
	}
	defer upload.End()
	body := &nativeBody{ReadCloser: e.Request.Body, upload: upload}
	if rereadable, ok := e.Request.Body.(*router.RereadableReadCloser); ok {
		body.ReadCloser = rereadable.ReadCloser
		rereadable.ReadCloser = body
	} else {
		e.Request.Body = body
	}
	if err = e.Next(); body.full && !e.Written() {
		return noNativeSpace
	}
	return err
}

var noNativeSpace = router.NewApiError(http.StatusInsufficientStorage, "The server has no room for uploads, try again later.", nil)

// nativeBody is the body of a request to PocketBase's own API.
type nativeBody struct {
	io.ReadCloser
	upload *disk.Upload
	full   bool
}

// Read implements io.Reader.
func (b *nativeBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if full := b.upload.Write(nativeCopies * n); full != nil {
		b.full = true
		return 0, full
	}
	return n, err
}
