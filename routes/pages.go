package routes

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/privet/privet/routes/reference"
	"github.com/privet/privet/routes/resource"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/router"
)

// pageTypes are the kinds of files that are pages.
var pageTypes = map[string]string{
	".html": "text/html; charset=utf-8",
	".css":  "text/css; charset=utf-8",
	".js":   "text/javascript; charset=utf-8",
	".json": "application/json",
	".yaml": "application/yaml",
	".png":  "image/png",
}

// pagePolicy keeps a page from asking any other host. Scalar writes styles, and shows pictures that it was answered.
const pagePolicy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; " +
	"font-src 'self' data:; media-src 'self' blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"

// page is what is sent for one address.
type page struct {
	contentType string
	plain       func() []byte
	compressed  []byte // nil where it is no shorter
	tag         string // of the content
	forEver     bool   // the version stands in its name
}

// bindPages serves what a browser gets: the files of pb_public, and what is made of the specification. What is none is
// answered as the original does.
func (a *api) bindPages(group *router.RouterGroup[*core.RequestEvent], files fs.FS) {
	pages := sync.OnceValues(func() (map[string]*page, error) { return readPages(files) })
	// Any, as the endpoints' patterns have no method either and would collide with a GET.
	group.Any("/{path...}", func(e *core.RequestEvent) error {
		all, err := pages()
		if err != nil {
			a.app.Logger().Error("the pages can't be read", "error", err)
			return writeJSON(e, resource.ServerError.Status, resource.ServerError.Body)
		}
		name := strings.TrimPrefix(e.Request.URL.Path, "/")
		found, ok := all[name]
		switch {
		case !ok:
			unknown := resource.NoRoute(name)
			return writeJSON(e, unknown.Status, unknown.Body)
		case e.Request.Method != http.MethodGet && e.Request.Method != http.MethodHead:
			e.Response.Header().Set("Allow", "GET, HEAD")
			refused := resource.NoMethod(e.Request.Method, name, "GET, HEAD")
			return writeJSON(e, refused.Status, refused.Body)
		}
		found.serve(e.Response, e.Request)
		return nil
	})
}

// readPages reads all pages by their path without its first slash.
func readPages(files fs.FS) (map[string]*page, error) {
	pages := map[string]*page{}
	err := fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		if bare, isCompressed := strings.CutSuffix(name, ".gz"); isCompressed {
			pages[bare] = &page{contentType: pageTypes[path.Ext(bare)], compressed: content, tag: tagOf(content), forEver: true,
				plain: sync.OnceValue(func() []byte { return decompress(content) })}
		} else {
			pages[name] = newPage(name, content)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	pages[""] = pages["index.html"]
	pages["guide"], pages["guide/"] = pages["guide/index.html"], pages["guide/index.html"]
	if specification := pages["openapi.yaml"]; specification != nil {
		for name, form := range map[string]func([]byte) ([]byte, error){"openapi.json": reference.JSON, "postman.json": reference.Postman} {
			content, err := form(specification.plain())
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			pages[name] = newPage(name, content)
		}
	}
	return pages, nil
}

func newPage(name string, content []byte) *page {
	p := &page{contentType: pageTypes[path.Ext(name)], plain: func() []byte { return content }, tag: tagOf(content)}
	var out bytes.Buffer
	w, _ := gzip.NewWriterLevel(&out, gzip.BestCompression) // the level is a known one
	_, _ = w.Write(content)                                 // writing to memory does not fail
	_ = w.Close()
	if out.Len() < len(content) {
		p.compressed = out.Bytes()
	}
	return p
}

// decompress undoes gzip. What is embedded is whole: nil, an empty page, would be seen by the tests.
func decompress(content []byte) []byte {
	r, err := gzip.NewReader(bytes.NewReader(content))
	if err != nil {
		return nil
	}
	plain, _ := io.ReadAll(r)
	return plain
}

func tagOf(content []byte) string { return fmt.Sprintf("%x", sha256.Sum256(content))[:32] }

// serve sends a page to GET and HEAD, compressed to who takes that.
func (p *page) serve(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Content-Type", p.contentType)
	header.Set("Access-Control-Allow-Origin", "*")
	header.Set("Cache-Control", "no-cache")
	if p.forEver {
		header.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	if strings.HasPrefix(p.contentType, "text/html") {
		header.Set("Content-Security-Policy", pagePolicy)
		header.Set("Referrer-Policy", "no-referrer")
	}
	header.Add("Vary", "Accept-Encoding")
	body, tag := p.compressed, p.tag+"-gzip"
	if body != nil && takesGzip(r) {
		header.Set("Content-Encoding", "gzip")
		header.Set("Content-Length", strconv.Itoa(len(body)))
	} else {
		body, tag = p.plain(), p.tag
	}
	header.Set("ETag", strconv.Quote(tag))
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
}

// takesGzip tells whether a request takes gzip (RFC 9110, 12.5.3): named, or by a star, and not with a weight of 0.
func takesGzip(r *http.Request) bool {
	takes := false
	for coding := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		name, parameters, _ := strings.Cut(coding, ";")
		name = strings.ToLower(strings.TrimSpace(name))
		if name != "gzip" && name != "*" {
			continue
		}
		weight, isWeight := strings.CutPrefix(strings.ReplaceAll(parameters, " ", ""), "q=")
		refused := isWeight && strings.Trim(weight, "0.") == ""
		if name == "gzip" {
			return !refused
		}
		takes = !refused
	}
	return takes
}
