package laravel

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/privet/privet/routes/laravel/php"
)

// engine validates one value of a field f and returns the messages.
func engine(t *testing.T, rules string, val any, siblings ...any) []string {
	t.Helper()
	in := &php.Array{}
	in.Set("f", val)
	for i := 0; i < len(siblings); i += 2 {
		in.Set(siblings[i].(string), siblings[i+1])
	}
	v := validation{fields: []field{{name: "f", display: "f", rules: parseRules(rules)}}, input: in}
	err := v.run()
	if err == nil {
		return []string{}
	}
	invalid, ok := err.(*Invalid)
	if !ok || len(invalid.fields) != 1 {
		t.Fatalf("%s %#v: %v", rules, val, err)
	}
	return invalid.fields[0].messages
}

// TestTables compares with the answers of a real validator to generated values. Values on which it failed with an
// exception must be invalid here.
func TestTables(t *testing.T) {
	data, err := os.ReadFile("php/testdata/fuzz.json")
	if err != nil {
		t.Fatal(err)
	}
	var tables map[string]json.RawMessage
	if err := json.Unmarshal(data, &tables); err != nil {
		t.Fatal(err)
	}
	for name, rules := range map[string]string{
		"numeric_min0_max999999999": "numeric|min:0|max:999999999",
		"numeric_min1_max5":         "numeric|min:1|max:5",
		"integer_in_1_2":            "integer|in:1,2",
		"in_1_2":                    "in:1,2",
		"integer":                   "integer",
		"email":                     "email",
	} {
		t.Run(name, func(t *testing.T) {
			var table [][2]json.RawMessage
			if err := json.Unmarshal(tables[name], &table); err != nil || len(table) < 1000 {
				t.Fatalf("%s: %d lines, %v", name, len(table), err)
			}
			for _, line := range table {
				got := engine(t, rules, unquoted(t, line[0]))
				var passes bool
				if json.Unmarshal(line[1], &passes) == nil {
					if passes != (len(got) == 0) {
						t.Errorf("%s: %s gives %q, Laravel says %v", rules, line[0], got, passes)
					}
					continue
				}
				var want []string
				if err := json.Unmarshal(line[1], &want); err != nil {
					t.Fatal(err)
				}
				if gaveUp := slices.ContainsFunc(want, func(m string) bool { return strings.HasPrefix(m, "__exception") }); gaveUp {
					if len(got) == 0 {
						t.Errorf("%s: %s passes, Laravel gave up", rules, line[0])
					}
				} else if !slices.Equal(got, want) {
					t.Errorf("%s: %s gives %q, Laravel says %q", rules, line[0], got, want)
				}
			}
		})
	}
}
