package laravel

import (
	"unicode/utf8"

	"github.com/privet/privet/routes/laravel/body"
)

// checkText returns an error for the first field of the schema whose text is not valid UTF-8 (contract, section 1). The
// rules have passed by then, so that items of arrays, e-mail addresses, dates and numbers can't be concerned.
func (v *validation) checkText() error {
	for i := range v.fields {
		f := &v.fields[i]
		value, _ := f.value(v.input)
		if text, ok := value.(string); ok && !utf8.ValidString(text) && !passwords[f.name] {
			return &body.Malformed{Message: "The " + f.display + " field is not valid UTF-8."}
		}
	}
	return nil
}
