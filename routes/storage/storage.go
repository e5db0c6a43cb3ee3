// Package storage serves media files and their previews over HTTP, from the data folder or from S3.
package storage

import (
	"errors"
	"fmt"
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/privet/privet/hooks/files"
	"github.com/privet/privet/hooks/media/mediatype"
	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/routes/resource"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/filesystem"
	"github.com/pocketbase/pocketbase/tools/router"
)

// Bind adds the routes of media files and previews. With redirect, files in S3 are answered with a redirect to a
// presigned URL.
func Bind(group *router.RouterGroup[*core.RequestEvent], redirect bool) {
	f := sender{redirect: redirect}
	group.Any(resource.MediaPath+"{name}", serve(f.media))
	group.Any(resource.PreviewPath+"{name}", serve(f.preview))
}

// serve answers GET and HEAD of a stored file. No token is required: the file's unguessable name is what gives access.
func serve(send func(*core.RequestEvent, *store.StoredFile) error) func(*core.RequestEvent) error {
	return func(e *core.RequestEvent) error {
		path := strings.TrimPrefix(e.Request.URL.Path, "/")
		if e.Request.Method != http.MethodGet && e.Request.Method != http.MethodHead {
			e.Response.Header().Set("Allow", "GET, HEAD")
			return resource.NoMethod(e.Request.Method, path, "GET, HEAD").Write(e.Response)
		}
		file, err := store.ReadStoredFile(e.Request.Context(), e.App, e.Request.PathValue("name"))
		if err == nil {
			err = send(e, file)
		}
		if err == nil || e.Written() {
			return nil
		}
		answer := resource.NotFound
		if !errors.Is(err, store.ErrNotFound) && !errors.Is(err, filesystem.ErrNotFound) {
			answer = resource.LogServerError(e.Request.Context(), e.App.Logger(), "a file could not be served",
				"path", path, "error", err)
		}
		e.Response.Header().Set("Cache-Control", "no-cache, private")
		return answer.Write(e.Response)
	}
}

// sender sends stored files.
type sender struct {
	redirect bool
	private  bool // to one person: no cache may keep it, and no page of another origin show it
}

// ServePrivate answers GET and HEAD of a media file, or with still of the picture that stands for it, with its bytes from wherever
// it is stored. A photo is sent in a format that browsers can show, where there is one. The error is filesystem.ErrNotFound when the
// storage has no such file.
func ServePrivate(e *core.RequestEvent, file *store.StoredFile, still bool) error {
	f := sender{private: true}
	switch video := file.Type.Kind == mediatype.Video; {
	case video && still, !video && file.PreviewState == store.PreviewReady:
		return f.jpeg(e, file)
	}
	return f.send(e, file.Key)
}

// media sends a media file, or the JPEG made of it if not every phone can show its format.
func (f sender) media(e *core.RequestEvent, file *store.StoredFile) error {
	if file.IsPreview {
		return f.jpeg(e, file)
	}
	return f.send(e, file.Key)
}

// preview sends the preview of a video. Photos are their own preview and have none here.
func (f sender) preview(e *core.RequestEvent, file *store.StoredFile) error {
	if file.Type.Kind != mediatype.Video {
		return store.ErrNotFound
	}
	return f.jpeg(e, file)
}

// jpeg sends the JPEG made of a media file; a placeholder until it is ready. If none can be made, it sends a photo as it
// is, which many phones can show, and of a video the placeholder.
func (f sender) jpeg(e *core.RequestEvent, file *store.StoredFile) error {
	switch {
	case file.PreviewState == store.PreviewReady:
		return f.send(e, file.PreviewKey)
	case file.PreviewState == store.PreviewFailed && file.Type.Kind == mediatype.Image:
		return f.send(e, file.Key)
	}
	header := e.Response.Header()
	f.setHeaders(header, "placeholder", "public, max-age=10")
	header.Set("Content-Type", "image/png")
	http.ServeContent(e.Response, e.Request, "", time.Time{}, placeholder(file.Type.Kind))
	return nil
}

// minBytesPerSecond is the download speed that the write deadline allows for.
const minBytesPerSecond = 2 << 10

// cacheControl lets caches keep a file for a day. Its content never changes, but it may be taken down, or its owner be
// banned, and a cache that asks again is told by 304 or 404.
const cacheControl = "public, max-age=86400, must-revalidate"

// send sends the file stored under a key.
func (f sender) send(e *core.RequestEvent, key string) error {
	if f.redirect && e.App.Settings().S3.Enabled {
		return redirect(e, key)
	}
	system, err := e.App.NewFilesystem()
	if err != nil {
		return fmt.Errorf("open the file system: %w", err)
	}
	defer system.Close()
	ctx, idle := files.NewIdleTimeout(e.Request.Context(), e.App)
	defer idle.End()
	system.SetContext(ctx)
	attributes, err := system.Attributes(key)
	if err != nil {
		return fmt.Errorf("attributes of %s: %w", key, idle.Explain(err))
	}
	idle.Renew(0)
	name := path.Base(key)
	f.setHeaders(e.Response.Header(), name, cacheControl)
	writeTimeout := 2*time.Minute + time.Duration(attributes.Size/minBytesPerSecond)*time.Second
	_ = http.NewResponseController(e.Response).SetWriteDeadline(time.Now().Add(writeTimeout))
	return idle.Explain(system.Serve(idle.Response(e.Response), e.Request, key, name))
}

// setHeaders sets the headers of a file with an ETag and, unless it is private, for how long caches keep it. Pages of any origin
// may show what is not private, which is safe as only photos and videos are ever stored.
func (f sender) setHeaders(header http.Header, etag, cache string) {
	header.Set("Content-Disposition", "inline")
	header.Set("ETag", strconv.Quote(etag))
	if f.private {
		header.Set("Cache-Control", "private, no-store")
		header.Set("Cross-Origin-Resource-Policy", "same-origin")
		header.Set("X-Content-Type-Options", "nosniff")
		header.Del("Access-Control-Allow-Origin")
		return
	}
	header.Set("Cache-Control", cache)
	header.Set("Access-Control-Allow-Origin", "*")
	header.Del("X-Frame-Options")
}
