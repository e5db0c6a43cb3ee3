package laravel

import (
	"iter"
	"strings"

	"github.com/privet/privet/routes/laravel/php"
)

// maxMessages is how many messages the items of arrays may bring the whole to, so that a megabyte of wrong items isn't
// answered with a hundred.
const maxMessages = 1000

// attribute is one value under validation: a field or an item of one.
type attribute struct {
	name    string // as errors name it
	shown   string // as messages show it
	rules   *ruleset
	value   any
	present bool
}

// validation is one run of the rules over an input.
type validation struct {
	fields []field
	input  *array
	checks map[string]Check
	failed Invalid
}

// run validates all fields in order, then the items of arrays in order (contract, section 1). The error is an *Invalid, or
// that of a check.
func (v *validation) run() error {
	for i := range v.fields {
		f := &v.fields[i]
		a := attribute{name: f.name, shown: f.shown, rules: &f.rules}
		a.value, a.present = v.input.get(f.name)
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

// validate runs all rules of one value; only a failed required ends it early (Validator::shouldStopValidating).
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
			if r.name == "required" {
				return nil
			}
		}
	}
	return nil
}

// applies tells whether a rule looks at a value at all (Validator::isValidatable): required always; the others only when
// it is there, not blank and not a null that may be; those that ask the database, and media, which speaks of a file's
// content, only when nothing failed before.
func (v *validation) applies(r *rule, a *attribute) bool {
	if r.name == "required" {
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

// items are the items of an array that its rule `each` looks at, in the order of Laravel's ValidationData and
// explodeWildcardRules: first those that hold nothing further, then those that do, of which one under an empty key is
// overlooked.
func (v *validation) items(f *field) iter.Seq[attribute] {
	given, _ := v.input.get(f.name)
	list, ok := given.(*array)
	if !ok || f.each == nil {
		list = &array{}
	}
	return func(yield func(attribute) bool) {
		for _, nested := range []bool{false, true} {
			for i, val := range list.vals {
				inner, ok := val.(*array)
				if nested != (ok && inner.len() > 0) || nested && list.key(i) == "" {
					continue
				}
				if !yield(f.item(list.key(i), val)) {
					return
				}
			}
		}
	}
}

// item makes an attribute of an array's item.
func (f *field) item(key string, val any) attribute {
	key = strings.ToValidUTF8(key, "\uFFFD")
	a := attribute{name: f.name + "." + key, rules: f.each, value: val, present: true}
	a.shown = a.name
	if key != "*" && strings.ContainsAny(key, ".*") {
		a.shown = display(a.name) // Laravel doesn't know such a name for an item's any more
	}
	return a
}
