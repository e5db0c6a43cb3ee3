package php

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// phpBlank is what PHP's trim() removes by default.
const phpBlank = " \t\n\r\v\x00"

// Trim removes leading and trailing white space as the middleware TrimStrings of
// Laravel 10 does: Unicode white space as PCRE sees it (with U+180E, which
// Unicode no longer counts), the byte order mark and the zero width space. A
// string that is not valid UTF-8 is trimmed as PHP's trim() does, of ASCII white
// space and NUL, because the regular expression fails on it.
func Trim(s string) string {
	if !utf8.ValidString(s) {
		return strings.Trim(s, phpBlank)
	}
	return strings.TrimFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || r == '\u180e' || r == '\u200b' || r == '\ufeff'
	})
}

// Blank reports whether nothing is left of s after PHP's trim(), ASCII white
// space (without form feed) and NUL: such a string fails `required`, and no other
// rule is asked about it.
func Blank(s string) bool {
	return strings.Trim(s, phpBlank) == ""
}

// Length returns the number of characters (code points) of s as mb_strlen counts
// them for UTF-8: by the first byte of each character alone, so that a broken
// sequence swallows as many bytes as it announces.
func Length(s string) int {
	n := 0
	for i := 0; i < len(s); n++ {
		switch c := s[i]; {
		case c < 0xc2 || c >= 0xf8:
			i++
		case c < 0xe0:
			i += 2
		case c < 0xf0:
			i += 3
		default:
			i += 4
		}
	}
	return n
}
