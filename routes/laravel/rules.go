package laravel

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// rule is one compiled rule of a field.
type rule struct {
	name  string  // as in the tag, before the colon
	text  string  // the whole rule: the key in Options.Checks
	bound int64   // of min, max, size
	list  []int64 // of in
	param string  // what stands behind the colon
}

// ruleset is all rules of a field, in their order.
type ruleset struct {
	rules []rule
	names map[string]bool
}

// has tells whether one of the rules is there.
func (s *ruleset) has(names ...string) bool {
	return slices.ContainsFunc(names, func(n string) bool { return s.names[n] })
}

// numeric tells whether size means the number itself (Laravel's numericRules).
func (s *ruleset) numeric() bool { return s.has("numeric", "integer") }

// field is one field of a schema.
type field struct {
	name  string
	shown string // the name in messages
	at    []int  // where it stands in the struct
	rules ruleset
	each  *ruleset // of the items of an array, or nil
}

// sets are the rules of the field and, if there are any, those of its items.
func (f *field) sets() []*ruleset {
	if f.each == nil {
		return []*ruleset{&f.rules}
	}
	return []*ruleset{&f.rules, f.each}
}

// maxBytes is the size beyond which a file fails anyway; its rule max counts kilobytes.
func (f *field) maxBytes() int64 {
	limit := int64(math.MaxInt64)
	for _, r := range f.rules.rules {
		if r.name == "max" && r.bound < math.MaxInt64/kilobyte {
			limit = min(limit, r.bound*kilobyte)
		}
	}
	return limit
}

// compile reads the tags of a struct. It panics when they make no sense, which is a fault of the program.
func compile(t reflect.Type) []field {
	var out []field
	for _, sf := range reflect.VisibleFields(t) {
		name, tagged := sf.Tag.Lookup("in")
		if !tagged {
			continue
		}
		f := field{name: name, shown: display(name), at: sf.Index, rules: parseRules(sf.Tag.Get("rules"))}
		if each, ok := sf.Tag.Lookup("each"); ok {
			set := parseRules(each)
			f.each = &set
		}
		// That this works for every request, too, is why a pointer is taken here already.
		if err := f.check(reflect.New(t).Elem().FieldByIndex(sf.Index).Addr().Interface()); err != nil {
			panic(fmt.Sprintf("input: %s.%s: %v", t, sf.Name, err))
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
		case "min", "max", "size":
			r.bound = mustInt(r.param)
		case "in":
			for n := range strings.SplitSeq(r.param, ",") {
				r.list = append(r.list, mustInt(n))
			}
		}
		set.rules = append(set.rules, r)
		set.names[r.name] = true
	}
	return set
}

func mustInt(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		panic(fmt.Sprintf("input: a rule's bound must be an integer, not %q", s))
	}
	return n
}

// needs says which rules, one at least, make sure that a value that passed fits a Go type.
var needs = map[reflect.Type][]string{
	reflect.TypeFor[string]():  {"string", "email", "date", "date_format", "in", "same"},
	reflect.TypeFor[int]():     {"integer", "in"},
	reflect.TypeFor[float64](): {"numeric", "integer"},
	reflect.TypeFor[[]int]():   {"array"},
	reflect.TypeFor[*File]():   {"file"},
}

// check tells what is wrong with a field's tags, given a pointer to it.
func (f *field) check(to any) error {
	if o, ok := to.(optional); ok {
		to = o.target()
	}
	t := reflect.TypeOf(to).Elem()
	safe, known := needs[t]
	switch {
	case f.name == "":
		return fmt.Errorf("no name in its tag")
	case !known:
		return fmt.Errorf("type %s can't be an input", t)
	case !f.rules.has(safe...):
		return fmt.Errorf("a %s needs one of the rules %v", t, safe)
	case t == reflect.TypeFor[[]int]() && (f.each == nil || !f.each.has(needs[reflect.TypeFor[int]()]...)):
		return fmt.Errorf("the items need integer or in")
	case f.each != nil && !f.rules.has("array"):
		return fmt.Errorf("each without array")
	case f.rules.has("in") && f.rules.has("array"):
		return fmt.Errorf("in belongs in each")
	}
	for _, set := range f.sets() {
		for _, r := range set.rules {
			if messages[r.name] == "" && sizeMessages[r.name] == nil && r.name != "nullable" {
				return fmt.Errorf("unknown rule %q", r.text)
			}
			if r.name == "date_format" && r.param != "Y-m-d H:i:s" {
				return fmt.Errorf("unknown format %q", r.param)
			}
		}
	}
	return nil
}
