package laravel

import "github.com/privet/privet/routes/laravel/php"

// passwords are the top-level fields that Laravel's TrimStrings leaves alone. They are compared and hashed byte by byte, so
// they may hold any.
var passwords = map[string]bool{"current_password": true, "password": true, "password_confirmation": true}

// trim trims all strings, at every depth, and then turns empty ones into null, in place (Laravel's middlewares
// TrimStrings and ConvertEmptyStringsToNull).
func trim(in *php.Array) {
	vals := in.Values()
	for i, v := range vals {
		s, isString := v.(string)
		if isString && passwords[in.Key(i)] {
			if s == "" {
				vals[i] = nil
			}
			continue
		}
		vals[i] = trimmed(v)
	}
}

// trimmed returns a trimmed string, or an array whose strings it has trimmed in place.
func trimmed(v any) any {
	switch v := v.(type) {
	case string:
		if s := php.Trim(v); s != "" {
			return s
		}
		return nil
	case *php.Array:
		vals := v.Values()
		for i, inner := range vals {
			vals[i] = trimmed(inner)
		}
	}
	return v
}
