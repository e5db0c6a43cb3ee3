package routes

import (
	"errors"
	"fmt"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/privet/privet/hooks/media/mediatype"
	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/routes/resource"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/filesystem"
	"github.com/pocketbase/pocketbase/tools/router"
)

func (a *api) bindStorage(group *router.RouterGroup[*core.RequestEvent]) {
	group.Any(resource.MediaPath+"{name}", a.stored(a.serveMedia))
	group.Any(resource.PreviewPath+"{name}", a.stored(a.servePreview))
}

// stored serves files to GET and HEAD. An unguessable name is what lets one see a file: no token is asked for.
func (a *api) stored(serve func(*core.RequestEvent, *store.StoredFile) error) func(*core.RequestEvent) error {
	return func(e *core.RequestEvent) error {
		path := strings.TrimPrefix(e.Request.URL.Path, "/")
		if e.Request.Method != http.MethodGet && e.Request.Method != http.MethodHead {
			e.Response.Header().Set("Allow", "GET, HEAD")
			refused := resource.NoMethod(e.Request.Method, path, "GET, HEAD")
			return writeJSON(e, refused.Status, refused.Body)
		}
		file, err := store.ReadFile(e.Request.Context(), a.app, e.Request.PathValue("name"))
		if err == nil {
			err = serve(e, file)
		}
		if err == nil || e.Written() {
			return nil
		}
		answer := resource.NotFound
		if !errors.Is(err, store.ErrNotFound) && !errors.Is(err, filesystem.ErrNotFound) {
			a.app.Logger().Error("a file could not be served", "path", path, "error", err)
			answer = resource.ServerError
		}
		e.Response.Header().Set("Cache-Control", "no-cache, private")
		return writeJSON(e, answer.Status, answer.Body)
	}
}

// serveMedia sends a media file, or the JPEG of one that not every phone shows.
func (a *api) serveMedia(e *core.RequestEvent, file *store.StoredFile) error {
	if file.IsStill {
		return a.serveStill(e, file)
	}
	return a.serveFile(e, file.Key)
}

// servePreview sends the still of a video. Pictures are their own preview and have none here.
func (a *api) servePreview(e *core.RequestEvent, file *store.StoredFile) error {
	if file.Type.Kind != mediatype.Video {
		return store.ErrNotFound
	}
	return a.serveStill(e, file)
}

// serveStill sends the JPEG made of a medium; until there is one, and where none can be made, a placeholder.
func (a *api) serveStill(e *core.RequestEvent, file *store.StoredFile) error {
	if file.Still == store.StillReady {
		return a.serveFile(e, file.StillKey)
	}
	header := e.Response.Header()
	showInline(header)
	header.Set("ETag", `"placeholder"`)
	header.Set("Cache-Control", "public, max-age=10")
	header.Set("Content-Type", "image/png")
	http.ServeContent(e.Response, e.Request, "", time.Time{}, placeholder(file.Type.Kind))
	return nil
}

// slowest is the download speed that the write deadline allows for, in bytes a second.
const slowest = 2 << 10

// serveFile sends what is stored. It never changes under its name, so it may be kept for ever.
func (a *api) serveFile(e *core.RequestEvent, key string) error {
	if a.settings.Redirect && a.app.Settings().S3.Enabled {
		return a.redirect(e, key)
	}
	system, err := a.app.NewFilesystem()
	if err != nil {
		return err
	}
	defer system.Close()
	system.SetContext(e.Request.Context())
	attributes, err := system.Attributes(key)
	if err != nil {
		return err
	}
	name := path.Base(key)
	header := e.Response.Header()
	showInline(header)
	header.Set("ETag", fmt.Sprintf("%q", name))
	header.Set("Cache-Control", "public, max-age=31536000, immutable")
	patience := 2*time.Minute + time.Duration(attributes.Size/slowest)*time.Second
	_ = http.NewResponseController(e.Response).SetWriteDeadline(time.Now().Add(patience))
	return system.Serve(e.Response, e.Request, key, name)
}

// showInline lets a page of any origin show the file: only pictures and videos are ever stored.
func showInline(header http.Header) {
	header.Set("Access-Control-Allow-Origin", "*")
	header.Set("Content-Disposition", "inline")
	header.Del("X-Frame-Options")
}
