package laravel

import (
	"encoding/json"
	"strings"
	"testing"
)

// text gives an array as JSON, for tests.
func text(t *testing.T, a *array) string {
	t.Helper()
	out, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// TestForm has what PHP 8.2's parse_str gives, by php_variables.c.
func TestForm(t *testing.T) {
	for query, want := range map[string]string{
		"":                               `[]`,
		"a=1&b=2":                        `{"a":"1","b":"2"}`,
		"&&a=1&":                         `{"a":"1"}`,
		"a":                              `{"a":""}`,
		"a=1=2":                          `{"a":"1=2"}`,
		"=1":                             `[]`,
		"a=1&a=2":                        `{"a":"2"}`,
		"a[]=1&a[]=2":                    `{"a":["1","2"]}`,
		"a=1&a[]=2":                      `{"a":["2"]}`,
		"a[]=1&a=2":                      `{"a":"2"}`,
		"a[5]=x&a[]=y":                   `{"a":{"5":"x","6":"y"}}`,
		"a[-3]=x&a[]=y":                  `{"a":{"-3":"x","0":"y"}}`,
		"a[01]=x&a[1]=y&a[]=z":           `{"a":{"01":"x","1":"y","2":"z"}}`,
		"a[1]=x&a[0]=y":                  `{"a":{"1":"x","0":"y"}}`,
		"a[0]=x&a[1]=y&a[0]=z":           `{"a":["z","y"]}`,
		"a[b][c]=1&a[b][]=2":             `{"a":{"b":{"c":"1","0":"2"}}}`,
		"a[][b]=1&a[][b]=2":              `{"a":[{"b":"1"},{"b":"2"}]}`,
		"a.b=1&c d=2&e[f.g h]=3":         `{"a_b":"1","c_d":"2","e":{"f.g h":"3"}}`,
		"%20a=1":                         `{"a":"1"}`,
		"a[=1":                           `{"a_":"1"}`,
		"a[b=1":                          `{"a_b":"1"}`,
		"a[b.c[d=1":                      `{"a_b_c_d":"1"}`,
		"a[b][c=1":                       `{"a":{"b":"1"}}`,
		"a[][c=1":                        `{"a":["1"]}`,
		"a[b]c=1":                        `{"a":{"b":"1"}}`,
		"a[b]c[d]=1":                     `{"a":{"b":"1"}}`,
		"a]=1":                           `{"a]":"1"}`,
		"a[ ]=1":                         `{"a":["1"]}`,
		"a[ b]=1":                        `{"a":{" b":"1"}}`,
		"[a]=1":                          `[]`,
		"a%00b=1":                        `{"a":"1"}`,
		"a=%zz%4&b=%41%e2%82%ac+%2B":     `{"a":"%zz%4","b":"A€ +"}`,
		"a[9223372036854775807]=x&a[]=y": `{"a":{"9223372036854775807":"x"}}`,
		"a[9223372036854775808]=x&a[]=y": `{"a":{"9223372036854775808":"x","0":"y"}}`,
		"a" + strings.Repeat("[]", 65) + "=1&b=2":      `{"b":"2"}`,
		"a=1&a" + strings.Repeat("[x]", 65) + "=1&b=2": `{"b":"2"}`,
		"a" + strings.Repeat("[]", 64) + "=1":          `{"a":` + strings.Repeat("[", 64) + `"1"` + strings.Repeat("]", 64) + `}`,
		strings.Repeat("a[]=1&", 999) + "x=1&b=2":      `{"a":[` + strings.TrimSuffix(strings.Repeat(`"1",`, 999), ",") + `],"x":"1"}`,
	} {
		if got := text(t, readForm(query)); got != want {
			t.Errorf("%.60s: %.200s, want %.200s", query, got, want)
		}
	}
}

func TestArray(t *testing.T) {
	a := &array{}
	for i := range 100 {
		a.set(strings.Repeat("k", i+1), int64(i))
	}
	for i := range 100 {
		if v, ok := a.get(strings.Repeat("k", i+1)); !ok || v != int64(i) {
			t.Fatalf("%d: %v", i, v)
		}
	}
	a.set("k", "first again")
	a.remove("kk")
	a.remove("none")
	if v, _ := a.get("kkk"); a.len() != 99 || a.key(0) != "k" || a.vals[0] != "first again" || v != int64(2) {
		t.Errorf("%d items, %s first", a.len(), a.key(0))
	}
	list := &array{}
	list.push("a")
	list.push("b")
	list.remove("0")
	list.push("c")
	if got := text(t, list); got != `{"1":"b","2":"c"}` {
		t.Error(got)
	}
	for _, key := range []string{"", "-", "-0", "01", "+1", "1.0", " 1", "9223372036854775808"} {
		if n, ok := integerKey(key); ok {
			t.Errorf("%q is %d", key, n)
		}
	}
}

func TestMerge(t *testing.T) {
	in, files := readForm("a=1&b=2&c[]=3&c[]=4&d[x]=5"), readForm("b=B&c[]=C&d=D&e[y]=E")
	merge(in, files)
	if got := text(t, in); got != `{"a":"1","b":"B","c":["C","4"],"d":"D","e":{"y":"E"}}` {
		t.Error(got)
	}
}
