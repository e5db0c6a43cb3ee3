package body

import (
	"bufio"
	"errors"
	"io"
	"mime/multipart"

	"github.com/privet/privet/routes/laravel/php"
)

// maxFiles is the number of files of a request that count; further ones are ignored (PHP's max_file_uploads).
const maxFiles = 20

// multipartForm is a multipart/form-data body while it is read.
type multipartForm struct {
	storeFile FileFunc
	isFile    func(key string) bool
	digest    *Digest
	meter     *meter
	memory    *reservation
	fields    php.Array // $_POST
	files     php.Array // $_FILES, as Laravel's Request::allFiles shows it
	nfields   int
	text      int64 // bytes of fields
	nfiles    int
}

// read parses a body part by part, in one pass: fields into memory, files into storeFile. A body without a usable
// boundary, with broken headers or without its closing boundary is a *Malformed; an empty one is an empty form.
func (f *multipartForm) read(body io.Reader, contentType string, maxFields int64) error {
	buffered := bufio.NewReaderSize(body, 64<<10)
	if _, err := buffered.Peek(1); err == io.EOF {
		return nil
	}
	b := boundary(contentType)
	if b == "" {
		return &Malformed{Message: "The multipart body has no usable boundary in its Content-Type."}
	}
	f.meter = &meter{r: buffered, max: maxFields, memory: f.memory}
	parts := multipart.NewReader(f.meter, b)
	for {
		// A raw part, because PHP doesn't decode Content-Transfer-Encoding either.
		part, err := parts.NextRawPart()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return multipartError(err)
		}
		if err := f.readPart(part); err != nil {
			return err
		}
	}
}

func (f *multipartForm) readPart(part *multipart.Part) error {
	d := parseDisposition(part.Header.Get("Content-Disposition"))
	if !d.named {
		return &Malformed{Message: "The multipart body is malformed: a part has no name."}
	}
	if d.isFile {
		return f.readFile(part, d)
	}
	if f.isFile != nil && f.isFile(topLevelKey(d.name)) {
		return f.readUnnamedFile(part, d)
	}
	text, err := io.ReadAll(part)
	if err != nil {
		return multipartError(err)
	}
	if f.text += int64(len(text)); f.text > f.meter.max {
		return ErrTooLarge // which the meter, that counts what is read ahead, finds only later
	}
	f.digest.add("field", d.name, string(text))
	if f.nfields++; f.nfields <= maxVars {
		register(&f.fields, d.name, string(text))
	}
	return nil
}

// readFile hands one file to storeFile. A file without a name is an empty file input of a browser, which Laravel
// ignores.
func (f *multipartForm) readFile(part io.Reader, d disposition) error {
	content, end := f.digest.file(d.name, fileContent{part, f.meter})
	defer end()
	if d.filename == "" || f.nfiles == maxFiles {
		_, err := io.Copy(io.Discard, content)
		return err
	}
	f.nfiles++
	file, err := f.storeFile(topLevelKey(d.name), baseName(d.filename), content)
	if err != nil {
		return err
	}
	register(&f.files, d.name, file)
	return nil
}

// maxUnnamed is how much is kept, as text, of a part in the place of a file: enough to see that it isn't blank.
const maxUnnamed = 64 << 10

// readUnnamedFile reads a part without a filename in the place of a file. It is text then, as in PHP, and so no file for
// the rules; but it may be as long as a file, and its length must not be what is wrong with it.
func (f *multipartForm) readUnnamedFile(part io.Reader, d disposition) error {
	content, end := f.digest.file(d.name, fileContent{part, f.meter})
	defer end()
	text, err := io.ReadAll(io.LimitReader(content, maxUnnamed))
	if err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, content); err != nil {
		return err
	}
	if f.nfields++; f.nfields <= maxVars {
		register(&f.fields, d.name, string(text))
	}
	return nil
}

// multipartError distinguishes a body over its limit from a broken one.
func multipartError(err error) error {
	return readError(err, "The multipart body is malformed, or ends before its closing boundary.")
}

// meter reads a multipart body and limits everything in it but the content of files.
type meter struct {
	r    io.Reader
	read int64 // bytes read so far
	file int64 // bytes of them that are the content of files
	max  int64

	memory *reservation
}

// readAhead is how far multipart.Reader may have read beyond what it has returned.
const readAhead = 8 << 10

func (m *meter) Read(p []byte) (int, error) {
	n, err := m.r.Read(p)
	m.read += int64(n)
	if m.read-m.file > m.max+readAhead {
		return 0, ErrTooLarge
	}
	if full := m.memory.hold(m.read - m.file); full != nil {
		return 0, full
	}
	return n, err
}

// fileContent is the content of a file part. What is read of it doesn't count towards the meter's limit.
type fileContent struct {
	part  io.Reader
	meter *meter
}

func (c fileContent) Read(p []byte) (int, error) {
	n, err := c.part.Read(p)
	c.meter.file += int64(n)
	if err != nil && !errors.Is(err, io.EOF) {
		err = multipartError(err)
	}
	return n, err
}
