package laravel

import (
	"iter"
	"strings"

	"github.com/privet/privet/routes/laravel/php"
)

// maxMessages is the number of messages after which no more items of arrays are validated. Without it a megabyte of
// wrong items would be answered with a hundred megabytes.
const maxMessages = 1000

// attribute is one value under validation: a field or an item of one.
type attribute struct {
	name    string // the key under "errors"
	display string // the name in messages
	rules   *ruleset
	value   any
	present bool
}

// validation validates one input.
type validation struct {
	fields []field
	input  *php.Array
	checks map[string]Check
	failed Invalid
}

// run validates all fields in order, then the items of arrays in order (contract, section 1). The error is an
// *Invalid or a check's.
func (v *validation) run() error {
	for i := range v.fields {
		f := &v.fields[i]
		a := attribute{name: f.name, display: f.display, rules: &f.rules}
		a.value, a.present = f.value(v.input)
		if err := v.validate(&a); err != nil {
			return err
		}
	}
	for i := range v.fields {
		for item := range v.items(&v.fields[i]) {
			if v.failed.count >= maxMessages {
				return &v.failed
			}
			if err := v.validate(&item); err != nil {
				return err
			}
		}
	}
	if v.failed.count > 0 {
		return &v.failed
	}
	return nil
}

// validate runs all rules on one value. Only a failed rule that demands one ends it early (Validator::shouldStopValidating). The
// error is a check's.
func (v *validation) validate(a *attribute) error {
	for i := range a.rules.rules {
		r := &a.rules.rules[i]
		if !v.applies(r, a) {
			continue
		}
		ok, err := v.passes(r, a)
		if err != nil {
			return err
		}
		if !ok {
			v.failed.Add(a.name, message(r, a))
			if demands(r) {
				return nil
			}
		}
	}
	return nil
}

// applies reports whether a rule looks at a value at all (Validator::isValidatable). The rules that demand a value always
// do; others only at a value that is present, not blank, and not null where nullable allows it; those that ask the
// database, and media, which inspects the content of a file, only at a value that broke no rule so far.
func (v *validation) applies(r *rule, a *attribute) bool {
	if demands(r) {
		return true
	}
	if s, ok := a.value.(string); ok && php.Blank(s) {
		return false
	}
	if !a.present || a.value == nil && a.rules.has("nullable") {
		return false
	}
	switch r.name {
	case "unique", "exists", "media":
		return !v.failed.Has(a.name)
	}
	return true
}

// demands reports whether a rule looks at a value that is missing.
func demands(r *rule) bool {
	return r.name == "required" || r.name == "required_unless" || r.name == "required_without_all"
}

// items returns the items of a field that its rules in each look at, in the order of Laravel's ValidationData and
// explodeWildcardRules: first those that are not arrays or empty ones, then the other arrays, except one under an empty
// key.
func (v *validation) items(f *field) iter.Seq[attribute] {
	given, _ := v.input.Get(f.name)
	list, ok := given.(*php.Array)
	if !ok || f.each == nil {
		list = &php.Array{}
	}
	return func(yield func(attribute) bool) {
		for _, nested := range []bool{false, true} {
			for i, val := range list.Values() {
				inner, ok := val.(*php.Array)
				if nested != (ok && inner.Len() > 0) || nested && list.Key(i) == "" {
					continue
				}
				if !yield(f.item(list.Key(i), val)) {
					return
				}
			}
		}
	}
}

// item returns the attribute of an array's item.
func (f *field) item(key string, val any) attribute {
	key = strings.ToValidUTF8(key, "\uFFFD") // for the message: an item's key is never stored
	a := attribute{name: f.name + "." + key, rules: f.each, value: val, present: true}
	a.display = a.name
	if key != "*" && strings.ContainsAny(key, ".*") {
		a.display = displayName(a.name) // Laravel no longer recognizes such a name as an item's
	}
	return a
}
