package laravel

import (
	"math"
	"strconv"
)

// array is PHP's array: keys in the order of their first insertion. Keys are kept as text; PHP turns text that is a
// decimal integer into an integer key, so the two can't be told apart there either. The zero value is an empty array.
type array struct {
	keys  []string // nil as long as the keys are 0, 1, 2, … in order
	vals  []any    // nil, bool, int64, float64, string, *array or *File
	index map[string]int
	next  int64 // the key push takes: one more than the greatest integer key
}

// indexFrom is the size from which on a map is worth its memory.
const indexFrom = 16

func (a *array) len() int { return len(a.vals) }

// key gives the key of the i-th entry.
func (a *array) key(i int) string {
	if a.keys == nil {
		return strconv.Itoa(i)
	}
	return a.keys[i]
}

// find gives the place of a key, or -1.
func (a *array) find(key string) int {
	if a.keys == nil {
		if n, ok := integerKey(key); ok && n >= 0 && n < int64(len(a.vals)) {
			return int(n)
		}
		return -1
	}
	if a.index != nil {
		if i, ok := a.index[key]; ok {
			return i
		}
		return -1
	}
	for i, k := range a.keys {
		if k == key {
			return i
		}
	}
	return -1
}

// get gives the value of a key and whether the key is there.
func (a *array) get(key string) (any, bool) {
	if i := a.find(key); i >= 0 {
		return a.vals[i], true
	}
	return nil, false
}

// set puts a value under a key: a key that is there keeps its place.
func (a *array) set(key string, v any) {
	if i := a.find(key); i >= 0 {
		a.vals[i] = v
		return
	}
	n, isInt := integerKey(key)
	if a.keys == nil && !(isInt && n == int64(len(a.vals))) {
		a.keys = make([]string, len(a.vals), len(a.vals)+1)
		for i := range a.keys {
			a.keys[i] = strconv.Itoa(i)
		}
	}
	a.append(key, v)
	if isInt && n >= a.next {
		a.next = n
		a.bump()
	}
}

// push puts a value under the next free integer key. As in PHP nothing happens when there is none left.
func (a *array) push(v any) {
	if a.next < 0 {
		return
	}
	a.append(strconv.FormatInt(a.next, 10), v)
	a.bump()
}

// bump moves next on; -1 means that the greatest key is taken.
func (a *array) bump() {
	if a.next == math.MaxInt64 {
		a.next = -1
		return
	}
	a.next++
}

// append adds an entry whose key isn't there yet.
func (a *array) append(key string, v any) {
	a.vals = append(a.vals, v)
	if a.keys == nil {
		return
	}
	a.keys = append(a.keys, key)
	if a.index != nil {
		a.index[key] = len(a.keys) - 1
	} else if len(a.keys) > indexFrom {
		a.reindex()
	}
}

func (a *array) reindex() {
	a.index = make(map[string]int, 2*len(a.keys))
	for i, k := range a.keys {
		a.index[k] = i
	}
}

// remove takes a key out, if it is there. The next free key stays as it is, as in PHP.
func (a *array) remove(key string) {
	at := a.find(key)
	if at < 0 {
		return
	}
	keys, vals := make([]string, 0, len(a.vals)), make([]any, 0, len(a.vals))
	for i, v := range a.vals {
		if i != at {
			keys, vals = append(keys, a.key(i)), append(vals, v)
		}
	}
	a.keys, a.vals = keys, vals
	if a.index != nil {
		a.reindex()
	}
}

// integerKey tells whether PHP takes a text key for an integer: decimal, no leading zero, no plus, no -0, 64 bits.
func integerKey(s string) (int64, bool) {
	if s == "" || len(s) > 20 || (s[0] != '-' && (s[0] < '0' || s[0] > '9')) {
		return 0, false
	}
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil && strconv.FormatInt(n, 10) == s
}
