// Package pb_public embeds the static pages that the server shows to browsers.
//
//	openapi.yaml     the specification of the API: the one source of the page, of /openapi.json and of /postman.json
//	index.html reference.js reference.css icon.png    the page
//	desk/            the moderators' desk, an extension of PocketBase's dashboard: routes/deskui serves it, under /_/
//	guide/           the moderators' guide; its pictures are taken by a test (guide_pictures_test.go)
//	docs/ docs.css   the documents, in Markdown, of which routes/docs makes pages
//	scalar-*.js.gz   the renderer of the page: dist/browser/standalone.js of the npm package @scalar/api-reference of the
//	                 version in its name, as it is, compressed by gzip -9n; MIT, see SCALAR-LICENSE
package pb_public

import (
	"embed"
	"io/fs"
)

// Pages are the files, by their path under /. What ends in .gz is served under its name without that.
//
//go:embed *.html *.css *.js *.png *.yaml *.gz guide docs
var Pages embed.FS

//go:embed desk
var desk embed.FS

// Desk returns the files of the desk, main.js among them. They are no pages: Pages doesn't hold them.
func Desk() fs.FS {
	files, err := fs.Sub(desk, "desk")
	if err != nil {
		panic(err) // the name is no valid path
	}
	return files
}
