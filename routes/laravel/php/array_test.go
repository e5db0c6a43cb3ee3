package php

import (
	"encoding/json"
	"strings"
	"testing"
)

// text writes an array without nested ones as a JSON object.
func text(t *testing.T, a *Array) string {
	t.Helper()
	var pairs []string
	for i, v := range a.Values() {
		value, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		pairs = append(pairs, `"`+a.Key(i)+`":`+string(value))
	}
	return "{" + strings.Join(pairs, ",") + "}"
}

func TestArray(t *testing.T) {
	a := &Array{}
	for i := range 100 {
		a.Set(strings.Repeat("k", i+1), int64(i))
	}
	for i := range 100 {
		if v, ok := a.Get(strings.Repeat("k", i+1)); !ok || v != int64(i) {
			t.Fatalf("%d: %v", i, v)
		}
	}
	a.Set("k", "first again")
	a.Remove("kk")
	a.Remove("none")
	if v, _ := a.Get("kkk"); a.Len() != 99 || a.Key(0) != "k" || a.Values()[0] != "first again" || v != int64(2) {
		t.Errorf("%d items, %s first", a.Len(), a.Key(0))
	}
	list := &Array{}
	list.Push("a")
	list.Push("b")
	list.Remove("0")
	list.Push("c")
	if got := text(t, list); got != `{"1":"b","2":"c"}` {
		t.Error(got)
	}
	for _, key := range []string{"", "-", "-0", "01", "+1", "1.0", " 1", "9223372036854775808"} {
		if n, ok := integerKey(key); ok {
			t.Errorf("%q is %d", key, n)
		}
	}
}

// Once the greatest integer is a key there is no next one, whatever is set after it.
func TestArrayWithoutNextKey(t *testing.T) {
	a := &Array{}
	a.Set("9223372036854775807", "last")
	a.Set("5", "five")
	a.Push("dropped")
	if got := text(t, a); got != `{"9223372036854775807":"last","5":"five"}` {
		t.Error(got)
	}
}
