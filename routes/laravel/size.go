package laravel

import (
	"cmp"
	"strconv"

	"github.com/privet/privet/routes/laravel/php"
)

// kilobyte is what the sizes of files are counted in.
const kilobyte = 1024

// sizeKind is what min, max and size measure of a value.
type sizeKind int

const (
	ofText   sizeKind = iota // characters
	ofNumber                 // the number itself
	ofArray                  // items
	ofFile                   // kilobytes
)

// sizeKind says of what a message speaks: the rules decide, not the value, as far as they can
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

// compareSize compares a value's size with a bound: the number where a rule makes it one, an array's items, a file's
// kilobytes, else the characters of what PHP makes of it as text (Validator::getSize). The error is one of value's.
func (a *attribute) compareSize(bound int64) (int, error) {
	switch v := a.value.(type) {
	case *array:
		return cmp.Compare(int64(v.len()), bound), nil
	case *File:
		whole := cmp.Compare(v.Size/kilobyte, bound)
		if whole == 0 && v.Size%kilobyte > 0 {
			return 1, nil
		}
		return whole, nil
	}
	text, _ := castText(a.value)
	if a.rules.numeric() && isNumeric(a.value) {
		return php.Compare(text, bound)
	}
	return cmp.Compare(int64(php.Length(text)), bound), nil
}

// castText is PHP's (string): not ok for arrays, which have none, and for files, whose text is a path nothing equals.
func castText(v any) (string, bool) {
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
		return php.CastFloat(v), true
	case string:
		return v, true
	}
	return "", false
}
