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

// Limits of a request's whole body, in bytes. That for uploads leaves room for a file of 599,999 KB and one that
// is a little more, which is told so by the rule on the file.
const (
	fieldsLimit = 1 << 20
	uploadLimit = 640 << 20
)

// notMedia is the contract's message for a file that is no picture or video (section 1), and for one that is not taken
// as such: broken, or with metadata that can't be removed for sure.
const notMedia = "The media field must be a file of type: image, video."

// read takes a request's input: of a route that takes no files.
func read[T any](c *call, schema *laravel.Schema[T], checks map[string]laravel.Check) (*T, error) {
	c.unwrapBody()
	return schema.Read(c.req, laravel.Options{MaxBody: fieldsLimit, MaxFields: fieldsLimit, Checks: checks})
}

// readUpload takes the input of a route that takes a file. The file is stored as it comes; what the handler does
// not hand over to a row is removed when it returns.
func readUpload[T any](c *call, schema *laravel.Schema[T], checks map[string]laravel.Check) (*T, error) {
	c.unwrapBody()
	control := http.NewResponseController(c.event.Response)
	c.req.Body = &patient{ReadCloser: c.req.Body, control: control, began: time.Now()}
	in, err := schema.Read(c.req, laravel.Options{MaxBody: uploadLimit, MaxFields: fieldsLimit, Checks: checks, Sink: sink{c}})
	// The server's write deadline counts from the request's first byte, and a long upload has used it up.
	_ = control.SetWriteDeadline(time.Now().Add(time.Minute))
	if errors.Is(err, metadata.ErrUnclean) {
		c.app.Logger().Info("an upload was refused", "path", c.req.URL.Path, "reason", err)
		return nil, laravel.NewInvalid("media", notMedia)
	}
	return in, err
}

// unwrapBody takes away the copy that PocketBase keeps of each body to read it again: of an upload, another file.
func (c *call) unwrapBody() {
	if body, ok := c.req.Body.(*router.RereadableReadCloser); ok {
		c.req.Body = body.ReadCloser
	}
}

// sink stores the files of a call.
type sink struct{ c *call }

func (s sink) Create(_ context.Context, t mediatype.Type) (laravel.Writer, error) {
	upload, err := files.NewUpload(s.c.app, t)
	if err != nil {
		return nil, err
	}
	s.c.uploads = append(s.c.uploads, upload)
	return stored{upload}, nil
}

// stored is an upload as package input writes it.
type stored struct{ *files.Upload }

func (s stored) Commit() error { return s.Close() }
func (s stored) Abort()        { s.Discard() }

// uploadOf is the upload behind a file of the input, or nil.
func uploadOf(file *laravel.File) *files.Upload {
	if file == nil {
		return nil
	}
	if s, ok := file.Stored.(stored); ok {
		return s.Upload
	}
	return nil
}

// stillPatience is how long an answer waits for the still of what it brings news of.
const stillPatience = 3 * time.Second

// awaitStills gives the stills of what was uploaded a little time, so that most apps never see a placeholder.
func (c *call) awaitStills() {
	ctx, cancel := context.WithTimeout(c.req.Context(), stillPatience)
	defer cancel()
	for _, upload := range c.uploads {
		c.stills.Await(ctx, upload.Name)
	}
}

// discardUploads removes what no row took.
func (c *call) discardUploads() {
	for _, upload := range c.uploads {
		upload.Discard()
	}
}

// patient lets a slow phone take its time, as long as it brings something: it may take two minutes, and a second
// more for each 2 KB.
type patient struct {
	io.ReadCloser
	control *http.ResponseController
	began   time.Time
	got     int64
	set     time.Time
}

func (p *patient) Read(b []byte) (int, error) {
	if now := time.Now(); now.Sub(p.set) > time.Second {
		p.set = now
		_ = p.control.SetReadDeadline(p.began.Add(2*time.Minute + time.Duration(p.got>>11)*time.Second))
	}
	n, err := p.ReadCloser.Read(b)
	p.got += int64(n)
	return n, err
}
