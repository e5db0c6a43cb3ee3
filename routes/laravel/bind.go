package laravel

import (
	"reflect"
	"strconv"
	"strings"

	"github.com/privet/privet/routes/laravel/php"
)

// bind fills a struct from an input that passed its rules.
func (v *validation) bind(dst reflect.Value) {
	for i := range v.fields {
		f := &v.fields[i]
		val, present := v.input.get(f.name)
		if isBlank(val) {
			val = nil
		}
		to := dst.FieldByIndex(f.at).Addr().Interface()
		if o, ok := to.(optional); ok {
			o.mark(present, present && val == nil)
			to = o.target()
		}
		if val == nil {
			continue
		}
		switch to := to.(type) {
		case *string:
			*to = asString(val)
		case *int:
			*to = asInt(val)
		case *float64:
			*to = asFloat(val)
		case *[]int:
			*to = []int{}
			for item := range v.items(f) {
				if !isBlank(item.value) {
					*to = append(*to, asInt(item.value))
				}
			}
		case **File:
			*to, _ = val.(*File)
		}
	}
}

// isBlank tells whether a value is null, or text that the rules overlooked because it is blank: a password of spaces.
func isBlank(v any) bool {
	s, isText := v.(string)
	return v == nil || isText && php.Blank(s)
}

// asString is PHP's (string). What is no UTF-8, which only forms can bring, is replaced: it must not reach the database.
func asString(v any) string {
	s, _ := castText(v)
	return strings.ToValidUTF8(s, "\uFFFD")
}

// asInt gives the integer that passed integer or in: 2, "+2", 2.0, "2e0", true.
func asInt(v any) int {
	s, _ := castText(v)
	if n, err := strconv.Atoi(s); err == nil {
		return n
	}
	return int(asFloat(v))
}

// asFloat gives the number that passed numeric.
func asFloat(v any) float64 {
	switch v := v.(type) {
	case int64:
		return float64(v)
	case float64:
		return v
	}
	s, _ := castText(v)
	f, _ := strconv.ParseFloat(s, 64)
	return f
}
