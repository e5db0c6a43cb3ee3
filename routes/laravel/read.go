package laravel

import (
	"fmt"
	"net/http"
	"reflect"
	"slices"

	"github.com/privet/privet/routes/laravel/body"
	"github.com/privet/privet/routes/laravel/php"
)

// defaultMax is the default of both limits in Options: 1 MiB.
const defaultMax = 1 << 20

// Schema is the input of a route: a struct type T with its compiled rules. It is safe for concurrent use.
type Schema[T any] struct{ fields []field }

// MustCompile compiles the tags of struct T: `in` is the name of a field, `rules` its rules and `each` those of its
// items, both as Laravel writes them. Fields without `in` are ignored, embedded structs are included.
//
// Types are string, int, float64, []int, *File, and Field of the first four. Rules are required, required_without_all,
// required_unless and exclude_unless with integers, exclude, nullable, string, email, integer, numeric, array, file, in,
// min, max, size, same, date, date_format:Y-m-d H:i:s; unique and exists, which Options.Checks decides; media, a file
// whose content is a picture or a video; and max_bytes, the length of a text in bytes.
//
// The rule ignored_unless:n is no rule of Laravel's: a value that is no text of at most n characters in valid UTF-8 counts
// as missing.
//
// MustCompile panics if the tags are wrong, so that a package variable holding its result fails at start.
func MustCompile[T any]() *Schema[T] {
	return &Schema[T]{fields: compile(reflect.TypeFor[T]())}
}

// With returns the schema with other rules for some of its fields, by their names. It panics as MustCompile does.
func (s *Schema[T]) With(rules map[string]string) *Schema[T] {
	out := &Schema[T]{fields: slices.Clone(s.fields)}
	target := reflect.ValueOf(new(T)).Elem()
	for name, tag := range rules {
		i := slices.IndexFunc(out.fields, func(f field) bool { return f.name == name })
		if i < 0 {
			panic(fmt.Sprintf("laravel: %s has no field %q", target.Type(), name))
		}
		f := &out.fields[i]
		f.rules = parseRules(tag)
		if err := f.check(target.FieldByIndex(f.index).Addr().Interface()); err != nil {
			panic(fmt.Sprintf("laravel: %s of %s: %v", name, target.Type(), err))
		}
	}
	return out
}

// Check decides a rule that needs the database: it reports whether the value passes. It gets the value as text, an
// integer in plain decimals, and is called only if the field has passed its other rules so far. An error ends Read.
type Check func(value string) (bool, error)

// Options are what a request needs besides its schema.
type Options struct {
	// MaxBody limits the whole body, in bytes; 0 means 1 MiB. A route that accepts files must raise it above their max.
	MaxBody int64
	// MaxFields limits everything in the body but the content of files, in bytes; 0 means 1 MiB. A multipart body may
	// exceed it by a few kilobytes.
	MaxFields int64
	// Sink stores the files of fields of type *File. Without a sink they are only measured and their type detected.
	Sink Sink
	// Checks decide the rules unique and exists. The key is the rule as written in the tag.
	Checks map[string]Check
	// Digest is what the body is added to; nil for none.
	Digest *body.Digest
	// Memory is the budget for what is received, and Client whose share of it is used; nil for no bounds.
	Memory *body.Memory
	Client string
	// Received is called when the whole body has been read and before it is validated; nil for none. An error ends Read.
	Received func() error
}

// Read parses, validates and binds the input of a request. An error is *Invalid, *body.Malformed or
// body.ErrTooLarge; any other is the server's: an error of a check or of the sink, or a missing check. On error no
// upload stays stored. On success the files in the result are committed, and the caller owns them.
func (s *Schema[T]) Read(req *http.Request, o Options) (*T, error) {
	in, err := read(req, s.fields, o)
	if err != nil {
		return nil, err
	}
	out := new(T)
	in.bind(reflect.ValueOf(out).Elem())
	return out, nil
}

// read does all of Read but the binding.
func read(req *http.Request, fields []field, o Options) (v *validation, err error) {
	if err := requireChecks(fields, o.Checks); err != nil {
		return nil, err
	}
	u := &uploads{ctx: req.Context(), sink: o.Sink, fields: fields}
	done := false
	defer func() { // deferred because a check may panic
		if !done {
			u.discardUnless(&php.Array{})
		}
	}()
	in, err := readInput(req, o, u)
	if err != nil {
		return nil, err
	}
	if o.Received != nil {
		if err := o.Received(); err != nil {
			return nil, err
		}
	}
	u.discardUnless(in)
	v = &validation{input: in, checks: o.Checks}
	for i := range fields {
		if !v.excluded(&fields[i]) {
			v.fields = append(v.fields, fields[i])
		}
	}
	if err := v.run(); err != nil {
		return nil, err
	}
	if err := v.checkText(); err != nil {
		return nil, err
	}
	if err := u.commit(); err != nil {
		return nil, err
	}
	done = true
	return v, nil
}

// requireChecks fails if a rule of the fields needs a check that is missing.
func requireChecks(fields []field, checks map[string]Check) error {
	for _, f := range fields {
		for _, set := range f.rulesets() {
			for _, r := range set.rules {
				if (r.name == "unique" || r.name == "exists") && checks[r.text] == nil {
					return fmt.Errorf("laravel: no check for the rule %s of %s", r.text, f.name)
				}
			}
		}
	}
	return nil
}

// readInput returns the input as Laravel's Request::all does: the fields of the body, then those of the query that the
// body doesn't have, then the files, which replace fields of the same name.
func readInput(req *http.Request, o Options, u *uploads) (*php.Array, error) {
	in, files, err := body.Read(req, body.Options{
		MaxBody:   orDefault(o.MaxBody),
		MaxFields: orDefault(o.MaxFields),
		File:      u.receive,
		IsFile:    func(key string) bool { return u.fieldOf(key) != nil },
		Digest:    o.Digest,
		Memory:    o.Memory,
		Client:    o.Client,
	})
	if err != nil {
		return nil, err
	}
	if method, ok := overriddenByBody(req, in); ok {
		return nil, &Overridden{method}
	}
	query := body.ParseForm(req.URL.RawQuery)
	for i, val := range query.Values() {
		key := query.Key(i)
		if _, exists := in.Get(key); !exists {
			in.Set(key, val)
		}
	}
	trim(in)
	merge(in, files)
	return in, nil
}

// merge copies the entries of an array into another, and those of arrays that both have likewise
// (array_replace_recursive).
func merge(into, from *php.Array) {
	for i, v := range from.Values() {
		key := from.Key(i)
		inner, ok := v.(*php.Array)
		old, _ := into.Get(key)
		if outer, both := old.(*php.Array); ok && both {
			merge(outer, inner)
		} else {
			into.Set(key, v)
		}
	}
}

func orDefault(n int64) int64 {
	if n == 0 {
		return defaultMax
	}
	return n
}
