package dashboard

import (
	"strconv"
	"strings"

	"github.com/privet/privet/hooks/refusal"

	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"
)

// registerForms validates what a superuser typed before it reaches the model hooks as a record.
func registerForms(app core.App) {
	app.OnRecordCreateRequest().BindFunc(validateForm)
	app.OnRecordUpdateRequest().BindFunc(validateForm)
}

// validateForm refuses a text that is no date or no number. PocketBase would store it as empty, and a ban with an empty
// end is permanent. Texts are trimmed, as those of the API are.
func validateForm(e *core.RecordRequestEvent) error {
	form := map[string]any{}
	if err := e.BindBody(&form); err != nil {
		return err
	}
	errs := validation.Errors{}
	for _, field := range e.Collection.Fields {
		name := field.GetName()
		text, ok := form[name].(string)
		if !ok || text == "" {
			continue
		}
		switch field.Type() {
		case core.FieldTypeText:
			e.Record.Set(name, strings.TrimSpace(e.Record.GetString(name)))
		case core.FieldTypeDate:
			if e.Record.GetDateTime(name).IsZero() {
				errs[name] = refusal.Invalid("Must be a date, as 2030-01-31 12:00:00.")
			}
		case core.FieldTypeNumber:
			if _, err := strconv.ParseFloat(text, 64); err != nil {
				errs[name] = refusal.Invalid("Must be a number.")
			}
		}
	}
	if len(errs) > 0 {
		return e.BadRequestError("A typed value is not valid.", errs)
	}
	return e.Next()
}
