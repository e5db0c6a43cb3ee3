package laravel

import (
	"slices"
	"strconv"

	"github.com/privet/privet/routes/laravel/php"
)

// passes tells whether a value satisfies a rule (Laravel's ValidatesAttributes). An error is one of a check.
func (v *validation) passes(r *rule, a *attribute) (bool, error) {
	switch r.name {
	case "nullable":
		return true, nil
	case "required":
		return isFilled(a.value), nil
	case "string":
		_, ok := a.value.(string)
		return ok, nil
	case "email":
		s, ok := a.value.(string)
		return ok && php.Email(s), nil
	case "integer":
		s, ok := castText(a.value)
		return ok && php.Integer(s), nil
	case "numeric":
		// A number Laravel gives up on with a 500 when it comes to compare it is taken for none.
		s, _ := castText(a.value)
		_, err := php.Compare(s, 0)
		return isNumeric(a.value) && err == nil, nil
	case "array":
		_, ok := a.value.(*array)
		return ok, nil
	case "file":
		_, ok := a.value.(*File)
		return ok, nil
	case "media":
		f, ok := a.value.(*File)
		return ok && f.Type.Kind != 0, nil
	case "in":
		s, ok := castText(a.value)
		return ok && slices.ContainsFunc(r.list, func(n int64) bool { return php.EqualsInt(s, n) }), nil
	case "min", "max", "size":
		return sizePasses(r, a), nil
	case "same":
		other, _ := v.input.get(r.param)
		return identical(a.value, other), nil
	case "date":
		s, ok := dateText(a.value)
		return ok && php.Date(s), nil
	case "date_format":
		s, ok := dateText(a.value)
		return ok && php.DateFormat(s), nil
	default: // one that asks the database
		if _, ok := castText(a.value); !ok {
			return false, nil
		}
		if a.rules.has("integer") {
			return v.checks[r.text](strconv.Itoa(asInt(a.value)))
		}
		return v.checks[r.text](asString(a.value))
	}
}

// isFilled is the rule required: null, blank text and an array without items are as good as nothing.
func isFilled(v any) bool {
	switch v := v.(type) {
	case nil:
		return false
	case string:
		return !php.Blank(v)
	case *array:
		return v.len() > 0
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

// sizePasses is min, max and size. What can't be measured passes: numeric or integer has failed it already.
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

// identical is PHP's ===: same type and value; arrays hold the same keys in the same order.
func identical(a, b any) bool {
	x, ok := a.(*array)
	if !ok {
		return a == b
	}
	y, ok := b.(*array)
	if !ok || x.len() != y.len() {
		return false
	}
	for i := range x.vals {
		if x.key(i) != y.key(i) || !identical(x.vals[i], y.vals[i]) {
			return false
		}
	}
	return true
}

// dateText is what the date rules look at: text and numbers, nothing else.
func dateText(v any) (string, bool) {
	switch v.(type) {
	case string, int64, float64:
		return castText(v)
	}
	return "", false
}
