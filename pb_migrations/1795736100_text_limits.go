package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/migrations"
)

// textLimits are the greatest lengths of texts that people send, in characters. Of a row that exceeds one already only a
// change of that text is refused (hooks/texts.go).
var textLimits = []struct {
	collection, field string
	before, max       int
}{
	{"users", "description", maxText, 65535}, // the hooks count bytes as well
	{"orders", "description", maxText, 65535},
	{"orders", "cancel_text", maxText, 65535},
	{"orders", "rating_text", maxText, 65535},
	{"devices", "device_id", maxText, 4096},
	{"devices", "firebase_token", maxText, 4096}, // FCM's are shorter than a tenth
}

// helpTexts are the help of fields that no longer fits.
var helpTexts = []struct{ collection, field, before, after string }{
	{"users", "phone", "Only the other side of an order sees it, unless the order is cancelled.",
		"Performers see it in their orders that are not cancelled, clients in those that are done or reviewed."},
	{"users", "description", "Everybody who is signed in sees it; it is searched, too.",
		"Everybody who is signed in sees it; its first 2,000 characters are searched, too."},
}

func init() {
	change := func(limit func(i int) int, help func(i int) string) func(core.App) error {
		return func(app core.App) error {
			for i, text := range textLimits {
				if err := changeText(app, text.collection, text.field, func(field *core.TextField) { field.Max = limit(i) }); err != nil {
					return err
				}
			}
			for i, text := range helpTexts {
				if err := changeText(app, text.collection, text.field, func(field *core.TextField) { field.Help = help(i) }); err != nil {
					return err
				}
			}
			return nil
		}
	}
	migrations.Register(
		change(func(i int) int { return textLimits[i].max }, func(i int) string { return helpTexts[i].after }),
		change(func(i int) int { return textLimits[i].before }, func(i int) string { return helpTexts[i].before }))
}

// changeText changes a text field of a collection.
func changeText(app core.App, collection, field string, change func(*core.TextField)) error {
	return changeCollection(app, collection, func(c *core.Collection) { builtIn(c, field, change) })
}
