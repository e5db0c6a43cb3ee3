package hooks

import (
	"strings"

	"github.com/pocketbase/pocketbase/core"
)

// registerThumbs lets the dashboard's lists show pictures as they are. PocketBase makes thumbs of any picture that
// is asked for as one, whatever its size: some megabytes of PNG take gigabytes of memory.
func registerThumbs(app core.App) {
	app.OnServe().BindFunc(func(e *core.ServeEvent) error {
		e.Router.BindFunc(func(e *core.RequestEvent) error {
			if address := e.Request.URL; strings.HasPrefix(address.Path, "/api/files/") && address.Query().Has("thumb") {
				query := address.Query()
				query.Del("thumb")
				address.RawQuery = query.Encode()
			}
			return e.Next()
		})
		return e.Next()
	})
}
