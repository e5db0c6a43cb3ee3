package hooks

import (
	"unicode/utf8"

	"github.com/privet/privet/hooks/refusal"
	"github.com/privet/privet/hooks/store"

	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"
)

// maxLongText is the length of the long texts in bytes: that of a TEXT column of the original (contract, section 1).
const maxLongText = 65535

// longTexts are the fields for which maxLongText holds, by collection, with their names in messages.
var longTexts = map[string]map[string]string{
	store.Users:  {"description": "description"},
	store.Orders: {"description": "description", "cancel_text": "cancel text", "rating_text": "rating text"},
}

// registerTexts binds the rules of texts: they are UTF-8, and the long ones not too long. PocketBase itself stores any
// bytes, and counts characters. The rules look at what has changed, so that a row from before them can still be saved.
func registerTexts(app core.App) {
	app.OnRecordValidate().BindFunc(func(e *core.RecordEvent) error {
		before := e.Record.Original()
		errs := validation.Errors{}
		for _, field := range e.Record.Collection().Fields {
			if field.Type() != core.FieldTypeText || field.GetHidden() { // which hooks fill, from other fields
				continue
			}
			name := field.GetName()
			text := e.Record.GetString(name)
			if text == before.GetString(name) {
				continue
			}
			if !utf8.ValidString(text) {
				errs[name] = refusal.Invalid("This is not valid UTF-8.")
				continue
			}
			if label, long := longTexts[e.Record.Collection().Name][name]; long && len(text) > maxLongText {
				return refusal.New(name, name, "The "+label+" field must not be greater than 65535 characters.")
			}
		}
		if len(errs) > 0 {
			return errs
		}
		return e.Next()
	})
}
