package body

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestJSON(t *testing.T) {
	deep := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	for body, want := range map[string]string{
		"":                    `[]`,
		"{}":                  `[]`,
		" [ ] ":               `[]`,
		"1":                   `[]`,
		`"x"`:                 `[]`,
		"null":                `[]`,
		"[true,false,null]":   `[true,false,null]`,
		`{"a":1,"b":2,"a":3}`: `{"a":3,"b":2}`,
		`{"0":1,"1":2}`:       `[1,2]`,
		`{"":1}`:              `{"":1}`,
		`[9223372036854775807,-9223372036854775808,-0]`:      `[9223372036854775807,-9223372036854775808,0]`,
		`[9223372036854775808,1.0,-0.0,1e2,1E-2]`:            `[{"__float":"9.223372036854776e+18"},{"__float":"1"},{"__float":"-0"},{"__float":"100"},{"__float":"0.01"}]`,
		`["\"\\\/\b\f\n\r\t\u0041\u044f\ud83d\ude00\u0000"]`: `["\"\\/\b\f\n\r\tAя😀\u0000"]`,
		`["плюс\u002b"]`:                                     `["плюс+"]`,
		deep(512):                                            deep(512),
	} {
		t.Run(fmt.Sprintf("%.60s", body), func(t *testing.T) {
			got, err := ParseJSON([]byte(body))
			if err != nil {
				t.Errorf("%.60s: %v", body, err)
			} else if s := text(t, got); s != want {
				t.Errorf("%.60s: %s, want %s", body, s, want)
			}
		})
	}
	for body, want := range map[string]string{
		" ":                      "line 1, column 2: a value is expected",
		`{"secret":1,}`:          "line 1, column 13: a key in double quotes is expected",
		"{\n \"я\":1 2}":         "line 2, column 8: a comma or the object's end is expected",
		`{"a" 1}`:                "line 1, column 6: a colon is expected",
		`{"a":`:                  "line 1, column 6: a value is expected",
		`{a:1}`:                  "line 1, column 2: a key in double quotes is expected",
		`[1,]`:                   "line 1, column 4: a value is expected",
		`[1`:                     "line 1, column 3: a comma or the list's end is expected",
		`[1]x`:                   "line 1, column 4: nothing may follow the value",
		"[1]\x00":                "line 1, column 4: nothing may follow the value",
		"\ufeff{}":               "line 1, column 1: the text begins with a byte order mark",
		`[01]`:                   "line 1, column 3: a comma or the list's end is expected",
		`[1.]`:                   "line 1, column 4: a digit is expected",
		`[1e+]`:                  "line 1, column 5: a digit is expected",
		`[-]`:                    "line 1, column 3: a digit is expected",
		`-`:                      "line 1, column 2: a digit is expected",
		`[+1]`:                   "line 1, column 2: a value is expected",
		`[TRUE]`:                 "line 1, column 2: a value is expected",
		`{"a`:                    "line 1, column 4: the string has no end",
		`["a`:                    "line 1, column 4: the string has no end",
		"[\"a\n\"]":              "line 1, column 4: a control character in a string must be escaped",
		`["\x"]`:                 "line 1, column 3: unknown escape sequence",
		`["\u12g4"]`:             "line 1, column 3: unknown escape sequence",
		`["\u12`:                 "line 1, column 3: unknown escape sequence",
		`["\`:                    "line 1, column 3: unknown escape sequence",
		`["\ud83d"]`:             "line 1, column 3: half a surrogate pair",
		`["\ude00\ud83d"]`:       "line 1, column 3: half a surrogate pair",
		`["\ud83d\u0041"]`:       "line 1, column 3: half a surrogate pair",
		"{\"я\":\"\xff\"}":       "line 1, column 7: this is not valid UTF-8",
		"[\"\xed\xa0\x80\"]":     "line 1, column 3: this is not valid UTF-8",
		deep(513):                "line 1, column 513: more than 512 levels",
		strings.Repeat("[", 1e6): "line 1, column 513: more than 512 levels",
	} {
		t.Run(fmt.Sprintf("%.60s", body), func(t *testing.T) {
			_, err := ParseJSON([]byte(body))
			var malformed *Malformed
			if !errors.As(err, &malformed) || malformed.Message != "The JSON body is malformed at "+want+"." {
				t.Errorf("%.60s: %v", body, err)
			}
		})
	}
}
