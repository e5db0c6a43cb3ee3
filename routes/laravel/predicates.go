package laravel

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/privet/privet/routes/laravel/php"
)

// maxParsed is the number of bytes above which a text is neither an e-mail address nor a date, which have a few dozen:
// parsing a megabyte takes most of a second.
const maxParsed = 1000

// passes reports whether a value satisfies a rule (Laravel's ValidatesAttributes). The error is a check's.
func (v *validation) passes(r *rule, a *attribute) (bool, error) {
	switch r.name {
	case "nullable", "ignored_unless", "exclude", "exclude_unless":
		return true, nil
	case "required":
		return isFilled(a.value), nil
	case "required_without_all":
		return isFilled(a.value) || slices.ContainsFunc(strings.Split(r.param, ","), func(name string) bool {
			other, _ := v.input.Get(name)
			return isFilled(other)
		}), nil
	case "required_unless":
		return v.is(r) || isFilled(a.value), nil
	case "string":
		_, ok := a.value.(string)
		return ok, nil
	case "email":
		s, ok := a.value.(string)
		return ok && len(s) <= maxParsed && php.Email(s), nil
	case "integer":
		s, ok := php.String(a.value)
		return ok && php.Integer(s), nil
	case "numeric":
		// A number that Laravel can't compare, which makes its min and max fail with a 500, is no number here.
		s, _ := php.String(a.value)
		_, err := php.Compare(s, 0)
		return isNumeric(a.value) && err == nil, nil
	case "array":
		_, ok := a.value.(*php.Array)
		return ok, nil
	case "file":
		_, ok := a.value.(*File)
		return ok, nil
	case "media":
		f, ok := a.value.(*File)
		return ok && f.Type.Kind != 0, nil
	case "in":
		return isOneOf(a.value, r.list), nil
	case "min", "max", "size":
		return sizePasses(r, a), nil
	case "max_bytes":
		s, ok := a.value.(string)
		return !ok || int64(len(s)) <= r.bound, nil
	case "same":
		other, _ := v.input.Get(r.param)
		return php.Identical(a.value, other), nil
	case "date":
		s, ok := dateText(a.value)
		return ok && len(s) <= maxParsed && php.Date(s), nil
	case "date_format":
		s, ok := dateText(a.value)
		return ok && len(s) <= maxParsed && php.DateFormat(s), nil
	default: // unique and exists
		if _, ok := php.String(a.value); !ok {
			return false, nil
		}
		if a.rules.has("integer") {
			return v.checks[r.text](strconv.Itoa(asInt(a.value)))
		}
		return v.checks[r.text](asString(a.value))
	}
}

// isOneOf is the rule in, which takes 2, "2" and 2.0 for the same.
func isOneOf(v any, list []int64) bool {
	s, ok := php.String(v)
	return ok && slices.ContainsFunc(list, func(n int64) bool { return php.EqualsInt(s, n) })
}

// is reports whether the field that a rule such as required_unless looks at has one of the rule's values.
func (v *validation) is(r *rule) bool {
	other, _ := v.input.Get(r.other)
	return isOneOf(other, r.list)
}

// excluded reports whether the rules exclude a field from the input: it is neither validated nor bound then.
func (v *validation) excluded(f *field) bool {
	return slices.ContainsFunc(f.rules.rules, func(r rule) bool {
		return r.name == "exclude" || r.name == "exclude_unless" && !v.is(&r)
	})
}

// isFilled is the rule required: null, blank text and an empty array count as missing.
func isFilled(v any) bool {
	switch v := v.(type) {
	case nil:
		return false
	case string:
		return !php.Blank(v)
	case *php.Array:
		return v.Len() > 0
	}
	return true
}

// isNumeric is PHP's is_numeric.
func isNumeric(v any) bool {
	switch v := v.(type) {
	case int64, float64:
		return true
	case string:
		return php.Numeric(v)
	}
	return false
}

// dateText returns the text that the date rules look at: that of strings and numbers only.
func dateText(v any) (string, bool) {
	switch v.(type) {
	case string, int64, float64:
		return php.String(v)
	}
	return "", false
}

// kilobyte is the unit of a file's size.
const kilobyte = 1024

// sizeKind is what the rules min, max and size measure of a value.
type sizeKind int

const (
	ofText   sizeKind = iota // characters
	ofNumber                 // the number itself
	ofArray                  // items
	ofFile                   // kilobytes
)

// sizeKind returns the kind that a message speaks of. The rules decide, before the value does
// (Validator::getAttributeType).
func (a *attribute) sizeKind() sizeKind {
	_, isFile := a.value.(*File)
	switch {
	case a.rules.numeric():
		return ofNumber
	case a.rules.has("array"):
		return ofArray
	case isFile:
		return ofFile
	}
	return ofText
}

// sizePasses is the rules min, max and size. A value that can't be measured passes: numeric or integer has rejected it
// already.
func sizePasses(r *rule, a *attribute) bool {
	c, err := a.compareSize(r.bound)
	switch {
	case err != nil:
		return true
	case r.name == "min":
		return c >= 0
	case r.name == "max":
		return c <= 0
	}
	return c == 0
}

// compareSize compares a value's size with a bound, as cmp.Compare does. The size is that of Validator::getSize: the
// number itself under a numeric rule, the items of an array, the kilobytes of a file, otherwise the characters of the
// value as text. The error is php.Compare's.
func (a *attribute) compareSize(bound int64) (int, error) {
	switch v := a.value.(type) {
	case *php.Array:
		return cmp.Compare(int64(v.Len()), bound), nil
	case *File:
		whole := cmp.Compare(v.Size/kilobyte, bound)
		if whole == 0 && v.Size%kilobyte > 0 {
			return 1, nil
		}
		return whole, nil
	}
	text, _ := php.String(a.value)
	if a.rules.numeric() && isNumeric(a.value) {
		return php.Compare(text, bound)
	}
	return cmp.Compare(int64(php.Length(text)), bound), nil
}
