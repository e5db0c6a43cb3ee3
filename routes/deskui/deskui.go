// Package deskui adds the moderators' desk to PocketBase's dashboard, as an extension of it: files that its shell loads from
// under /_/. They talk to the server by the routes of package desk.
package deskui

import (
	"crypto/sha256"
	"fmt"
	"io/fs"
	"net/http"
	"strings"

	"github.com/pocketbase/pocketbase/core"
)

// extension is the name of the desk among the dashboard's extensions, and so a part of its files' addresses.
const extension = "privet"

// Bind adds the desk's files, of which main.js is the first that runs, to the dashboard.
//
// PocketBase lets browsers keep everything under /_/ for two weeks. After an upgrade an old desk would talk to a new server,
// and an old shell ask for files that there are no more. Here they keep what has a digest in its name, and ask anew for
// the rest, which a 304 answers if nothing changed.
func Bind(e *core.ServeEvent, files fs.FS) {
	e.UIExtensions = append(e.UIExtensions, core.UIExtension{Name: extension, FS: files})
	etag := `W/"` + digest(files) + `"` // weak, as PocketBase sends the same file compressed, too
	e.Router.BindFunc(func(e *core.RequestEvent) error {
		path, isDashboard := strings.CutPrefix(e.Request.URL.Path, "/_/")
		switch {
		case !isDashboard || e.Request.Method != http.MethodGet && e.Request.Method != http.MethodHead:
		case path == "" || path == "index.html":
			e.Response.Header().Set("Cache-Control", "no-cache")
		case path == "extensions.js" || strings.HasPrefix(path, "extensions/"+extension+"/"):
			e.Response.Header().Set("Cache-Control", "no-cache")
			e.Response.Header().Set("ETag", etag)
			if names(e.Request.Header.Get("If-None-Match"), etag) {
				e.Response.WriteHeader(http.StatusNotModified)
				return nil
			}
		}
		return e.Next()
	})
}

// names reports whether a header If-None-Match names the ETag. Proxies take the W/ away, and put it back.
func names(header, etag string) bool {
	for tag := range strings.SplitSeq(header, ",") {
		if tag = strings.TrimSpace(tag); tag == "*" || strings.TrimPrefix(tag, "W/") == strings.TrimPrefix(etag, "W/") {
			return true
		}
	}
	return false
}

// digest returns a digest of all files, as what is served at one address depends on them all.
func digest(files fs.FS) string {
	sum := sha256.New()
	err := fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := fs.ReadFile(files, name)
		fmt.Fprintf(sum, "%s %d\n%s", name, len(content), content)
		return err
	})
	if err != nil {
		panic(fmt.Errorf("the desk's files are part of the program, and can't be read: %w", err))
	}
	return fmt.Sprintf("%x", sum.Sum(nil))[:32]
}
