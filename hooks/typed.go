package hooks

import (
	"strconv"
	"strings"

	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"
)

// checkTyped refuses what PocketBase would take for nothing: a date or a number that is none becomes empty, and an
// empty end of a ban would mean for ever. Texts lose the blanks around them, as those of the API do.
func checkTyped(e *core.RecordRequestEvent) error {
	typed := map[string]any{}
	if err := e.BindBody(&typed); err != nil {
		return err
	}
	wrong := validation.Errors{}
	for _, field := range e.Collection.Fields {
		text, ok := typed[field.GetName()].(string)
		if !ok || text == "" {
			continue
		}
		switch field.Type() {
		case core.FieldTypeText:
			e.Record.Set(field.GetName(), strings.TrimSpace(e.Record.GetString(field.GetName())))
		case core.FieldTypeDate:
			if e.Record.GetDateTime(field.GetName()).IsZero() {
				wrong[field.GetName()] = invalid("Must be a date, as 2030-01-31 12:00:00.")
			}
		case core.FieldTypeNumber:
			if _, err := strconv.ParseFloat(text, 64); err != nil {
				wrong[field.GetName()] = invalid("Must be a number.")
			}
		}
	}
	if len(wrong) > 0 {
		return e.BadRequestError("What was typed is no value.", wrong)
	}
	return e.Next()
}
