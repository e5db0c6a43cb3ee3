// Package pages serves pb_public to browsers: the reference, the guide, the documents, and other forms of the specification.
package pages

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

	"github.com/privet/privet/routes/access"
	"github.com/privet/privet/routes/docs"
	"github.com/privet/privet/routes/reference"
	"github.com/privet/privet/routes/resource"
	"github.com/privet/privet/routes/wire"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/router"
)

// contentTypes are the media types of the pages by their extension.
var contentTypes = map[string]string{
	".html": "text/html; charset=utf-8",
	".css":  "text/css; charset=utf-8",
	".js":   "text/javascript; charset=utf-8",
	".json": "application/json",
	".yaml": "application/yaml",
	".md":   "text/plain; charset=utf-8", // browsers offer text/markdown for download
	".png":  "image/png",
	".webp": "image/webp",
}

// contentSecurityPolicy keeps a page from requesting anything of another host. The reference's viewer, Scalar, sets
// inline styles and shows images and videos out of the answers it got, hence 'unsafe-inline', data: and blob:.
const contentSecurityPolicy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; " +
	"font-src 'self' data:; media-src 'self' blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"

// forReader joins a path and a reader for whom it has another page in the names of pages: openapi.json?for=clients.
const forReader = "?for="

// russianSuffix ends the name of a page in Russian. It is the page at the name without that, too, for readers who prefer Russian.
const russianSuffix = ".ru.html"

// page is the content at one path.
type page struct {
	contentType string
	policy      string // its Content-Security-Policy; "": none
	plain       func() []byte
	compressed  []byte // by gzip; nil if that is no shorter
	etag        string // of the plain content
	immutable   bool   // its name holds its version
	russian     *page  // nil: it has one language
}

// Bind serves the files and the forms of the API's specification that are made of openapi.yaml, at all paths that no
// other route matches. A path that is no page is answered as the API answers an unknown route.
func Bind(group *router.RouterGroup[*core.RequestEvent], files fs.FS) {
	readOnce := sync.OnceValues(func() (map[string]*page, error) { return read(files) })
	// Any, as the endpoints' patterns have no method either: those would conflict with a GET for all paths.
	group.Any("/{path...}", func(e *core.RequestEvent) error {
		pages, err := readOnce()
		if err != nil {
			failed := resource.LogServerError(e.Request.Context(), e.App.Logger(), "the pages can't be read", "error", err)
			return failed.Write(e.Response)
		}
		name := strings.TrimPrefix(e.Request.URL.Path, "/")
		found, ok := pages[name]
		ok = ok && !strings.Contains(name, forReader) // a name with that is no path
		if reader := e.Request.URL.Query().Get("for"); reader != "" && pages[name+forReader+reader] != nil {
			found = pages[name+forReader+reader]
		}
		switch {
		case !ok:
			return resource.NoRoute(name).Write(e.Response)
		case e.Request.Method != http.MethodGet && e.Request.Method != http.MethodHead:
			e.Response.Header().Set("Allow", "GET, HEAD")
			return resource.NoMethod(e.Request.Method, name, "GET, HEAD").Write(e.Response)
		}
		if found.russian != nil {
			e.Response.Header().Add("Vary", "Accept-Language")
			if prefersRussian(e.Request) {
				found = found.russian
			}
		}
		found.serve(e.Response, e.Request)
		return nil
	})
}

// prefersRussian reports whether the parameter lang, or without one the header Accept-Language, asks for Russian.
func prefersRussian(r *http.Request) bool {
	switch r.URL.Query().Get("lang") {
	case "ru":
		return true
	case "en":
		return false
	}
	return access.Language(r.Header) == "ru"
}

// read reads all pages, by their path without the leading slash.
func read(files fs.FS) (map[string]*page, error) {
	pages := map[string]*page{}
	err := fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		if base, isCompressed := strings.CutSuffix(name, ".gz"); isCompressed {
			pages[base] = &page{
				contentType: contentTypes[path.Ext(base)],
				plain:       sync.OnceValue(func() []byte { return decompress(content) }),
				compressed:  content,
				etag:        etagOf(content),
				immutable:   true,
			}
		} else {
			pages[name] = newPage(name, content)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for name, translated := range pages {
		if base, ok := strings.CutSuffix(name, russianSuffix); ok && pages[base+".html"] != nil {
			pages[base+".html"].russian = translated
		}
	}
	if specification, index := pages["openapi.yaml"], pages["index.html"]; specification != nil && index != nil {
		list, err := reference.HTML(specification.plain())
		if err != nil {
			return nil, fmt.Errorf("openapi.yaml: %w", err)
		}
		pages["index.html"] = newPage("index.html", bytes.Replace(index.plain(), []byte("<!-- endpoints -->"), list, 1))
		for name, convert := range map[string]func([]byte) ([]byte, error){
			"openapi.json":                         reference.JSON,
			"openapi.json" + forReader + "clients": reference.ForClients,
			"postman.json":                         reference.Postman,
		} {
			content, err := convert(specification.plain())
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			pages[name] = newPage(name, content)
		}
	}
	documents, err := docs.Pages(files)
	if err != nil {
		return nil, err
	}
	for name, content := range documents {
		document := newPage(name+".html", content)
		document.policy = docs.ContentSecurityPolicy
		pages[name] = document
	}
	pages[""] = pages["index.html"]
	pages["docs/"] = pages["docs"]
	pages["guide"], pages["guide/"] = pages["guide/index.html"], pages["guide/index.html"]
	return pages, nil
}

func newPage(name string, content []byte) *page {
	file, _, _ := strings.Cut(name, forReader)
	p := &page{
		contentType: contentTypes[path.Ext(file)],
		plain:       func() []byte { return content },
		etag:        etagOf(content),
	}
	if strings.HasPrefix(p.contentType, "text/html") {
		p.policy = contentSecurityPolicy
	}
	var out bytes.Buffer
	w, _ := gzip.NewWriterLevel(&out, gzip.BestCompression) // fails for an unknown level only
	_, _ = w.Write(content)                                 // writing to memory can't fail
	_ = w.Close()
	if out.Len() < len(content) {
		p.compressed = out.Bytes()
	}
	return p
}

// decompress reverses gzip. Embedded files are intact; if one were not, tests would see the empty page.
func decompress(content []byte) []byte {
	r, err := gzip.NewReader(bytes.NewReader(content))
	if err != nil {
		return nil
	}
	plain, _ := io.ReadAll(r)
	return plain
}

func etagOf(content []byte) string { return fmt.Sprintf("%x", sha256.Sum256(content))[:32] }

// serve answers GET and HEAD, compressed if the client accepts that.
func (p *page) serve(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Content-Type", p.contentType)
	header.Set("Access-Control-Allow-Origin", "*")
	header.Set("Cache-Control", "no-cache")
	if p.immutable {
		header.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	if p.policy != "" {
		header.Set("Content-Security-Policy", p.policy)
		header.Set("Referrer-Policy", "no-referrer")
	}
	header.Add("Vary", "Accept-Encoding")
	body, etag := p.compressed, p.etag+"-gzip"
	if body != nil && wire.AcceptsGzip(r.Header) {
		header.Set("Content-Encoding", "gzip")
		header.Set("Content-Length", strconv.Itoa(len(body)))
	} else {
		body, etag = p.plain(), p.etag
	}
	header.Set("ETag", strconv.Quote(etag))
	if r.Method == http.MethodGet && len(r.Header["If-None-Match"])+len(r.Header["If-Match"])+len(r.Header["Range"]) == 0 {
		// Without the 32 KB that ServeContent copies through, which clients who don't read would keep occupied.
		header.Set("Content-Length", strconv.Itoa(len(body)))
		header.Set("Accept-Ranges", "bytes")
		_, _ = w.Write(body) // fails if the client has gone
		return
	}
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
}
