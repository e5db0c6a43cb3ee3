package routes

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"testing"

	_ "github.com/privet/privet/pb_migrations"

	"github.com/pocketbase/pocketbase/core"
)

// bound returns the parameter of the first of some rules in a tag, as in max:255.
func bound(rules string, names ...string) (int64, bool) {
	for rule := range strings.SplitSeq(rules, "|") {
		name, parameter, _ := strings.Cut(rule, ":")
		for _, wanted := range names {
			if n, err := strconv.ParseInt(parameter, 10, 64); name == wanted && err == nil {
				return n, true
			}
		}
	}
	return 0, false
}

// No collection has a limit that the API's rules for the field exceed: what passes the rules can be stored.
func TestRulesFitTheCollections(t *testing.T) {
	app := core.NewBaseApp(core.BaseAppConfig{DataDir: t.TempDir()})
	if err := app.Bootstrap(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = app.ClearBootstrap() })
	if err := app.RunAllMigrations(); err != nil {
		t.Fatal(err)
	}
	columns, walked := map[string]string{}, map[string]int{}
	for _, field := range inputs {
		columns[field.input] = field.column
	}
	for name, types := range map[string][]reflect.Type{
		"users":   {reflect.TypeFor[signupInput](), reflect.TypeFor[socialSignupInput](), reflect.TypeFor[userUpdateInput]()},
		"devices": {reflect.TypeFor[deviceFields](), reflect.TypeFor[userUpdateInput](), reflect.TypeFor[pushTokenInput]()},
		"orders":  {reflect.TypeFor[orderCreateInput](), reflect.TypeFor[orderUpdateInput]()},
	} {
		collection, err := app.FindCollectionByNameOrId(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, input := range types {
			for _, field := range reflect.VisibleFields(input) {
				in, tagged := field.Tag.Lookup("in")
				column := collection.Fields.GetByName(columns[in])
				if !tagged || column == nil {
					continue
				}
				walked[name]++
				t.Run(fmt.Sprintf("%s.%s of %s", name, in, input.Name()), func(t *testing.T) {
					compareLimits(t, column, field.Tag.Get("rules"))
				})
			}
		}
	}
	if walked["users"] < 15 || walked["devices"] < 4 || walked["orders"] < 7 {
		t.Errorf("compared %v", walked)
	}
}

func compareLimits(t *testing.T, column core.Field, rules string) {
	t.Helper()
	longest, limited := bound(rules, "max", "max_bytes", "size")
	least, _ := bound(rules, "min", "size")
	switch column := column.(type) {
	case *core.TextField:
		if !limited {
			longest = fieldsLimit
		}
		if int64(column.Max) < longest || int64(column.Min) > max(least, 1) || column.Pattern != "" {
			t.Errorf("text of %d to %d characters, pattern %q; the rules are %s", column.Min, column.Max, column.Pattern, rules)
		}
	case *core.NumberField:
		if column.Max != nil && (!limited || *column.Max < float64(longest)) || column.Min != nil && *column.Min > float64(least) || column.OnlyInt {
			t.Errorf("a number of %v to %v; the rules are %s", *column.Min, *column.Max, rules)
		}
	case *core.SelectField:
		if !strings.Contains(rules, "in:") && !strings.Contains(rules, "array") {
			t.Errorf("one of %v; the rules are %s", column.Values, rules)
		}
	}
}
