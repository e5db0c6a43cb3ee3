package laravel

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/privet/privet/routes/laravel/php"
)

// rule is one compiled rule.
type rule struct {
	name  string  // before the colon
	text  string  // the whole rule as in the tag: the key in Options.Checks
	param string  // behind the colon
	bound int64   // the parameter of min, max, size, max_bytes and ignored_unless
	list  []int64 // the parameters of in, and those of required_unless and exclude_unless after the first
	other string  // the first parameter of required_unless and exclude_unless: the field they look at
}

// ruleset is the rules of a field or of its items, in order.
type ruleset struct {
	rules []rule
	names map[string]bool
}

// has reports whether the set has one of the rules.
func (s *ruleset) has(names ...string) bool {
	return slices.ContainsFunc(names, func(n string) bool { return s.names[n] })
}

// numeric reports whether the size of a value means the number itself (Laravel's numericRules).
func (s *ruleset) numeric() bool { return s.has("numeric", "integer") }

// field is one field of a schema.
type field struct {
	name    string
	display string // the name in messages
	index   []int  // of the struct's field, for reflect
	rules   ruleset
	each    *ruleset // the rules of an array's items, or nil
}

// rulesets returns the rules of the field and, if it has any, those of its items.
func (f *field) rulesets() []*ruleset {
	if f.each == nil {
		return []*ruleset{&f.rules}
	}
	return []*ruleset{&f.rules, f.each}
}

// maxBytes returns the size in bytes above which a file is sure to break the rule max, which counts in kilobytes.
func (f *field) maxBytes() int64 {
	limit := int64(math.MaxInt64)
	for _, r := range f.rules.rules {
		if r.name == "max" && r.bound < math.MaxInt64/kilobyte {
			limit = min(limit, r.bound*kilobyte)
		}
	}
	return limit
}

// value returns the field's value in an input; present is false if it has none, or one that the rule ignored_unless ignores.
func (f *field) value(input *php.Array) (value any, present bool) {
	value, present = input.Get(f.name)
	for _, r := range f.rules.rules {
		if text, ok := value.(string); r.name == "ignored_unless" && (!ok || !utf8.ValidString(text) || int64(php.Length(text)) > r.bound) {
			return nil, false
		}
	}
	return value, present
}

// compile compiles the tags of a struct. It panics if they are wrong.
func compile(t reflect.Type) []field {
	var out []field
	for _, sf := range reflect.VisibleFields(t) {
		name, tagged := sf.Tag.Lookup("in")
		if !tagged {
			continue
		}
		f := field{name: name, display: displayName(name), index: sf.Index, rules: parseRules(sf.Tag.Get("rules"))}
		if each, ok := sf.Tag.Lookup("each"); ok {
			set := parseRules(each)
			f.each = &set
		}
		// Interface panics on an unexported field and FieldByIndex on an embedded nil pointer: here rather than in
		// bind.
		if err := f.check(reflect.New(t).Elem().FieldByIndex(sf.Index).Addr().Interface()); err != nil {
			panic(fmt.Sprintf("laravel: %s.%s: %v", t, sf.Name, err))
		}
		out = append(out, f)
	}
	return out
}

// parseRules compiles rules as Laravel writes them: "required|integer|in:1,2".
func parseRules(tag string) ruleset {
	set := ruleset{names: map[string]bool{}}
	for text := range strings.SplitSeq(tag, "|") {
		r := rule{text: text}
		r.name, r.param, _ = strings.Cut(text, ":")
		switch r.name {
		case "min", "max", "size", "max_bytes", "ignored_unless":
			r.bound = mustInt(r.param)
		case "in":
			r.list = mustInts(r.param)
		case "required_unless", "exclude_unless":
			var values string
			r.other, values, _ = strings.Cut(r.param, ",")
			r.list = mustInts(values)
		}
		set.rules = append(set.rules, r)
		set.names[r.name] = true
	}
	return set
}

func mustInt(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		panic(fmt.Sprintf("laravel: the parameter of a rule must be an integer, not %q", s))
	}
	return n
}

func mustInts(s string) (list []int64) {
	for n := range strings.SplitSeq(s, ",") {
		list = append(list, mustInt(n))
	}
	return list
}

// safeRules are, by Go type, the rules of which a field must have one, so that bind can convert every value that
// passed.
var safeRules = map[reflect.Type][]string{
	reflect.TypeFor[string]():  {"string", "email", "date", "date_format", "in", "same", "ignored_unless"},
	reflect.TypeFor[int]():     {"integer", "in"},
	reflect.TypeFor[float64](): {"numeric", "integer"},
	reflect.TypeFor[[]int]():   {"array"},
	reflect.TypeFor[*File]():   {"file"},
}

// silentRules are those that no value breaks.
var silentRules = []string{"nullable", "ignored_unless", "exclude", "exclude_unless"}

// check returns what is wrong with the tags of a field, given a pointer to the struct's field.
func (f *field) check(to any) error {
	if o, ok := to.(optional); ok {
		to = o.target()
	}
	t := reflect.TypeOf(to).Elem()
	safe, known := safeRules[t]
	switch {
	case f.name == "":
		return fmt.Errorf("no name in its tag")
	case !known:
		return fmt.Errorf("type %s can't be an input", t)
	case !f.rules.has(safe...):
		return fmt.Errorf("a %s needs one of the rules %v", t, safe)
	case t == reflect.TypeFor[[]int]() && (f.each == nil || !f.each.has(safeRules[reflect.TypeFor[int]()]...)):
		return fmt.Errorf("the items need integer or in")
	case f.each != nil && !f.rules.has("array"):
		return fmt.Errorf("each without array")
	case f.rules.has("in") && f.rules.has("array"):
		return fmt.Errorf("in belongs in each")
	}
	for _, set := range f.rulesets() {
		for _, r := range set.rules {
			if messages[r.name] == "" && sizeMessages[r.name] == nil && !slices.Contains(silentRules, r.name) {
				return fmt.Errorf("unknown rule %q", r.text)
			}
			if r.name == "date_format" && r.param != "Y-m-d H:i:s" {
				return fmt.Errorf("unknown format %q", r.param)
			}
		}
	}
	return nil
}
