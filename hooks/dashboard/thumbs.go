package dashboard

import (
	"strings"

	"github.com/pocketbase/pocketbase/core"
)

// registerThumbs serves the dashboard's lists the original pictures. PocketBase makes a thumbnail of any picture on
// request, whatever its dimensions: decoding a PNG of some megabytes can take gigabytes of memory.
func registerThumbs(app core.App) {
	app.OnServe().BindFunc(func(e *core.ServeEvent) error {
		e.Router.BindFunc(func(e *core.RequestEvent) error {
			if url := e.Request.URL; strings.HasPrefix(url.Path, "/api/files/") && url.Query().Has("thumb") {
				query := url.Query()
				query.Del("thumb")
				url.RawQuery = query.Encode()
			}
			return e.Next()
		})
		return e.Next()
	})
}
