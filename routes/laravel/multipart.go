package laravel

import (
	"bufio"
	"errors"
	"io"
	"mime/multipart"
	"strings"
)

// maxFiles is how many files of a request count; the others are ignored (PHP's max_file_uploads).
const maxFiles = 20

// form is a multipart body under way.
type form struct {
	fields  []field
	uploads *uploads
	meter   *meter
	text    array // as in $_POST
	files   array // as in $_FILES, as far as Laravel's allFiles shows it
	vars    int
	nfiles  int
}

// readMultipart reads a multipart/form-data body part by part, in one pass: text into memory, at most maxText bytes of all
// that isn't a file's content, files into the uploads. A body that has no boundary, that ends before its closing boundary
// or whose headers are broken is a *Malformed.
func (f *form) readMultipart(body io.Reader, contentType string, maxText int64) error {
	buffered := bufio.NewReaderSize(body, 64*kilobyte)
	if _, err := buffered.Peek(1); err == io.EOF {
		return nil
	}
	b := boundary(contentType)
	if b == "" {
		return &Malformed{Message: "The multipart body has no usable boundary in its Content-Type."}
	}
	f.meter = &meter{r: buffered, max: maxText}
	parts := multipart.NewReader(f.meter, b)
	for {
		// A raw part: PHP doesn't decode Content-Transfer-Encoding either.
		part, err := parts.NextRawPart()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return multipartError(err)
		}
		if err := f.part(part); err != nil {
			return err
		}
	}
}

// part reads one part.
func (f *form) part(part *multipart.Part) error {
	d := parseDisposition(part.Header.Get("Content-Disposition"))
	if !d.named {
		return &Malformed{Message: "The multipart body is malformed: a part has no name."}
	}
	if d.isFile {
		return f.file(part, d)
	}
	text, err := io.ReadAll(part)
	if err != nil {
		return multipartError(err)
	}
	if f.vars++; f.vars <= maxVars {
		register(&f.text, d.name, string(text))
	}
	return nil
}

// file reads one file part. One without a file name is a file input left empty, which Laravel doesn't see.
func (f *form) file(part io.Reader, d disposition) error {
	counts := d.filename != "" && f.nfiles < maxFiles
	var wanted *field
	if counts {
		f.nfiles++
		wanted = f.wanted(d.name)
	}
	file, err := f.uploads.receive(counted{part, f.meter}, strings.ToValidUTF8(baseName(d.filename), "\uFFFD"), wanted)
	if err == nil && counts {
		register(&f.files, d.name, file)
	}
	return err
}

// wanted gives the field of type *File that a part's name fills, or nil.
func (f *form) wanted(name string) *field {
	path, ok := parseName(name)
	if !ok || len(path) != 1 {
		return nil
	}
	for i := range f.fields {
		if f.fields[i].name == path[0].key && f.fields[i].rules.has("file") {
			return &f.fields[i]
		}
	}
	return nil
}

// merge puts the second array's entries into the first, arrays into arrays (array_replace_recursive): this is how Laravel
// lays files over text.
func merge(into, from *array) {
	for i, v := range from.vals {
		key := from.key(i)
		inner, ok := v.(*array)
		old, _ := into.get(key)
		if outer, both := old.(*array); ok && both {
			merge(outer, inner)
		} else {
			into.set(key, v)
		}
	}
}

// multipartError tells a body that is over its limit from one that is broken.
func multipartError(err error) error {
	if err = bodyError(err); errors.Is(err, ErrTooLarge) {
		return err
	}
	return &Malformed{Message: "The multipart body is malformed, or ends before its closing boundary.", Cause: errors.Unwrap(err)}
}

// meter bounds what is read besides the content of files.
type meter struct {
	r          io.Reader
	read, file int64 // bytes read, and those of them that are content of files
	max        int64
}

// readAhead is how far multipart.Reader's buffer may be ahead of what it has handed out.
const readAhead = 8 * kilobyte

func (m *meter) Read(p []byte) (int, error) {
	n, err := m.r.Read(p)
	m.read += int64(n)
	if m.read-m.file > m.max+readAhead {
		return 0, ErrTooLarge
	}
	return n, err
}

// counted is a file's part: what is read of it doesn't count as text.
type counted struct {
	io.Reader
	meter *meter
}

func (c counted) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.meter.file += int64(n)
	return n, err
}
