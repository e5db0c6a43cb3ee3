package body

import (
	"strings"

	"github.com/privet/privet/routes/laravel/php"
)

const (
	// maxVars is the number of variables of a query or form that count; further ones are ignored (PHP's
	// max_input_vars).
	maxVars = 1000
	// maxNesting is the number of brackets a name may have; a variable with more is dropped whole (PHP's
	// max_input_nesting_level).
	maxNesting = 64
)

// ParseForm parses a query string or an urlencoded body as PHP fills $_GET and $_POST. It can't fail: an invalid escape
// is taken literally.
func ParseForm(text string) *php.Array {
	form := &php.Array{}
	for vars := 0; text != "" && vars < maxVars; {
		var pair string
		pair, text, _ = strings.Cut(text, "&")
		if pair == "" {
			continue
		}
		vars++
		name, val, _ := strings.Cut(pair, "=")
		register(form, urlDecode(name), urlDecode(val))
	}
	return form
}

// urlDecode undoes form encoding (php_url_decode). Unlike url.QueryUnescape it leaves invalid escapes as they are.
func urlDecode(s string) string {
	if !strings.ContainsAny(s, "+%") {
		return s
	}
	unhex := func(c byte) byte {
		switch {
		case c <= '9':
			return c - '0'
		default:
			return (c | 0x20) - 'a' + 10
		}
	}
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '+':
			out = append(out, ' ')
		case s[i] == '%' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]):
			out = append(out, unhex(s[i+1])<<4|unhex(s[i+2]))
			i += 2
		default:
			out = append(out, s[i])
		}
	}
	return string(out)
}

// isHex reports whether c is a hexadecimal digit.
func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

// register stores v under a name such as a, a[] or a[b][c] (php_register_variable_ex). A value on the way that is
// not an array is replaced by one; an existing value is replaced.
func register(root *php.Array, name string, v any) {
	path, ok := parseName(name)
	if len(path) == 0 {
		return
	}
	if !ok {
		root.Remove(path[0].key)
		return
	}
	at := root
	for _, k := range path[:len(path)-1] {
		inner, isArray := k.child(at)
		if !isArray {
			inner = &php.Array{}
			k.store(at, inner)
		}
		at = inner
	}
	path[len(path)-1].store(at, v)
}

// topLevelKey returns the key under which register stores a name, or "" when it is nested in an array or dropped.
func topLevelKey(name string) string {
	path, ok := parseName(name)
	if !ok || len(path) != 1 {
		return ""
	}
	return path[0].key
}

// pathKey is one key on the path that a name describes.
type pathKey struct {
	key  string
	next bool // the next free index: []
}

// child returns the array that a holds under the key, if it holds one.
func (k pathKey) child(a *php.Array) (*php.Array, bool) {
	if k.next {
		return nil, false
	}
	v, _ := a.Get(k.key)
	inner, ok := v.(*php.Array)
	return inner, ok
}

// store puts v into a under the key.
func (k pathKey) store(a *php.Array, v any) {
	if k.next {
		a.Push(v)
	} else {
		a.Set(k.key, v)
	}
}

// mangle replaces the characters that PHP doesn't allow in the name of a variable.
var mangle = strings.NewReplacer(" ", "_", ".", "_", "[", "_")

// parseName splits a form's name into its keys. An empty path means that the variable is ignored; ok is false when
// it is nested too deeply, in which case the variable named by the first key is removed.
func parseName(name string) (path []pathKey, ok bool) {
	name, _, _ = strings.Cut(name, "\x00")
	name = strings.TrimLeft(name, " ")
	first, rest, nested := strings.Cut(name, "[")
	if first == "" {
		return nil, true
	}
	path = []pathKey{{key: mangle.Replace(first)}}
	for nested {
		if len(path) > maxNesting {
			return path, false
		}
		inner := rest
		if inner != "" && strings.IndexByte(asciiSpace, inner[0]) >= 0 {
			inner = inner[1:]
		}
		end := strings.IndexByte(inner, ']')
		switch {
		case end == 0:
			path = append(path, pathKey{next: true})
		case end > 0:
			path = append(path, pathKey{key: rest[:len(rest)-len(inner)+end]})
		default: // an unclosed bracket is text: behind the first key a part of that key, otherwise dropped
			if len(path) == 1 {
				path[0].key += "_" + mangle.Replace(rest)
			}
			return path, true
		}
		rest, nested = strings.CutPrefix(inner[end+1:], "[")
	}
	return path, true
}
