package hooks

import (
	"errors"
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

// maxEmail is the length of e-mail addresses, for which PocketBase has no limit, in characters.
const maxEmail = 255

// registerTexts binds the rules of texts: they are UTF-8, and the long ones not too long. PocketBase itself stores any
// bytes, and counts characters. The rules look at what has changed, so that a row from before them can still be saved,
// and so do those of PocketBase about the length of texts.
func registerTexts(app core.App) {
	app.OnRecordValidate().BindFunc(func(e *core.RecordEvent) error {
		before := e.Record.Original()
		errs := validation.Errors{}
		unchanged := func(name string) bool { return e.Record.GetString(name) == before.GetString(name) }
		for _, field := range e.Record.Collection().Fields {
			name := field.GetName()
			if field.GetHidden() || unchanged(name) { // hidden: hooks fill it, from other fields
				continue
			}
			text := e.Record.GetString(name)
			switch {
			case field.Type() == core.FieldTypeEmail && utf8.RuneCountInString(text) > maxEmail:
				return refusal.New(name, name, "The "+name+" field must not be greater than 255 characters.")
			case field.Type() != core.FieldTypeText:
			case !utf8.ValidString(text):
				errs[name] = refusal.Invalid("This is not valid UTF-8.")
			default:
				if label, long := longTexts[e.Record.Collection().Name][name]; long && len(text) > maxLongText {
					return refusal.New(name, name, "The "+label+" field must not be greater than 65535 characters.")
				}
			}
		}
		if len(errs) > 0 {
			return errs
		}
		return forgiveLength(e.Next(), unchanged)
	})
}

// forgiveLength removes errors about the length of fields that have not changed from the error of a validation.
func forgiveLength(err error, unchanged func(name string) bool) error {
	var fields validation.Errors
	if !errors.As(err, &fields) {
		return err
	}
	for name, failed := range fields {
		var coded validation.Error
		if errors.As(failed, &coded) && coded.Code() == "validation_max_text_constraint" && unchanged(name) {
			delete(fields, name)
		}
	}
	return fields.Filter()
}
