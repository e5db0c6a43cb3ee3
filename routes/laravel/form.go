package laravel

import "strings"

const (
	// maxVars is how many variables of a query or form count; the others are ignored (PHP's max_input_vars).
	maxVars = 1000
	// maxNesting is how many brackets a name may have; a deeper one takes the whole variable with it (PHP's
	// max_input_nesting_level).
	maxNesting = 64
)

// readForm reads a query string or an urlencoded body into an array, as PHP fills $_GET and $_POST. It has no errors:
// what is no valid escape stands for itself.
func readForm(text string) *array {
	out := &array{}
	for vars := 0; text != "" && vars < maxVars; {
		var pair string
		pair, text, _ = strings.Cut(text, "&")
		if pair == "" {
			continue
		}
		vars++
		name, val, _ := strings.Cut(pair, "=")
		register(out, urlDecode(name), urlDecode(val))
	}
	return out
}

// urlDecode undoes form encoding (php_url_decode).
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

// register puts a value under a name such as a, a[], a[b][c] (php_register_variable_ex). Whatever is no array on the way
// is replaced by one; a value that is there already is replaced.
func register(root *array, name string, v any) {
	path, ok := parseName(name)
	if len(path) == 0 {
		return
	}
	if !ok {
		root.remove(path[0].key)
		return
	}
	at := root
	for _, s := range path[:len(path)-1] {
		inner, isArray := at.child(s)
		if !isArray {
			inner = &array{}
			at.put(s, inner)
		}
		at = inner
	}
	at.put(path[len(path)-1], v)
}

// step is one key of a name; next stands for [], the next free index.
type step struct {
	key  string
	next bool
}

func (a *array) child(s step) (*array, bool) {
	if s.next {
		return nil, false
	}
	v, _ := a.get(s.key)
	inner, ok := v.(*array)
	return inner, ok
}

func (a *array) put(s step, v any) {
	if s.next {
		a.push(v)
	} else {
		a.set(s.key, v)
	}
}

// mangle replaces what PHP doesn't allow in a variable's name.
var mangle = strings.NewReplacer(" ", "_", ".", "_", "[", "_")

// parseName takes a form name apart. No step at all means that the variable is ignored, not ok that it is nested too
// deeply and the first step's variable goes.
func parseName(name string) (path []step, ok bool) {
	name, _, _ = strings.Cut(name, "\x00")
	name = strings.TrimLeft(name, " ")
	first, rest, nested := strings.Cut(name, "[")
	if first == "" {
		return nil, true
	}
	path = []step{{key: mangle.Replace(first)}}
	for nested {
		if len(path) > maxNesting {
			return path, false
		}
		inner := rest
		if inner != "" && strings.IndexByte(" \t\n\v\f\r", inner[0]) >= 0 {
			inner = inner[1:]
		}
		end := strings.IndexByte(inner, ']')
		switch {
		case end == 0:
			path = append(path, step{next: true})
		case end > 0:
			path = append(path, step{key: rest[:len(rest)-len(inner)+end]})
		default: // a bracket that is never closed is none; behind the first key it belongs to that key
			if len(path) == 1 {
				path[0].key += "_" + mangle.Replace(rest)
			}
			return path, true
		}
		rest, nested = strings.CutPrefix(inner[end+1:], "[")
	}
	return path, true
}
