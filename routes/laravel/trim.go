package laravel

import "github.com/privet/privet/routes/laravel/php"

// untrimmed are the fields, at the top level, that Laravel's TrimStrings leaves as they are.
var untrimmed = map[string]bool{"current_password": true, "password": true, "password_confirmation": true}

// trim trims all strings at every depth and turns those that are empty then into null, in place (Laravel's TrimStrings
// and ConvertEmptyStringsToNull).
func trim(in *array) {
	for i, v := range in.vals {
		s, isString := v.(string)
		if isString && untrimmed[in.key(i)] {
			if s == "" {
				in.vals[i] = nil
			}
			continue
		}
		in.vals[i] = trimmed(v)
	}
}

func trimmed(v any) any {
	switch v := v.(type) {
	case string:
		if s := php.Trim(v); s != "" {
			return s
		}
		return nil
	case *array:
		for i, inner := range v.vals {
			v.vals[i] = trimmed(inner)
		}
	}
	return v
}
