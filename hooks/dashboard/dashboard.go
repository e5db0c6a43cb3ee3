// Package dashboard holds the hooks that only PocketBase's dashboard needs, through which moderators change records:
// who acts, what they typed into a form, and what they can't change by hand.
package dashboard

import "github.com/pocketbase/pocketbase/core"

// Register binds the hooks to the app.
func Register(app core.App) {
	registerActors(app)
	registerForms(app)
	registerReadOnly(app)
	registerSchema(app)
	registerThumbs(app)
}
