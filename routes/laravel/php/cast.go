package php

import "strconv"

// String converts v as (string) $v does. It fails for values that are none of
// nil, bool, int64, float64 and string: an array has no text, and other values
// are foreign to PHP.
func String(v any) (s string, ok bool) {
	switch v := v.(type) {
	case nil:
		return "", true
	case bool:
		if v {
			return "1", true
		}
		return "", true
	case int64:
		return strconv.FormatInt(v, 10), true
	case float64:
		return CastFloat(v), true
	case string:
		return v, true
	}
	return "", false
}

// Identical reports whether a === b: the same type and value; of arrays, the
// same keys with identical values in the same order.
func Identical(a, b any) bool {
	x, ok := a.(*Array)
	if !ok {
		return a == b
	}
	y, ok := b.(*Array)
	if !ok || x.Len() != y.Len() {
		return false
	}
	for i := range x.vals {
		if x.Key(i) != y.Key(i) || !Identical(x.vals[i], y.vals[i]) {
			return false
		}
	}
	return true
}
