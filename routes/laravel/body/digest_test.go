package body

import (
	"bytes"
	"io"
	"net/http/httptest"
	"strings"
	"testing"
)

// digestOf returns the digest of a request to a path that stands for all else of it.
func digestOf(t *testing.T, path, contentType, text string) string {
	t.Helper()
	d := NewDigest(path)
	r := httptest.NewRequest("POST", "/", strings.NewReader(text))
	r.Header.Set("Content-Type", contentType)
	_, _, err := Read(r, Options{MaxBody: 1 << 20, MaxFields: 1 << 20, Digest: d, File: func(_, _ string, content io.Reader) (any, error) {
		return io.Copy(io.Discard, content)
	}})
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return string(d.Sum())
}

// part returns one part of a multipart form.
func part(boundary, disposition, content string) string {
	return "--" + boundary + "\r\nContent-Disposition: form-data; " + disposition + "\r\n\r\n" + content + "\r\n"
}

// The digest of a form is that of its fields and files, whatever separates them.
func TestDigest(t *testing.T) {
	form := func(boundary, file, content string, fields ...string) string {
		var text bytes.Buffer
		for _, field := range fields {
			text.WriteString(part(boundary, `name="a"`, field))
		}
		text.WriteString(part(boundary, `name="media"; filename="`+file+`"`, content))
		text.WriteString("--" + boundary + "--\r\n")
		return digestOf(t, "/", "multipart/form-data; boundary="+boundary, text.String())
	}
	first := form("one", "a.png", "content", "1", "2")
	if form("two", "b.png", "content", "1", "2") != first {
		t.Error("the boundary or the name of the file counts")
	}
	const urlencoded = "application/x-www-form-urlencoded"
	seen := map[string]string{first: "the form"}
	for name, digest := range map[string]string{
		"other content":               form("one", "a.png", "contents", "1", "2"),
		"other fields":                form("one", "a.png", "content", "1", "3"),
		"another order of fields":     form("one", "a.png", "content", "2", "1"),
		"one field less":              form("one", "a.png", "content", "1"),
		"fields that run together":    form("one", "a.png", "content", "12"),
		"no content":                  form("one", "a.png", "", "1", "2"),
		"JSON":                        digestOf(t, "/", "application/json", `{"a":"1"}`),
		"other JSON":                  digestOf(t, "/", "application/json", `{"a":"2"}`),
		"another path":                digestOf(t, "/x", "application/json", `{"a":"1"}`),
		"a form":                      digestOf(t, "/", urlencoded, `a=1`),
		"a form that looks like JSON": digestOf(t, "/", urlencoded, `{"a":"1"}`),
		"no body":                     digestOf(t, "/", "", ""),
	} {
		if other, ok := seen[digest]; ok {
			t.Errorf("%s and %s have one digest", name, other)
		}
		seen[digest] = name
	}
}
