package laravel

import (
	"fmt"
	"io"
	"net/http"
	"reflect"
	"strings"
)

// defaultMax is Options' default for both limits: 1 MiB.
const defaultMax = 1 << 20

// Schema is what a route takes: a struct type T with its compiled rules. It may be used by many requests at once.
type Schema[T any] struct{ fields []field }

// Of compiles the tags of struct T: `in` is a field's name, `rules` its rules and `each` those of its items, both as
// Laravel writes them. Fields without `in` are left alone; embedded structs are part of the whole.
//
// Types are string, int, float64, []int, *File, and Field of the first four. Rules are required, nullable, string, email,
// integer, numeric, array, file, in, min, max, size, same, date, date_format:Y-m-d H:i:s; unique and exists, which
// Options.Checks answers; media, a file that is a picture or a video by its content.
//
// Of panics when the tags make no sense: call it at start.
func Of[T any]() *Schema[T] {
	return &Schema[T]{fields: compile(reflect.TypeFor[T]())}
}

// Check answers a rule that needs the database: true when the value passes. It is called with the value as text, an integer
// in plain decimals, and only when the field passed its rules so far. An error is the server's, and ends Read.
type Check func(value string) (bool, error)

// Options are what a request needs besides its schema.
type Options struct {
	// MaxBody bounds the whole body, in bytes; 0 is 1 MiB. A route that takes files must raise it above their max.
	MaxBody int64
	// MaxFields bounds all of the body that isn't the content of files, in bytes; 0 is 1 MiB. In multipart it may be
	// exceeded by a few kilobytes.
	MaxFields int64
	// Sink stores the files of fields of type *File. Without one they are only measured and sniffed.
	Sink Sink
	// Checks answer the rules unique and exists. The key is the rule as the tag writes it.
	Checks map[string]Check
}

// Read reads, validates and binds the input of a request. The error is an *Invalid, a *Malformed or ErrTooLarge; any other
// is the server's: of a check, of the sink, or a check that isn't there. With an error nothing of an upload stays stored;
// without one the files in the result are stored and committed, and it is the caller who keeps or discards them.
func (s *Schema[T]) Read(req *http.Request, o Options) (*T, error) {
	out := new(T)
	in, err := read(req, s.fields, o)
	if err != nil {
		return nil, err
	}
	in.bind(reflect.ValueOf(out).Elem())
	return out, nil
}

// read does all of Read but the binding.
func read(req *http.Request, fields []field, o Options) (v *validation, err error) {
	for _, f := range fields {
		for _, set := range f.sets() {
			for _, r := range set.rules {
				if (r.name == "unique" || r.name == "exists") && o.Checks[r.text] == nil {
					return nil, fmt.Errorf("input: nothing checks the rule %s of %s", r.text, f.name)
				}
			}
		}
	}
	u := &uploads{ctx: req.Context(), sink: o.Sink}
	done := false
	defer func() { // after a panic, too
		if !done {
			u.discard(&array{})
		}
	}()
	in, err := readInput(req, fields, o, u)
	if err != nil {
		return nil, err
	}
	u.discard(in)
	v = &validation{fields: fields, input: in, checks: o.Checks}
	if err := v.run(); err != nil {
		return nil, err
	}
	for _, f := range u.files {
		if f.Stored == nil {
			continue
		}
		if err := f.Stored.Commit(); err != nil {
			return nil, fmt.Errorf("input: store an upload: %w", err)
		}
	}
	done = true
	return v, nil
}

// readInput gathers what Laravel's Request::all shows: the body, for what it doesn't name the query, and over both the
// files. Which reader the body gets is the Content-Type's choice, in PHP's and Laravel's own ways of looking at it.
func readInput(req *http.Request, fields []field, o Options, u *uploads) (*array, error) {
	maxBody, maxFields := orDefault(o.MaxBody), orDefault(o.MaxFields)
	if req.ContentLength > maxBody {
		return nil, ErrTooLarge
	}
	body := http.MaxBytesReader(nil, req.Body, maxBody)
	contentType := req.Header.Get("Content-Type")
	mediaType := strings.ToLower(contentType)
	if end := strings.IndexAny(mediaType, ";, "); end >= 0 { // SAPI.c
		mediaType = mediaType[:end]
	}
	isForm := req.Method != http.MethodGet && req.Method != http.MethodHead

	in, files := &array{}, &array{}
	switch {
	case strings.Contains(contentType, "/json") || strings.Contains(contentType, "+json"):
		text, err := readAll(req, body, maxFields)
		if err != nil {
			return nil, err
		}
		if in, err = readJSON(text); err != nil {
			return nil, err
		}
	case isForm && mediaType == "application/x-www-form-urlencoded":
		text, err := readAll(req, body, maxFields)
		if err != nil {
			return nil, err
		}
		in = readForm(string(text))
	case isForm && mediaType == "multipart/form-data":
		f := &form{fields: fields, uploads: u}
		if err := f.readMultipart(body, contentType, maxFields); err != nil {
			return nil, err
		}
		in, files = &f.text, &f.files
	}
	query := readForm(req.URL.RawQuery)
	for i, val := range query.vals {
		if in.find(query.key(i)) < 0 {
			in.set(query.key(i), val)
		}
	}
	trim(in)
	merge(in, files)
	return in, nil
}

// readAll reads a body that holds no files.
func readAll(req *http.Request, body io.ReadCloser, limit int64) ([]byte, error) {
	if req.ContentLength > limit {
		return nil, ErrTooLarge
	}
	text, err := io.ReadAll(http.MaxBytesReader(nil, body, limit))
	if err != nil {
		return nil, bodyError(err)
	}
	return text, nil
}

func orDefault(n int64) int64 {
	if n == 0 {
		return defaultMax
	}
	return n
}
