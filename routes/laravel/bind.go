package laravel

import (
	"reflect"
	"strconv"

	"github.com/privet/privet/routes/laravel/php"
)

// Field is an input for which the route distinguishes missing from null: {} leaves a phone unchanged, {"phone":null}
// clears it.
type Field[T string | int | float64 | []int] struct {
	// Given reports whether the request has the field at all.
	Given bool
	// Null reports whether the given field is null or blank; Value is zero then.
	Null bool
	// Value is the field's value.
	Value T
}

// optional is implemented by all Field types.
type optional interface {
	mark(given, null bool)
	target() any // a pointer to Value
}

func (f *Field[T]) mark(given, null bool) { f.Given, f.Null = given, null }

func (f *Field[T]) target() any { return &f.Value }

// bind stores an input that passed its rules in a struct.
func (v *validation) bind(dst reflect.Value) {
	for i := range v.fields {
		f := &v.fields[i]
		val, present := f.value(v.input)
		if isBlank(val) {
			val = nil
		}
		to := dst.FieldByIndex(f.index).Addr().Interface()
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

// isBlank reports whether a value is null, or text that no rule but required looks at because it is blank, such as a
// password of spaces.
func isBlank(v any) bool {
	s, isText := v.(string)
	return v == nil || isText && php.Blank(s)
}

// asString is PHP's (string).
func asString(v any) string {
	s, _ := php.String(v)
	return s
}

// asInt converts a value that passed integer or in, such as 2, "+2", 2.0, "2e0" or true.
func asInt(v any) int {
	s, _ := php.String(v)
	if n, err := strconv.Atoi(s); err == nil {
		return n
	}
	return int(asFloat(v))
}

// asFloat converts a value that passed numeric, integer or in. A number of JSON is what the rules have compared: that with
// 14 digits, as (string) and the original's database had it. So 5.000000000000001 is 5, which max:5 allows.
func asFloat(v any) float64 {
	if n, ok := v.(int64); ok {
		return float64(n)
	}
	s, _ := php.String(v)
	f, _ := strconv.ParseFloat(s, 64)
	return f
}
