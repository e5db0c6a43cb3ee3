package php

import (
	"math"
	"strconv"
)

// Array is PHP's array, a map that keeps the order in which its keys were first
// inserted. Keys are held as text: PHP turns a string key that is a decimal
// integer into an integer key, so that the two cannot be told apart there either.
// The zero value is an empty array ready to use. An Array is not safe for
// concurrent use.
type Array struct {
	keys  []string // nil as long as the keys are 0, 1, 2, … in order
	vals  []any
	index map[string]int // position by key, nil while the array is small
	next  int64          // the key Push uses: one more than the greatest integer key; -1 when none is left
}

// indexFrom is the number of entries above which a map is worth its memory.
const indexFrom = 16

// Len returns the number of entries.
func (a *Array) Len() int { return len(a.vals) }

// Values returns the values in order. The slice is the array's own: the caller
// may replace values in place, and must not keep it over a Set, Push or Remove.
func (a *Array) Values() []any { return a.vals }

// Key returns the key of the i-th entry.
func (a *Array) Key(i int) string {
	if a.keys == nil {
		return strconv.Itoa(i)
	}
	return a.keys[i]
}

// Get returns the value of a key and whether the array has the key.
func (a *Array) Get(key string) (any, bool) {
	if i := a.find(key); i >= 0 {
		return a.vals[i], true
	}
	return nil, false
}

// Set stores v under key. An existing key keeps its position.
func (a *Array) Set(key string, v any) {
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
	if isInt && a.next >= 0 && n >= a.next {
		a.next = n
		a.advance()
	}
}

// Push stores v under the next integer key. As in PHP, it does nothing when the
// greatest integer is in use.
func (a *Array) Push(v any) {
	if a.next < 0 {
		return
	}
	a.append(strconv.FormatInt(a.next, 10), v)
	a.advance()
}

// Remove deletes a key, if present. As in PHP, the key that Push uses next does
// not change.
func (a *Array) Remove(key string) {
	at := a.find(key)
	if at < 0 {
		return
	}
	keys, vals := make([]string, 0, len(a.vals)), make([]any, 0, len(a.vals))
	for i, v := range a.vals {
		if i != at {
			keys, vals = append(keys, a.Key(i)), append(vals, v)
		}
	}
	a.keys, a.vals = keys, vals
	if a.index != nil {
		a.reindex()
	}
}

// find returns the position of a key, -1 when it is missing.
func (a *Array) find(key string) int {
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

// append adds an entry whose key is not in the array yet.
func (a *Array) append(key string, v any) {
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

func (a *Array) reindex() {
	a.index = make(map[string]int, 2*len(a.keys))
	for i, k := range a.keys {
		a.index[k] = i
	}
}

// advance moves next on by one, to -1 behind the greatest integer.
func (a *Array) advance() {
	if a.next == math.MaxInt64 {
		a.next = -1
		return
	}
	a.next++
}

// integerKey reports whether PHP takes a string key for an integer, and which: a
// 64-bit decimal without leading zero, plus sign or -0.
func integerKey(s string) (int64, bool) {
	if s == "" || len(s) > 20 || (s[0] != '-' && (s[0] < '0' || s[0] > '9')) {
		return 0, false
	}
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil && strconv.FormatInt(n, 10) == s
}
