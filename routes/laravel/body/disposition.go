package body

import "strings"

// maxBoundary is the length of the longest boundary accepted; RFC 2046 allows 70 characters.
const maxBoundary = 200

// boundary returns the boundary of a Content-Type as PHP finds it (rfc1867.c): what follows the first "boundary" and
// its "=", up to the closing quote or to the next comma or semicolon. It is empty if there is none.
func boundary(contentType string) string {
	at := strings.Index(lowerASCII(contentType), "boundary")
	if at < 0 {
		return ""
	}
	_, b, _ := strings.Cut(contentType[at:], "=")
	if quoted, ok := strings.CutPrefix(b, `"`); ok {
		b, _, ok = strings.Cut(quoted, `"`)
		if !ok {
			return ""
		}
	} else if end := strings.IndexAny(b, ",;"); end >= 0 {
		b = b[:end]
	}
	if b = strings.TrimSpace(b); len(b) > maxBoundary {
		return ""
	}
	return b
}

// lowerASCII lowers the letters A to Z only. Unlike strings.ToLower it keeps all bytes in their positions, also
// those of invalid UTF-8.
func lowerASCII(s string) string {
	out := []byte(s)
	for i, c := range out {
		if c >= 'A' && c <= 'Z' {
			out[i] = c + 'a' - 'A'
		}
	}
	return string(out)
}

// disposition is the Content-Disposition of a part.
type disposition struct {
	name, filename string
	named, isFile  bool // whether it has a name, a filename
}

// parseDisposition parses a Content-Disposition as PHP does (rfc1867.c), which is laxer than RFC 6266: values are
// unquoted or in quotes of either kind, in raw UTF-8; filename* is ignored.
func parseDisposition(header string) (d disposition) {
	for header != "" {
		var pair string
		pair, header = cutWord(strings.TrimLeft(header, asciiSpace), ';')
		if !strings.Contains(pair, "=") {
			continue
		}
		key, val := cutWord(pair, '=')
		switch strings.ToLower(key) {
		case "name":
			d.name, d.named = unquote(val), true
		case "filename":
			d.filename, d.isFile = unquote(val), true
		}
	}
	return d
}

// asciiSpace is the white space of C's isspace.
const asciiSpace = " \t\n\v\f\r"

// cutWord splits s around the first run of stop outside quotes (php_ap_getword).
func cutWord(s string, stop byte) (word, rest string) {
	i := 0
	for i < len(s) && s[i] != stop {
		if quote := s[i]; quote == '"' || quote == '\'' {
			for i++; i < len(s) && s[i] != quote; i++ {
				if s[i] == '\\' && i+1 < len(s) && s[i+1] == quote {
					i++
				}
			}
		}
		i++
	}
	i = min(i, len(s))
	return s[:i], strings.TrimLeft(s[i:], string(stop))
}

// unquote returns a value without its quotes, in which a backslash escapes a quote or another backslash
// (php_ap_getword_conf). An unquoted value ends at white space.
func unquote(s string) string {
	s = strings.TrimLeft(s, asciiSpace)
	quote := byte(0)
	if s != "" && (s[0] == '"' || s[0] == '\'') {
		quote, s = s[0], s[1:]
	} else if end := strings.IndexAny(s, asciiSpace); end >= 0 {
		s = s[:end]
	}
	var out strings.Builder
	for i := 0; i < len(s) && (quote == 0 || s[i] != quote); i++ {
		if s[i] == '\\' && i+1 < len(s) && (s[i+1] == '\\' || quote != 0 && s[i+1] == quote) {
			i++
		}
		out.WriteByte(s[i])
	}
	return out.String()
}

// baseName returns a file name without folders, separated by slashes or backslashes.
func baseName(name string) string {
	return name[strings.LastIndexAny(name, `/\`)+1:]
}
