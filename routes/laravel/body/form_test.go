package body

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/privet/privet/routes/laravel/php"
)

// text writes a value as JSON, arrays as PHP's json_encode does and floats marked as such.
func text(t *testing.T, v any) string {
	t.Helper()
	switch v := v.(type) {
	case *php.Array:
		isList := true
		var items, members []string
		for i, item := range v.Values() {
			isList = isList && v.Key(i) == strconv.Itoa(i)
			items = append(items, text(t, item))
			members = append(members, text(t, v.Key(i))+":"+items[i])
		}
		if isList {
			return "[" + strings.Join(items, ",") + "]"
		}
		return "{" + strings.Join(members, ",") + "}"
	case float64:
		return `{"__float":"` + php.FormatFloat(v) + `"}`
	}
	out, err := json.Marshal(v)
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
		t.Run(fmt.Sprintf("%.60s", query), func(t *testing.T) {
			if got := text(t, ParseForm(query)); got != want {
				t.Errorf("%.60s: %.200s, want %.200s", query, got, want)
			}
		})
	}
}
